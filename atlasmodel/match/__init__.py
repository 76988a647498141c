"""Which technique applies where, and why."""
