"""The garbage collector at rest while much is made that stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def resting_collector() -> Iterator[None]:
    """Keep the collector of cycles from running in a block, and let it run again after, if it did before.

    A large assessment makes a million objects of which none is garbage; looking through all of them every time their
    number has grown by a quarter takes a seventh of its time. What is not part of a cycle is freed as ever.
    """
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()
