"""What kernels read and write: the wires of a graph by number, and how far a search for least costs has come.

Columns are lists where a kernel runs as it stands, and arrays where it is compiled: a kernel must read and write both.
What belongs to n is at `starts[n]` to `starts[n + 1]`.
"""

from __future__ import annotations

from typing import NamedTuple


class Net(NamedTuple):
    """Be what moves need and gain, both ways round, as columns."""

    first: list[int]  # move -> clauses
    owner: list[int]  # clause -> its move
    option_starts: list[int]  # clause -> facts
    options: list[int]
    waiting_starts: list[int]  # fact -> clauses that name it
    waiting: list[int]
    gain_starts: list[int]  # move -> facts
    gains: list[int]
    gained_starts: list[int]  # fact -> moves that gain it
    gained: list[int]


class Costs(NamedTuple):
    """Be what is known of least costs (see `Relaxed`), and of the facts that are not settled the best offers."""

    left: list[int]  # clauses that each move still waits for
    below: list[float]  # what those that were met cost
    least: list[float]  # what each fact is offered for
    offer: list[int]  # and by which move
    cost: list[float]
    by: list[int]
    met: list[int]
    dearest: list[int]
    ready: list[float]
    settled: list[int]
