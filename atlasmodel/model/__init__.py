"""What the user says: the vocabulary, pipelines, and how they are read, built and written."""
