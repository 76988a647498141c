"""Patterns with placeholders -> sentences: what stands between braces is looked up, nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

PLACE = re.compile(r"\{([a-z_]+)\}")
UNSAID = "not said"
SHOWN = 4


def fill(pattern: str, look_up: Callable[[str], Any]) -> str:
    """Return a pattern with every {name} replaced by what is looked up under it.

    >>> fill("{what}: {cost} AUD, agreed: {agreed}", {"what": "Tests", "cost": 1250000.0, "agreed": None}.get)
    'Tests: 1,250,000 AUD, agreed: not said'
    """
    return PLACE.sub(lambda found: spoken(look_up(found[1])), pattern)


def places(pattern: str) -> tuple[str, ...]:
    """Return the names of the placeholders of a pattern."""
    return tuple(PLACE.findall(pattern))


def spoken(value: Any) -> str:
    """Return a value as people say it.

    >>> spoken(True), spoken(0.25), spoken(4000.0), spoken(("a", "b", "c")), spoken(())
    ('yes', '0.25', '4,000', 'a, b and c', 'none')
    """
    if value is None:
        return UNSAID
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
    if isinstance(value, Mapping):
        return listed(list(value))
    return value if isinstance(value, str) else listed(value)


def listed(names: Sequence[Any]) -> str:
    """Return names as a list in a sentence, the first few of many.

    >>> listed(["a", "b", "c", "d", "e", "f"])
    'a, b, c, d and 2 more'
    """
    said = [str(name) for name in names]
    if len(said) > SHOWN + 1:
        said = [*said[:SHOWN], f"{len(said) - SHOWN} more"]
    return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else "".join(said) or "none"


def percent(low: float, high: float) -> str:
    """Return a share as whole per cent, or the range of it.

    >>> percent(0.333, 0.333), percent(0.4, 0.6)
    ('33 %', '40 to 60 %')
    """
    one, other = round(100 * low), round(100 * high)
    return f"{one} %" if one == other else f"{one} to {other} %"


def rough(value: float) -> float:
    """Return an estimate with the two digits that it can bear.

    >>> rough(4606030.0)
    4600000.0
    """
    return float(f"{value:.2g}")
