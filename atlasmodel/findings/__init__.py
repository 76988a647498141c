"""What stands in the document of each step and each finding: whether it is open, how likely, what acts on it."""
