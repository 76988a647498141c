"""How likely a goal is, beyond the stored worlds: a network of draws, made smaller, then solved exactly or sampled."""
