"""From the analysis of a pipeline to the sample-average problem: same worlds, same draws, same arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from atlasmodel.analysis import RISK_SCALE, Analysis
from atlasmodel.match.formula import YES
from atlasmodel.mitigate.strongest import strongest
from atlasmodel.planning.candidate import Candidate
from atlasmodel.planning.sample import (
    Act,
    Array,
    Bits,
    Ground,
    Node,
    Sample,
    first_to_last,
    need,
    takes,
)
from atlasmodel.risk.attacks import Attack
from atlasmodel.risk.score import StepScore, Weakening
from atlasmodel.risk.worlds import WorldSet


def draw_sample(analysis: Analysis, candidates: Sequence[Candidate], ends: Sequence[str] | None = None) -> Sample:
    """Return the problem of choosing among the candidates; `ends` counts only some of the ends."""
    counted = [fact for fact in analysis.worst if ends is None or fact in ends]
    acting: dict[int, dict[str, list[tuple[int, Weakening]]]] = {}
    for lever, candidate in enumerate(candidates):
        for step, effects in candidate.acted.items():
            for effect in effects:
                acting.setdefault(step, {}).setdefault(candidate.control.id, []).append((lever, effect))
    grounds = tuple(_ground(analysis, attack, acting, counted) for attack in analysis.attacks)
    worth = tuple(RISK_SCALE * analysis.worst[fact] for fact in counted)
    worlds = analysis.attacks[0].point.worlds.count if analysis.attacks else 64
    return Sample(worlds, len(candidates), worth, grounds)


def _ground(
    analysis: Analysis,
    attack: Attack,
    acting: dict[int, dict[str, list[tuple[int, Weakening]]]],
    ends: Sequence[str],
) -> Ground:
    point = attack.point
    order = first_to_last({step: attack.possible.steps[step] for step in point.connections.clauses})
    nodes = []
    for step in order:
        acts, needed, left = _acts(attack, step, acting.get(step, {}))
        nodes.append(
            Node(
                tuple(tuple(clause) for clause in point.connections.clauses[step]),
                tuple(point.connections.gains[step]),
                point.possible[step],
                acts,
                needed,
                left,
            )
        )
    goals = {number: point.number[fact] for number, fact in enumerate(ends) if fact in point.number}
    facts = [ends[number] for number in goals]

    def engine(scenarios: Sequence[Mapping[int, Bits]]) -> list[list[float]]:
        return point.what_if([{order[number]: bits for number, bits in one.items()} for one in scenarios], facts)

    return Ground(attack.adversary.id, len(point.number), tuple(point.start), tuple(nodes), goals, engine)


def _acts(
    attack: Attack, step: int, acting: dict[str, list[tuple[int, Weakening]]]
) -> tuple[tuple[Act, ...], Array | None, Callable[[frozenset[str]], Bits] | None]:
    """Return what acts on a step, what it takes for the step to go, and where it stays under some controls."""
    if not acting or not attack.point.possible[step]:
        return (), None, None
    score, worlds = attack.scores[step], attack.point.worlds
    forms = {control: _best(pairs) for control, pairs in acting.items()}

    def left(controls: frozenset[str]) -> Bits:
        more = [forms[control] for control in sorted(controls)]
        both = replace(score, weakenings=strongest([*score.weakenings, *more]))
        return attack.point.possible_with(step, both)

    today = _shares(score, worlds)
    chance = np.full(worlds.count, score.base)
    for share in today.values():
        chance = chance * (1 - share)
    acts = []
    for control, effect in forms.items():
        now = today.get(control, 0.0)
        then = np.maximum(now, effect.share)
        with np.errstate(divide="ignore", invalid="ignore"):
            further = np.nan_to_num(1 - (1 - then) / (1 - np.asarray(now)), nan=0.0)
        levers = tuple(dict.fromkeys(lever for lever, _ in acting[control]))
        acts.append(Act(control, takes(further, worlds.count), levers))
    needed = need(chance, worlds.uniform("step", attack.point.graph.steps[step].id))
    if not _agrees(attack, step, acts, needed, left):
        needed = np.full(worlds.count, 1e-6, dtype=np.float32)  # cautious: any control might take the step away
    return tuple(acts), needed, left


def _best(pairs: Sequence[tuple[int, Weakening]]) -> Weakening:
    """Return what a control does at its best: at every place it has the same strength."""
    return max((effect for _, effect in pairs), key=lambda effect: effect.share)


def _shares(score: StepScore, worlds: WorldSet) -> dict[str, float | Array]:
    """Return how much each control takes away today, world by world where it is not known to be there."""
    found: dict[str, float | Array] = {}
    for forms in score.prevents:
        share: float | Array = 0.0
        for form in forms:
            there = True if form.formula == YES else worlds.unpack(worlds.where(form.formula))
            share = form.share if there is True else np.where(there, form.share, share)
        found[forms[0].control] = share
    return found


def _agrees(
    attack: Attack, step: int, acts: Sequence[Act], needed: Array, left: Callable[[frozenset[str]], Bits]
) -> bool:
    """Tell whether the logarithms never say that a step stays where the draws say that it goes."""
    today = attack.point.possible[step]
    for some in (acts[:1], acts):
        gone = attack.point.worlds.unpack(today & ~left(frozenset(act.control for act in some)))
        taken = np.sum([act.takes for act in some], axis=0)
        if bool(np.any(gone & (taken < needed))):
            return False
    return True
