"""Run the layers for one pipeline: match, chain, draw worlds, and answer what-if questions on the same worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atlasmodel.attack.graph import AttackGraph, build_graph
from atlasmodel.attack.starts import adversaries_of, skill_of, start_of
from atlasmodel.errors import InputError, Problem, nearest
from atlasmodel.figures import Figures
from atlasmodel.match.engine import Grounding, Matches, match
from atlasmodel.match.pool import Numbers
from atlasmodel.match.rule import Rule
from atlasmodel.mitigate.placement import Placed, Placement, place_controls
from atlasmodel.mitigate.reach import Coverage
from atlasmodel.mitigate.strongest import strongest
from atlasmodel.mitigate.targets import Targets
from atlasmodel.mitigate.weakenings import Weakenings
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.risk.attacks import SIDES, Attack
from atlasmodel.risk.draws import Draws, draws_of
from atlasmodel.risk.impact import End, ends_of
from atlasmodel.risk.importance import Importance, of_fact, of_steps, of_unknown
from atlasmodel.risk.probability import Campaigns
from atlasmodel.risk.score import StepScore, Weakening, score_step
from atlasmodel.risk.worlds import Bits, Side, WorldSet
from atlasmodel.workspace import Workspace

RISK_SCALE = 20.0
Shares = NDArray[np.float64]


class Credit(NamedTuple):
    """Say in how much risk a step has a part: 20 x impact x share of worlds with it on a proof, summed and at worst."""

    total: float
    worst: float


@dataclass(frozen=True)
class Analysis:
    """Hold the results of all layers for one pipeline."""

    pipeline: Pipeline
    workspace: Workspace
    groundings: Matches
    graph: AttackGraph
    placement: Placement
    coverage: Coverage
    weakenings: Weakenings
    ends: tuple[End, ...]
    attacks: tuple[Attack, ...]

    def revised(self, pipeline: Pipeline) -> Analysis:
        """Return the analysis of a changed pipeline: what `analyse` would, asking again only what the change reaches.

        A changed control leaves matches, graph and draws as they are; a changed component or flow has the rules asked
        again that look at it, and the graph changed where they answer otherwise.
        """
        return analyse(pipeline, self.workspace, self.attacks[0].point.worlds, self)

    @property
    def draws(self) -> Mapping[Side, Draws]:
        """Return what was drawn for the steps of the graph, by side."""
        return {side: getattr(self.attacks[0], side).draws for side in SIDES}

    @cached_property
    def worst(self) -> dict[str, int]:
        """Return the impact of every end, 1 to 5."""
        return {end.fact: end.worst for end in self.ends}

    @cached_property
    def steps(self) -> Numbers:
        """Return the numbers of the steps on the way to an end, sorted."""
        return np.unique(
            np.concatenate([np.zeros(0, dtype=np.int64), *(attack.scores.steps for attack in self.attacks)])
        )

    @cached_property
    def leading(self) -> tuple[Attack, ...]:
        """Return the attacks that alone decide the total, with and without a change: no other one can do all of theirs.

        Of attacks that can do the very same, the first stands for all.
        """
        kept: list[Attack] = []
        for attack in self.attacks:
            if not any(other.outdoes(attack) for other in kept):
                kept = [other for other in kept if not attack.outdoes(other)] + [attack]
        return tuple(kept)

    @cached_property
    def total(self) -> float:
        """Return the total risk: over ends, 20 x impact x the probability for the adversary to whom it is likeliest."""
        today = [[attack.point.share(fact) for fact in self.worst] for attack in self.leading]
        return self.summed(np.array(today).reshape(len(today), len(self.worst)))

    def summed(self, shares: Shares) -> float:
        """Return the total risk for the shares of the ends, one row an adversary."""
        risks = RISK_SCALE * np.array(list(self.worst.values())) * shares.max(axis=0, initial=0.0)
        return float(np.cumsum(risks)[-1]) if len(risks) else 0.0  # one after the other, alike on every machine

    def totals_without(self, steps: Sequence[int]) -> list[float]:
        """Return the total risk when each of some steps alone could not be done."""
        scenarios = [[{step: 0} if step in attack.scores else {} for step in steps] for attack in self.leading]
        return [self.summed(rows) for rows in self._shares(self.leading, scenarios)]

    def totals_with(self, measures: Sequence[Placed]) -> list[float]:
        """Return the total risk with each of some further controls alone, on the same worlds; never above today's."""
        return self.totals_with_sets([[placed] for placed in measures])

    def totals_with_sets(self, scenarios: Sequence[Sequence[Placed]]) -> list[float]:
        """Return the total risk with each of some sets of further controls, on the same worlds; never above today's.

        The controls of one set are there together. A larger set never has a higher total than a part of it.
        """
        return [self.summed(rows) for rows in self._answers(self.leading, scenarios)]

    def shares_with_sets(self, scenarios: Sequence[Sequence[Placed]]) -> list[dict[tuple[str, str], float]]:
        """Return, for each set of further controls, the share of worlds that reach an end, by (end, adversary)."""
        names = [attack.adversary.id for attack in self.attacks]
        return [
            {(fact, name): share for name, row in zip(names, rows.tolist(), strict=True)
             for fact, share in zip(self.worst, row, strict=True)}
            for rows in self._answers(self.attacks, scenarios)
        ]  # fmt: skip

    def _answers(self, attacks: Sequence[Attack], scenarios: Sequence[Sequence[Placed]]) -> Shares:
        """Return for each set of further controls the shares of the ends, one row an attack."""
        acted = [self._jointly(placed) for placed in scenarios]
        made: dict[tuple[int, ...], StepScore] = {}
        figures = [[_with_more(attack, more, made) for more in acted] for attack in attacks]
        drawn = [attack.point.draws.possible_each(some) for attack, some in zip(attacks, figures, strict=True)]
        return self._shares(attacks, drawn)

    def _shares(self, attacks: Sequence[Attack], scenarios: Sequence[Sequence[Mapping[int, Bits]]]) -> Shares:
        """Return for each scenario the shares of the ends, one row an attack, given the scenarios of each."""
        ends = list(self.worst)
        results = [attack.point.what_if(rows, ends) for attack, rows in zip(attacks, scenarios, strict=True)]
        return np.array(results).reshape(len(attacks), len(scenarios[0]), len(ends)).swapaxes(0, 1)

    def contribution(self, goal: str, *, step: str | None = None, fact: str | None = None) -> dict[str, Importance]:
        """Return what a step (by id) or a fact contributes to a goal, by adversary: Birnbaum, risk reduction worth.

        Raises InputError AM157 for a goal, step or fact that there is not, and where neither of the last two is named.
        """
        if (step is None) == (fact is None):
            raise InputError(
                Problem("AM157", "a contribution is that of a step or that of a fact: name one of the two")
            )
        self._check_facts(*(name for name in (goal, fact) if name is not None))
        found = {}
        for attack in self.attacks:
            if step is not None:
                (found[attack.adversary.id],) = of_steps(attack.point, [self._numbered(step)], goal)
            elif fact is not None:
                found[attack.adversary.id] = of_fact(attack.point, fact, goal)
        return found

    def _check_facts(self, *facts: str) -> None:
        for fact in facts:
            if self.graph.names.number(fact) is None and not any(fact in one.possible.facts for one in self.attacks):
                known = [*self.worst, *self.graph.names.listed()]
                raise InputError(Problem("AM157", f"there is no fact `{fact}`", hint=nearest(fact, known)))

    def _numbered(self, step: str) -> int:
        if step not in self.graph.number_of:
            hint = nearest(step, self.graph.number_of)
            raise InputError(Problem("AM157", f"there is no step `{step}`", hint=hint))
        return self.graph.number_of[step]

    def contribution_of_unknown(self, goal: str, place: str, attribute: str) -> dict[str, Mapping[str, float]]:
        """Return, by adversary, the probability of a goal for each value that an unknown attribute may take.

        Each is a share of the worlds in which the attribute has that value, so the fewer, the larger the error.
        Raises InputError AM157 for a goal that there is not, and where no step hangs on the attribute there.
        """
        self._check_facts(goal)
        for attack in self.attacks:
            attack.point.bits(goal)  # by now all that steps hang on is drawn
        drawn = self.attacks[0].point.worlds.drawn
        if (place, attribute) not in drawn:
            known = nearest(f"{place}.{attribute}", (".".join(pair) for pair in drawn))
            raise InputError(Problem("AM157", f"no step hangs on an unknown `{attribute}` of `{place}`", hint=known))
        return {attack.adversary.id: of_unknown(attack.point, place, attribute, goal) for attack in self.attacks}

    def contribution_of_control(self, control: str, at: str) -> float:
        """Return the risk that a control in place today takes away: the total without it less today's total.

        Raises InputError AM157 for one that is not placed there.
        """
        placed = [f"{item.control}@{item.at}" for item in self.placement.placed]
        if f"{control}@{at}" not in placed:
            hint = nearest(f"{control}@{at}", placed)
            raise InputError(Problem("AM157", f"there is no control `{control}` at `{at}`", hint=hint))
        scenarios = [
            {
                number: attack.point.possible_with(number, replace(score, weakenings=left))
                for number, score in attack.scores.items()
                if len(left := tuple(w for w in score.weakenings if (w.control, w.at) != (control, at)))
                < len(score.weakenings)
            }
            for attack in self.leading
        ]
        (rows,) = self._shares(self.leading, [[scenario] for scenario in scenarios])
        return self.summed(rows) - self.total

    def _jointly(self, placed: Sequence[Placed]) -> dict[int, list[Weakening]]:
        """Return what some further controls would do together, by step."""
        found: dict[int, list[Weakening]] = {}
        for item in placed:
            for number, effects in self.acted_on(item).items():
                found.setdefault(number, []).extend(effects)
        return found

    def acting_on(self, groundings: Numbers) -> tuple[list[tuple[Weakening, ...]], Numbers]:
        """Return what weakens some groundings today, by their numbers: different answers, and which is that of each."""
        return self.weakenings.on_each(self.groundings, groundings, self.workspace.catalog.parents)

    def acted_on(self, placed: Placed) -> dict[int, list[Weakening]]:
        """Return what one more control would do, by step."""
        control = self.workspace.library.controls[placed.control]
        found: dict[int, list[Weakening]] = {}
        done: dict[str, list[Weakening]] = {}
        for place in self.coverage.of(control, placed.at):
            for (technique, parent), numbers in self._targets.at(place):
                if technique not in done:
                    done[technique] = self.weakenings.effects(placed, technique, parent)
                if effects := done[technique]:
                    found |= dict.fromkeys(numbers, effects)
        return found

    @cached_property
    def _targets(self) -> Targets:
        """Return the steps on the way to an end by the places where a control would act on them."""
        numbers, parents = self.graph.grounding_of[self.steps], self.workspace.catalog.parents
        return Targets(self.groundings, numbers, self.steps, self.coverage, parents)

    @cached_property
    def likeliest(self) -> Mapping[str, Attack]:
        """Return for every end the attack of the adversary to whom it is likeliest, the first among equals."""
        return {fact: max(self.attacks, key=lambda attack: attack.point.share(fact)) for fact in self.worst}

    def credits(self, limit: int) -> tuple[dict[int, Credit], int]:
        """Return what each step has a part in, and how many ends with any risk were left out.

        An end is swept for the adversary to whom it is likeliest; at most `limit` ends, the worst first.
        """
        ranked: list[tuple[float, str, Attack]] = []
        for (fact, impact), attack in zip(self.worst.items(), self.likeliest.values(), strict=True):
            risk = RISK_SCALE * impact * attack.point.share(fact)
            if risk > 0:
                ranked.append((risk, fact, attack))
        ranked.sort(key=lambda item: (-item[0], item[1]))
        chosen = {attack.adversary.id: attack for _, _, attack in ranked[:limit]}
        totals, worst = np.zeros(len(self.graph.steps)), np.zeros(len(self.graph.steps))
        for attack in chosen.values():
            goals = [fact for _, fact, other in ranked[:limit] if other is attack]
            for fact, shares in zip(goals, attack.point.shares_of_steps(goals), strict=True):
                steps = np.fromiter(shares, dtype=np.int64, count=len(shares))
                parts = (
                    RISK_SCALE * self.worst[fact] * np.fromiter(shares.values(), dtype=np.float64, count=len(shares))
                )
                totals[steps] += parts
                worst[steps] = np.maximum(worst[steps], parts)
        (steps,) = np.nonzero(totals)
        credits = map(Credit, totals[steps].tolist(), worst[steps].tolist())
        found = dict(zip(steps.tolist(), credits, strict=True))
        return found, max(0, len(ranked) - limit)


