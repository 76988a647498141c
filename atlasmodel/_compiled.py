"""Compile kernels where numba is installed; the same functions run as they stand where it is not.

Kernels are functions over arrays that NumPy's own operations cannot do fast. Whoever has them compiled gets equal
results in less time, so nothing but the size of the work decides: small work is done before a kernel is loaded.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeVar, cast

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def is_available() -> bool:
    """Tell whether kernels can be compiled here: `pip install 'atlasmodel[fast]'` brings what it takes.

    numba's own switch, NUMBA_DISABLE_JIT=1, turns them off.
    """
    return find_spec("numba") is not None and os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")


def compiled(function: Kernel) -> Kernel:
    """Return a function compiled when it is first called and kept on disk for the next process; itself without numba.

    The code is kept beside the package, or in the user's cache where that cannot be written; where neither can, it is
    compiled anew in each process.
    """
    if not is_available():
        return function
    from numba import njit

    try:
        return cast(Kernel, njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no place for the cache
        return cast(Kernel, njit(nogil=True)(function))


class _Lazy:
    """Be a kernel that is compiled at its first call."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.py_func = function
        self._kernel: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Any:
        if self._kernel is None:
            self._kernel = compiled(self.py_func)
        return self._kernel(*arguments)


def compiled_when_called(function: Kernel) -> Kernel:
    """Return a function that is compiled at its first call, for a kernel that no other one calls.

    Who runs it as it stands (`plain`) does not wait until numba is loaded, which takes a third of a second.
    """
    return cast(Kernel, _Lazy(function))


def plain(kernel: Kernel) -> Kernel:
    """Return the function that a kernel was compiled from."""
    return cast(Kernel, getattr(kernel, "py_func", kernel))
