"""Which measures to take under a budget, in which order, what remains, and how near to the best that is."""
