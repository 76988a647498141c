"""Every check as a record, and every statement of the paper with the checks that carry it out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from atlasmodel.govern.check import ACTIONS, STATEMENTS, Check


def listing(checks: Iterable[Check]) -> list[dict[str, Any]]:
    """Return one record a check, in the order of the catalogue."""
    return [
        {
            "id": check.id,
            "name": check.title,
            "summary": check.question,
            "type": check.type,
            "statements": list(check.statements),
            "computed": check.computed,
            "question": check.question,
            "reads": list(check.reads),
            "pillar": check.pillar,
            "phases": list(check.phases),
            "advice": check.advice,
            "references": list(check.references),
        }
        for check in checks
    ]


def statements(checks: Iterable[Check]) -> dict[int | str, tuple[Check, ...]]:
    """Return the checks of every statement, 1 to 68 and R1 to R6.

    >>> from atlasmodel.govern.read_checks import builtin_checks
    >>> [check.id for check in statements(builtin_checks())[21]]
    ['DECISION-DRIFT']
    """
    known = tuple(checks)
    numbers: tuple[int | str, ...] = (*STATEMENTS, *ACTIONS)
    return {number: tuple(check for check in known if number in check.statements) for number in numbers}
