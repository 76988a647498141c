"""How likely and how bad."""
