"""Calls of any depth: functions that would call each other deeply are written as generators and run by a loop."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

Result = TypeVar("Result")
Call = Generator[Generator[Any, Any, Any], Any, Result]


def call(function: Call[Result]) -> Result:
    """Return what a function returns that yields the calls it makes, and gets back what they return.

    >>> def count(left):
    ...     return 0 if left == 0 else 1 + (yield count(left - 1))
    >>> call(count(100_000))
    100000
    """
    stack: list[Generator[Any, Any, Any]] = [function]
    value: Any = None
    while stack:
        try:
            further = stack[-1].send(value)
        except StopIteration as done:
            stack.pop()
            value = done.value
        else:
            stack.append(further)
            value = None
    result: Result = value
    return result
