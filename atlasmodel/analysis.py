"""Run the layers for one pipeline: match, chain, draw worlds, and answer what-if questions on the same worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from atlasmodel.attack.graph import AttackGraph, Reach, build_graph
from atlasmodel.attack.starts import Start, adversaries_of, skill_of, start_of
from atlasmodel.errors import InputError, Problem, nearest
from atlasmodel.match.engine import Grounding, Matches, match
from atlasmodel.match.rule import Rule
from atlasmodel.mitigate.placement import Coverage, Placed, Placement, Weakenings, place_controls, places_at, strongest
from atlasmodel.model.pipeline import Adversary, Pipeline
from atlasmodel.risk.estimate import Estimate, Solved
from atlasmodel.risk.exact import Exact, exact_probability
from atlasmodel.risk.impact import End, ends_of
from atlasmodel.risk.importance import Importance, of_fact, of_steps, of_unknown
from atlasmodel.risk.probability import Campaigns
from atlasmodel.risk.sampling import Sampled, sample
from atlasmodel.risk.score import Scorer, StepScore, Weakening
from atlasmodel.risk.translation import Translation
from atlasmodel.risk.worlds import Bits, Side, WorldSet
from atlasmodel.scores import Figures
from atlasmodel.workspace import Workspace

RISK_SCALE = 20.0
MOST_SOLVED = 1_000  # draws that lead to a goal, up to which it is tried to be solved exactly
MOST_WORLDS = 2**26  # that may be sampled for one goal
MOST_BETWEEN = 250  # of them that are not held for certain, and lie between start and goal
MOST_STATES = 2.0**20  # work allowed for it
SIDES: tuple[Side, ...] = ("low", "point", "high")  # each reaches what the one before it reaches


@dataclass(frozen=True)
class Attack:
    """Hold what one adversary can do: what it reaches for certain, what it may, and its campaigns in every world."""

    adversary: Adversary
    skill: str
    start: Start
    certain: Reach
    possible: Reach
    scores: Mapping[int, StepScore]
    hoped: Mapping[int, StepScore]  # the same where every control is in place that an unset attribute would tell of
    point: Campaigns
    low: Campaigns
    high: Campaigns

    def estimate(self, fact: str, *, solve: bool = False) -> Estimate:
        """Return the probability of a fact on the worlds; with `solve`, also the exact one where that is affordable."""
        low, point, high = (side.share(fact) for side in (self.low, self.point, self.high))
        return Estimate(low, point, high, self.point.worlds.count, self.solved(fact) if solve else None)

    def solved(self, fact: str) -> Solved | None:
        """Return the exact probability of a fact, or None where what leads to it is too large or too wide."""
        point = None if self._correlated else self._exact(fact, "point")
        if point is None:
            return None
        low, high = (self._exact(fact, side) for side in ("low", "high"))
        return Solved(point.value, low.value if low else None, high.value if high else None, point.rung)

    def refined(self, fact: str, *, relative: float = 0.05, most: int = 2**20) -> Exact | Sampled:
        """Return the probability of a fact exactly where that is affordable, else sampled afresh to a relative error.

        Sampling goes on beyond the stored worlds, to `most` at the highest: for goals too rare for those to tell.
        Raises InputError AM157 for figures out of bounds, or where steps of a technique have a common cause.
        """
        if not (0 < relative < 1 and 0 < most <= MOST_WORLDS):
            problem = f"a relative error of {relative:g} with at most {most} worlds cannot be had"
            raise InputError(Problem("AM157", problem, hint=f"an error between 0 and 1, 1 to {MOST_WORLDS} worlds"))
        if self._correlated:
            raise InputError(
                Problem("AM157", "steps with a common cause are not drawn one by one", hint="take more worlds instead")
            )
        exact = self._exact(fact, "point")
        if exact is not None:
            return exact
        network = self._translations["point"].network(fact)
        return sample(network, self.point.worlds.seed, relative=relative, most=most)

    def outdoes(self, other: Attack) -> bool:
        """Tell whether this adversary can do all that another can, as well, under whatever further controls."""
        return len(list(self.point.alike(other.scores))) == len(other.scores) and self.point.contains(other.point)

    @cached_property
    def _correlated(self) -> bool:
        return any(score.shared > 0 for score in self.scores.values())

    def _exact(self, fact: str, side: Side) -> Exact | None:
        if not self.point.field.is_led_to_by(fact, MOST_SOLVED):
            return None
        network = self._translations[side].small_network(fact, MOST_SOLVED)
        return None if network is None else exact_probability(network, MOST_STATES, MOST_BETWEEN)

    @cached_property
    def _translations(self) -> Mapping[Side, Translation]:
        """Return what this adversary may do as networks of draws, by side of what is unknown."""
        return {
            side: Translation(
                self.point.graph,
                self.point.part,
                self.start.facts,
                self.hoped if side == "low" else self.scores,
                self.point.worlds.attributes,
                side=side,
            )
            for side in SIDES
        }


@dataclass(frozen=True)
class Credit:
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

    @cached_property
    def worst(self) -> dict[str, int]:
        """Return the impact of every end, 1 to 5."""
        return {end.fact: end.worst for end in self.ends}

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
        return self._summed([[attack.point.share(fact) for fact in self.worst] for attack in self.leading])

    def _summed(self, shares: Sequence[Sequence[float]]) -> float:
        """Return the total risk for the shares of the ends, one row a leading adversary."""
        likeliest = (max(column) for column in zip(*shares, strict=True))
        return float(
            sum(RISK_SCALE * impact * share for impact, share in zip(self.worst.values(), likeliest, strict=True))
        )

    def totals_without(self, steps: Sequence[int]) -> list[float]:
        """Return the total risk when each of some steps alone could not be done."""
        scenarios = [[{step: 0} if step in attack.scores else {} for step in steps] for attack in self.leading]
        return [self._summed(rows) for rows in self._shares(self.leading, scenarios)]

    def totals_with(self, measures: Sequence[Placed]) -> list[float]:
        """Return the total risk with each of some further controls alone, on the same worlds; never above today's."""
        return self.totals_with_sets([[placed] for placed in measures])

    def totals_with_sets(self, scenarios: Sequence[Sequence[Placed]]) -> list[float]:
        """Return the total risk with each of some sets of further controls, on the same worlds; never above today's.

        The controls of one set are there together. A larger set never has a higher total than a part of it.
        """
        return [self._summed(rows) for rows in self._answers(self.leading, scenarios)]

    def shares_with_sets(self, scenarios: Sequence[Sequence[Placed]]) -> list[dict[tuple[str, str], float]]:
        """Return, for each set of further controls, the share of worlds that reach an end, by (end, adversary)."""
        names = [attack.adversary.id for attack in self.attacks]
        return [
            {(fact, name): share for name, row in zip(names, rows, strict=True)
             for fact, share in zip(self.worst, row, strict=True)}
            for rows in self._answers(self.attacks, scenarios)
        ]  # fmt: skip

    def _answers(
        self, attacks: Sequence[Attack], scenarios: Sequence[Sequence[Placed]]
    ) -> list[tuple[list[float], ...]]:
        """Return for each set of further controls the shares of the ends, one row an attack."""
        acted = [self._jointly(placed) for placed in scenarios]
        known: list[dict[int, tuple[StepScore, Bits]]] = [{} for _ in scenarios]
        return self._shares(
            attacks,
            [[self._possible(attack, *pair) for pair in zip(acted, known, strict=True)] for attack in attacks],
        )

    def _shares(
        self, attacks: Sequence[Attack], scenarios: Sequence[Sequence[Mapping[int, Bits]]]
    ) -> list[tuple[list[float], ...]]:
        """Return for each scenario the shares of the ends, one row an attack, given the scenarios of each."""
        ends = list(self.worst)
        results = [attack.point.what_if(rows, ends) for attack, rows in zip(attacks, scenarios, strict=True)]
        return list(zip(*results, strict=True))

    def contribution(self, goal: str, *, step: str | None = None, fact: str | None = None) -> dict[str, Importance]:
        """Return what a step (by id) or a fact contributes to a goal, by adversary: Birnbaum, risk reduction worth."""
        found = {}
        for attack in self.attacks:
            if step is not None:
                (found[attack.adversary.id],) = of_steps(attack.point, [self._numbered(step)], goal)
            elif fact is not None:
                found[attack.adversary.id] = of_fact(attack.point, fact, goal)
        return found

    def _numbered(self, step: str) -> int:
        if step not in self.graph.number_of:
            hint = nearest(step, self.graph.number_of)
            raise InputError(Problem("AM157", f"there is no step `{step}`", hint=hint))
        return self.graph.number_of[step]

    def contribution_of_unknown(self, goal: str, place: str, attribute: str) -> dict[str, Mapping[str, float]]:
        """Return, by adversary, the probability of a goal for each value that an unknown attribute may take."""
        return {attack.adversary.id: of_unknown(attack.point, place, attribute, goal) for attack in self.attacks}

    def contribution_of_control(self, control: str, at: str) -> float:
        """Return the risk that a control in place today takes away: the total without it less today's total."""
        scenarios = [
            {
                number: attack.point.possible_with(number, replace(score, weakenings=left))
                for number, score in attack.scores.items()
                if len(left := tuple(w for w in score.weakenings if (w.control, w.at) != (control, at)))
                < len(score.weakenings)
            }
            for attack in self.leading
        ]
        ((*rows,),) = self._shares(self.leading, [[scenario] for scenario in scenarios])
        return self._summed(rows) - self.total

    def _jointly(self, placed: Sequence[Placed]) -> dict[int, list[Weakening]]:
        """Return what some further controls would do together, by step."""
        found: dict[int, list[Weakening]] = {}
        for item in placed:
            for number, effects in self.acted_on(item).items():
                found.setdefault(number, []).extend(effects)
        return found

    def acted_on(self, placed: Placed) -> dict[int, list[Weakening]]:
        """Return what one more control would do, by step."""
        control = self.workspace.library.controls[placed.control]
        found: dict[int, list[Weakening]] = {}
        done: dict[str, list[Weakening]] = {}
        for place in self.coverage.of(control, placed.at):
            for (technique, parent), numbers in self._steps_at.get(place, {}).items():
                if technique not in done:
                    done[technique] = self.weakenings.effects(placed, technique, parent)
                if effects := done[technique]:
                    found.update((number, effects) for number in numbers)
        return found

    def _possible(
        self, attack: Attack, acted: Mapping[int, list[Weakening]], known: dict[int, tuple[StepScore, Bits]]
    ) -> dict[int, Bits]:
        """Return the worlds in which the steps are possible that further weakenings act on.

        `known` keeps them with the figures they were worked out for: most adversaries share those.
        """
        steps = acted.keys() & attack.scores.keys()
        with_more: dict[int, StepScore] = {}
        for number in steps:
            score = attack.scores[number]
            if number not in known or known[number][0] is not score:
                with_more[number] = replace(score, weakenings=strongest([*score.weakenings, *acted[number]]))
        for number, bits in attack.point.draws.possible(with_more).items():
            known[number] = attack.scores[number], bits
        return {number: known[number][1] for number in steps}

    @cached_property
    def _steps_at(self) -> Mapping[str, Mapping[tuple[str, str | None], list[int]]]:
        """Return the steps on the way to an end by the places where a control would act on them, and by technique."""
        found: dict[str, dict[tuple[str, str | None], list[int]]] = {}
        steps = np.array(sorted({number for attack in self.attacks for number in attack.scores}), dtype=np.int64)
        numbers, (components, flows) = self.graph.grounding_of[steps], self.groundings.sites
        for batch, rows in self.groundings.by_batch(numbers):
            technique, parent = technique_of_rule(batch.rule, self.workspace)
            for step, number in zip(steps[rows].tolist(), numbers[rows].tolist(), strict=True) if technique else ():
                for place in places_at(components[number], flows[number]):
                    found.setdefault(place, {}).setdefault((str(technique), parent), []).append(step)
        return found

    def credits(self, limit: int) -> tuple[dict[int, Credit], int]:
        """Return what each step has a part in, and how many ends with any risk were left out.

        An end is swept for the adversary to whom it is likeliest; at most `limit` ends, the worst first.
        """
        ranked: list[tuple[float, str, Attack]] = []
        for fact, impact in self.worst.items():
            attack = max(self.attacks, key=lambda item: item.point.share(fact))
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


