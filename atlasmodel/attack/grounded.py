"""From matched rules to the arrays of the attack graph, without an object for any of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from atlasmodel.attack.names import CodedNames
from atlasmodel.attack.wiring import Wiring
from atlasmodel.match.batch import Choices
from atlasmodel.match.engine import Matches
from atlasmodel.match.pool import Numbers
from atlasmodel.match.table import begins, spread, summed

_EMPTY = np.zeros(0, dtype=np.int64)
_WIDE = 16  # numbers among this many times as many are worth marking


def wire(matches: Matches, implied: Mapping[str, tuple[str, ...]]) -> tuple[Wiring, CodedNames, Numbers]:
    """Return the arrays of all groundings that gain something, the names of their facts, and which groundings they are.

    A grounding with a clause that nothing can meet is left out; what a fact implies is gained with it.
    """
    clause_counts, option_counts, options = _needed(matches)
    gains = _gained(matches, implied)
    idle = np.repeat(np.arange(len(matches)), clause_counts)[option_counts == 0]
    kept = np.diff(gains.starts) > 0
    kept[idle] = False
    kept_clauses = np.repeat(kept, clause_counts)
    _, chosen = spread(summed(option_counts), np.nonzero(kept_clauses)[0])
    _, gained = spread(gains.starts, np.nonzero(kept)[0])
    span = matches.census.span
    option_codes = options.tokens[chosen] * span + options.places[chosen]
    gain_codes = gains.tokens[gained] * span + gains.places[gained]
    codes, numbers = _numbered(np.concatenate([option_codes, gain_codes]), len(matches.census.tokens) * span)
    formulas = np.concatenate([_EMPTY, *(batch.formulas for batch in matches.batches)])
    wiring = Wiring(
        facts=len(codes),
        step_formulas=formulas[kept],
        clause_starts=summed(clause_counts[kept]),
        option_starts=summed(option_counts[kept_clauses]),
        option_facts=numbers[: len(option_codes)],
        option_formulas=options.formulas[chosen],
        gain_starts=summed(np.diff(gains.starts)[kept]),
        gain_facts=numbers[len(option_codes) :],
        gain_formulas=gains.formulas[gained],
    )
    return wiring, CodedNames(matches.census, codes), np.nonzero(kept)[0]


def _numbered(codes: Numbers, bound: int) -> tuple[Numbers, Numbers]:
    """Return each of some codes once, sorted, and where each of them stands there; marking beats sorting for many."""
    if len(codes) * _WIDE < bound:
        found, numbers = np.unique(codes, return_inverse=True)
        return found, numbers
    used = np.zeros(bound, dtype=np.bool_)
    used[codes] = True
    return np.nonzero(used)[0], (np.cumsum(used) - 1)[codes]


def _needed(matches: Matches) -> tuple[Numbers, Numbers, Choices]:
    """Return how many clauses every grounding has, how many options every clause, and the options clause by clause."""
    clause_counts = np.repeat(
        np.array([len(batch.clauses) for batch in matches.batches], dtype=np.int64),
        np.array([len(batch) for batch in matches.batches], dtype=np.int64),
    )
    starts = summed(clause_counts)
    clauses: list[Numbers] = [_EMPTY]
    parts: list[Choices] = []
    for first, batch in zip(matches.starts, matches.batches, strict=False):
        rows = starts[first : first + len(batch)]
        for position, clause in enumerate(batch.clauses):
            clauses.append(np.repeat(rows + position, np.diff(clause.starts)))
            parts.append(clause)
    return clause_counts, *_sorted(clauses, parts, int(starts[-1]))


def _sorted(owners: list[Numbers], parts: list[Choices], count: int) -> tuple[Numbers, Choices]:
    """Return how many choices each owner has, and the choices sorted by owner."""
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    counts = np.bincount(owner, minlength=count)
    return counts, _columns(parts, summed(counts), order)


def _chained(parts: list[Choices]) -> Choices:
    """Return the rows of choices, one part after the other."""
    counts = np.concatenate([_EMPTY, *(np.diff(part.starts) for part in parts)])
    return _columns(parts, summed(counts), slice(None))


def _columns(parts: list[Choices], starts: Numbers, order: Numbers | slice) -> Choices:
    tokens, places, formulas = (
        np.concatenate([_EMPTY, *(getattr(part, name) for part in parts)])[order]
        for name in ("tokens", "places", "formulas")
    )
    return Choices(starts, tokens, places, formulas)


def _gained(matches: Matches, implied: Mapping[str, tuple[str, ...]]) -> Choices:
    """Return what every grounding gains, with all that follows from it."""
    census = matches.census
    gains = _chained([batch.gains for batch in matches.batches])
    closures = [[census.token(name) for name in implied.get(token, (token,))] for token in list(census.tokens)]
    closure_starts = summed(np.array([len(closure) for closure in closures], dtype=np.int64))
    members = np.array([token for closure in closures for token in closure], dtype=np.int64)
    of_gain, entries = spread(closure_starts, gains.tokens)
    owner = np.repeat(np.arange(len(matches)), np.diff(gains.starts))[of_gain]
    starts = begins(owner, len(matches))
    closed = Choices(starts, members[entries], gains.places[of_gain], gains.formulas[of_gain])
    return closed.merged(len(matches), census)