def _with_more(
    attack: Attack, acted: Mapping[int, list[Weakening]], made: dict[tuple[int, ...], StepScore]
) -> dict[int, StepScore]:
    """Return the figures of the steps that further weakenings act on.

    `made` keeps the figures by what they are made of: many steps, and most adversaries, share those.
    """
    scores: dict[int, StepScore] = {}
    for number in acted.keys() & attack.scores.keys():
        score, more = attack.scores[number], acted[number]
        key = (id(score), *map(id, more))
        if key not in made:
            made[key] = replace(score, weakenings=strongest([*score.weakenings, *more]))
        scores[number] = made[key]
    return scores


def technique_of(grounding: Grounding, workspace: Workspace) -> tuple[str | None, str | None]:
    """Return the technique of a grounding and its parent."""
    return technique_of_rule(grounding.rule, workspace)


def technique_of_rule(rule: Rule, workspace: Workspace) -> tuple[str | None, str | None]:
    """Return the technique of a rule and its parent."""
    technique = rule.technique
    known = workspace.catalog.technique_by_id.get(technique) if technique else None
    return technique, known.parent if known else None


def score_grounding(grounding: Grounding, skill: str, weakenings: Weakenings, workspace: Workspace) -> StepScore:
    """Return the figures of a step for an adversary of some skill under some controls."""
    technique = grounding.rule.technique
    known = workspace.catalog.technique_by_id.get(technique) if technique else None
    acting = weakenings.on(grounding, technique, known.parent if known else None)
    maturity = known.maturity if known else None
    return score_step(grounding.rule, maturity, skill, acting, workspace.scoring, raised=workspace.governance)


