"""Crosswalks: what techniques, mitigations and checks have to do with the entries of other frameworks, as data."""

from atlasmodel.crosswalk.read import Crosswalk, Entry, Framework, builtin_crosswalks, load_crosswalks

__all__ = ["Crosswalk", "Entry", "Framework", "builtin_crosswalks", "load_crosswalks"]
