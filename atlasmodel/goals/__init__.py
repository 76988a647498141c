"""What adversaries may reach: ends by risk, the ways to one, what would stop them, and who else is after it."""
