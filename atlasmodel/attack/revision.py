"""The arrays of the attack graph again after a change: what the matches share with those before is taken over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from atlasmodel.attack.grounded import wire
from atlasmodel.attack.names import CodedNames
from atlasmodel.attack.wiring import Wiring
from atlasmodel.match.engine import Matches
from atlasmodel.match.pool import Numbers


class Wired(NamedTuple):
    """Be what is wired of some matches: the arrays, the names of the facts, and the grounding of each step."""

    matches: Matches
    wiring: Wiring
    names: CodedNames
    numbers: Numbers


class _Run(NamedTuple):
    """Be steps in a row of one of two wirings; their groundings move by `shift`."""

    fresh: bool
    first: int
    last: int
    shift: int


def rewire(before: Wired, matches: Matches, implied: Mapping[str, tuple[str, ...]]) -> Wired:
    """Return what wiring matches anew would, where they are those before matched again after a change."""
    places = {id(batch): place for place, batch in enumerate(before.matches.batches)}
    kept = [places.get(id(batch)) for batch in matches.batches]
    changed = [batch for batch, place in zip(matches.batches, kept, strict=True) if place is None]
    again = Matches(matches.census, matches.rules, changed)
    fresh = Wired(again, *wire(again, implied))
    runs = list(_runs(before, fresh, matches, kept))
    codes, old_wiring, new_wiring = _on_one_list(before, fresh)
    parts = [(new_wiring if run.fresh else old_wiring, run.first, run.last) for run in runs]
    numbers = [(fresh if run.fresh else before).numbers[run.first : run.last] + run.shift for run in runs]
    wiring, used = _without_unused(_spliced(parts, len(codes)))
    return Wired(matches, wiring, CodedNames(matches.census, codes[used]), np.concatenate(numbers))


def _runs(before: Wired, fresh: Wired, matches: Matches, kept: Sequence[int | None]) -> Iterator[_Run]:
    """Yield where the steps of each batch are found, those together that stand together."""
    old, new = (np.searchsorted(wired.numbers, wired.matches.starts).tolist() for wired in (before, fresh))
    run, following = _Run(False, 0, 0, 0), 0
    for start, place in zip(matches.starts, kept, strict=False):
        if place is not None:
            step = _Run(False, old[place], old[place + 1], start - before.matches.starts[place])
        else:
            step = _Run(True, new[following], new[following + 1], start - fresh.matches.starts[following])
            following += 1
        if (step.fresh, step.first, step.shift) == (run.fresh, run.last, run.shift):
            run = run._replace(last=step.last)
        else:
            yield run
            run = step
    yield run


def _on_one_list(before: Wired, fresh: Wired) -> tuple[Numbers, Wiring, Wiring]:
    """Return the codes of the facts of either, and both wirings with facts by their places among these."""
    old, new = before.names.codes, fresh.names.codes
    added = np.setdiff1d(new, old, assume_unique=True)
    wiring = before.wiring
    if len(added):
        moved = np.arange(len(old)) + np.searchsorted(added, old)
        wiring = _renumbered(wiring, moved)
        old = np.insert(old, np.searchsorted(old, added), added)
    return old, wiring, _renumbered(fresh.wiring, np.searchsorted(old, new))


def _spliced(parts: Sequence[tuple[Wiring, int, int]], facts: int) -> Wiring:
    """Return some steps of some wirings, one after the other."""
    steps = [(wiring, slice(first, last)) for wiring, first, last in parts]
    clauses = [(wiring, _within(wiring.clause_starts, part)) for wiring, part in steps]
    options = [(wiring, _within(wiring.option_starts, part)) for wiring, part in clauses]
    gains = [(wiring, _within(wiring.gain_starts, part)) for wiring, part in steps]
    return Wiring(
        facts=facts,
        step_formulas=np.concatenate([wiring.step_formulas[part] for wiring, part in steps]),
        clause_starts=_joined([wiring.clause_starts[part.start : part.stop + 1] for wiring, part in steps]),
        option_starts=_joined([wiring.option_starts[part.start : part.stop + 1] for wiring, part in clauses]),
        option_facts=np.concatenate([wiring.option_facts[part] for wiring, part in options]),
        option_formulas=np.concatenate([wiring.option_formulas[part] for wiring, part in options]),
        gain_starts=_joined([wiring.gain_starts[part.start : part.stop + 1] for wiring, part in steps]),
        gain_facts=np.concatenate([wiring.gain_facts[part] for wiring, part in gains]),
        gain_formulas=np.concatenate([wiring.gain_formulas[part] for wiring, part in gains]),
    )


def _within(starts: Numbers, part: slice) -> slice:
    return slice(int(starts[part.start]), int(starts[part.stop]))


def _joined(parts: Sequence[Numbers]) -> Numbers:
    """Return starts that go on from each other."""
    joined = [np.zeros(1, dtype=np.int64)]
    total = 0
    for starts in parts:
        joined.append(starts[1:] + (total - starts[0]))
        total += int(starts[-1] - starts[0])
    return np.concatenate(joined)


def _without_unused(wiring: Wiring) -> tuple[Wiring, Numbers]:
    """Return a wiring without the facts that no step names any more, and the numbers that the others had."""
    used = np.zeros(wiring.facts, dtype=np.bool_)
    used[wiring.option_facts] = True
    used[wiring.gain_facts] = True
    left = np.nonzero(used)[0]
    if len(left) == wiring.facts:
        return wiring, left
    return replace(_renumbered(wiring, np.cumsum(used) - 1), facts=len(left)), left


def _renumbered(wiring: Wiring, numbers: Numbers) -> Wiring:
    return replace(wiring, option_facts=numbers[wiring.option_facts], gain_facts=numbers[wiring.gain_facts])