def analyse(pipeline: Pipeline, workspace: Workspace, worlds: WorldSet, former: Analysis | None = None) -> Analysis:
    """Run match, chaining and sampling for every adversary of a pipeline.

    `former` is the analysis of the pipeline as it was, in the same workspace and worlds: see `Analysis.revised`.
    """
    tokens = workspace.vocabulary.tokens
    if former is None:
        groundings = match(pipeline, workspace.rules, workspace.vocabulary)
        graph = build_graph(groundings, tokens)
    else:
        groundings = former.groundings.revised(pipeline)
        same = groundings is former.groundings
        graph = former.graph if same else build_graph(groundings, tokens, former.graph)
    placement = place_controls(pipeline, workspace.vocabulary, workspace.library, workspace.scoring)
    coverage = Coverage(pipeline, workspace.vocabulary, groundings.census.table)
    weakenings = Weakenings(placement.placed, workspace.library, coverage, workspace.scoring)
    best = weakenings.with_further(placement.unasked)
    reached = []
    for adversary in adversaries_of(pipeline):
        start = start_of(adversary, pipeline, workspace.vocabulary)
        certain = graph.reach(start.names(certain=True), certain=True)
        reached.append((adversary, start, certain, graph.reach(start.names(certain=False), certain=False)))
    facts = {fact for _, _, _, possible in reached for fact in possible.facts if fact.startswith("out.")}
    ends = ends_of(facts, groundings.census, workspace.scoring)
    goals = [end.fact for end in ends]

    figures = Figures(groundings, graph, workspace)
    attacks: list[Attack] = []
    sides: list[dict[Side, Campaigns]] = []
    draws = former.draws if former is not None and former.graph is graph else draws_of(graph, worlds)
    for adversary, start, certain, possible in reached:
        skill = skill_of(adversary, workspace.vocabulary)
        part = graph.leading_to(goals, possible)
        scores, hoped = (figures.of(part.steps, skill, acting) for acting in (weakenings, best))
        here: dict[Side, Campaigns] = {}
        for side in SIDES:
            others = [*list(here.values())[-1:], *(past[side] for past in sides[-1:])]
            acting = hoped if side == "low" else scores
            here[side] = Campaigns(part, start.facts, acting, draws[side], others=others)
        sides.append(here)
        attacks.append(
            Attack(adversary, skill, start, certain, possible, scores, hoped, here["point"], here["low"], here["high"])
        )
    return Analysis(pipeline, workspace, groundings, graph, placement, coverage, weakenings, ends, tuple(attacks))
