"""Searches of the hypergraph over columns of numbers: compiled for large graphs, run as they stand for small ones."""
