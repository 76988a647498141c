"""What to do next: measures by the risk that each removes, and questions by how much an answer would move the total."""