def technique_of(grounding: Grounding, workspace: Workspace) -> tuple[str | None, str | None]:
    """Return the technique of a grounding and its parent."""
    return technique_of_rule(grounding.rule, workspace)


def technique_of_rule(rule: Rule, workspace: Workspace) -> tuple[str | None, str | None]:
    """Return the technique of a rule and its parent."""
    technique = rule.technique
    known = workspace.catalog.technique_by_id.get(technique) if technique else None
    return technique, known.parent if known else None


def score_grounding(
    grounding: Grounding, skill: str, weakenings: Weakenings, workspace: Workspace, scorer: Scorer | None = None
) -> StepScore:
    """Return the figures of a step for an adversary of some skill under some controls.

    A scorer gives steps of one rule under the same controls one and the same figures.
    """
    technique = grounding.rule.technique
    known = workspace.catalog.technique_by_id.get(technique) if technique else None
    acting = weakenings.on(grounding, technique, known.parent if known else None)
    scorer = scorer or Scorer(workspace.scoring, workspace.governance)
    return scorer.score(grounding.rule, known.maturity if known else None, skill, acting)


def analyse(pipeline: Pipeline, workspace: Workspace, worlds: WorldSet) -> Analysis:
    """Run match, chaining and sampling for every adversary of a pipeline."""
    groundings = match(pipeline, workspace.rules, workspace.vocabulary)
    graph = build_graph(groundings, workspace.vocabulary.tokens)
    placement = place_controls(pipeline, workspace.vocabulary, workspace.library, workspace.scoring)
    coverage = Coverage(pipeline, workspace.vocabulary)
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
    for adversary, start, certain, possible in reached:
        skill = skill_of(adversary, workspace.vocabulary)
        part = graph.leading_to(goals, possible)
        scores, hoped = (figures.of(part.steps, skill, acting) for acting in (weakenings, best))
        here: dict[Side, Campaigns] = {}
        for side in SIDES:
            others = [*list(here.values())[-1:], *(past[side] for past in sides[-1:])]
            acting = hoped if side == "low" else scores
            here[side] = Campaigns(graph, part, start.facts, acting, worlds, side=side, others=others)
        sides.append(here)
        attacks.append(
            Attack(adversary, skill, start, certain, possible, scores, hoped, here["point"], here["low"], here["high"])
        )
    return Analysis(pipeline, workspace, groundings, graph, placement, coverage, weakenings, ends, tuple(attacks))
