"""Progress of long work, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

T = TypeVar("T")


def working(items: Sequence[T], what: str, *, quiet: bool) -> Iterator[T]:
    """Yield the items; with a person watching, show a bar with rate and estimate on stderr."""
    if quiet or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(*_columns(), console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(items, description=what)


@contextmanager
def counting(what: str, total: int, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function that is told (done, total); with a person watching, show a bar with rate and estimate."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(*_columns(), _rate(), console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done, _: progress.update(task, completed=done)


def _columns() -> tuple[ProgressColumn, ...]:
    from rich import progress as show

    return (
        show.SpinnerColumn(),
        show.TextColumn("{task.description}"),
        show.BarColumn(),
        show.MofNCompleteColumn(),
        show.TimeElapsedColumn(),
        show.TimeRemainingColumn(),
    )


def _rate() -> ProgressColumn:
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    class Rate(ProgressColumn):
        """Show how many are done a second; rich shows it only where no end is known."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f} a second" if task.speed else "")

    return Rate()
