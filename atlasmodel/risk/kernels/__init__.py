"""Kernels over words of worlds, compiled where numba is installed; each gives what the sweeps over bits give."""
