"""Which forms of one control count where it acts more than once in one way."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

import numpy as np

from atlasmodel.match.formula import YES
from atlasmodel.match.pool import Numbers
from atlasmodel.match.table import Mask
from atlasmodel.risk.score import Weakening

_by_way = attrgetter("control", "how")


def strongest(weakenings: Iterable[Weakening]) -> tuple[Weakening, ...]:
    """Return each control once for each way it acts, at its strongest, in the order of their names.

    What is not known to be there stands beside the strongest that is, where it would be stronger still.
    """
    found = list(weakenings)
    if len(found) > 1:
        found.sort(key=_by_way)
        if len(set(map(_by_way, found))) < len(found):
            found = [form for _, forms in groupby(found, _by_way) for form in _that_count(list(forms))]
    return tuple(found)


def _that_count(forms: list[Weakening]) -> list[Weakening]:
    """Return the forms of one control, the strongest first, to the strongest that is known to be there."""
    if len(forms) == 1:
        return forms
    forms.sort(key=lambda form: (-form.share, form.formula != YES))
    sure = next((place for place, form in enumerate(forms) if form.formula == YES), len(forms))
    return forms[: sure + 1]


def counting(ways: Numbers, unsure: Mask) -> Mask:
    """Return the same of many forms at once: `ways` are sorted, and the strongest of each way stands first."""
    sure: Numbers = np.cumsum(~unsure) - ~unsure
    first = np.flatnonzero(np.diff(ways, prepend=-1))
    return np.asarray(sure == np.repeat(sure[first], np.diff(first, append=len(ways))))
