"""Play case studies on the graph of one pipeline, for each of its adversaries, and tell how each came out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from atlasmodel.analysis import score_grounding
from atlasmodel.attack.graph import AttackGraph, build_graph
from atlasmodel.attack.starts import adversaries_of, skill_of, start_of
from atlasmodel.cases.assumption import assumptions
from atlasmodel.cases.case import SimilarCase, SimilarStep, Status
from atlasmodel.cases.procedure import Hand, Stage, scope_of
from atlasmodel.catalog.records import CaseStudy
from atlasmodel.document import Certainty
from atlasmodel.match.engine import Grounding, match
from atlasmodel.match.formula import is_listed
from atlasmodel.match.rule import ADVERSARY
from atlasmodel.mitigate.placement import place_controls
from atlasmodel.mitigate.reach import Coverage
from atlasmodel.mitigate.weakenings import Weakenings
from atlasmodel.model.pipeline import Adversary, Pipeline
from atlasmodel.workspace import Workspace

ON_SYSTEM = ("target", "impact", "exposure")


@dataclass(frozen=True)
class Side:
    """Hold an adversary's two views of the graph, certain and possible: where it starts and what it reaches."""

    adversary: Adversary
    openings: Mapping[bool, Hand]
    reached: Mapping[bool, frozenset[str]]


@dataclass(frozen=True)
class Played:
    """Hold how a study came out for one adversary: of each step, what could be done, certainly and possibly."""

    side: Side
    able: Mapping[bool, list[list[Grounding]]]
    score: float


class Theatre:
    """Hold what every study is played on."""

    def __init__(self, pipeline: Pipeline, workspace: Workspace) -> None:
        self.pipeline, self.workspace, self.assumptions = pipeline, workspace, assumptions()
        # What only an answer would bring is asked, and not listed: a bare component permits nothing.
        found = match(pipeline, workspace.rules, workspace.vocabulary)
        groundings = [item for item in found if is_listed(item.formula)]
        self.graph: AttackGraph = build_graph(groundings, workspace.vocabulary.tokens)
        self.stages = {side: Stage(groundings, self.graph, workspace.catalog, certain=side) for side in (True, False)}
        self.position = {component.id: number for number, component in enumerate(pipeline.components)}
        techniques = {step.technique for study in workspace.catalog.case_studies for step in study.steps}
        self.candidates = {
            side: {name: stage.candidates(name) for name in sorted(techniques)} for side, stage in self.stages.items()
        }
        self.scope = {name: scope_of(name, workspace.catalog, workspace.rules) for name in sorted(techniques)}
        self.sides = [self._side(adversary) for adversary in adversaries_of(pipeline)]
        placement = place_controls(pipeline, workspace.vocabulary, workspace.library, workspace.scoring)
        coverage = Coverage(pipeline, workspace.vocabulary)
        self.weakenings = Weakenings(placement.placed, workspace.library, coverage, workspace.scoring)

    def _side(self, adversary: Adversary) -> Side:
        start = start_of(adversary, self.pipeline, self.workspace.vocabulary)
        starts = {side: start.names(certain=side) for side in (True, False)}
        return Side(
            adversary,
            {side: stage.opening(starts[side]) for side, stage in self.stages.items()},
            {side: frozenset(self.graph.reach(names, certain=side).facts) for side, names in starts.items()},
        )

    def best(self, study: CaseStudy) -> Played:
        """Return how a study comes out for the adversary it suits best, the first in the file among equals."""
        return max((self._play(study, side) for side in self.sides), key=lambda played: played.score)

    def _play(self, study: CaseStudy, side: Side) -> Played:
        names = [step.technique for step in study.steps]
        able = {
            certain: stage.play([self.candidates[certain][name] for name in names], side.openings[certain])
            for certain, stage in self.stages.items()
        }
        earned = possible = 0.0
        for number, step in enumerate(study.steps):
            if self._is_on_system(step.technique, able[False][number]):
                weight = self.assumptions.weight(step.technique)
                possible += weight
                earned += weight * self._credit(study, step.technique, able[True][number], able[False][number])
        return Played(side, able, round(earned / (possible + self.assumptions.ballast.bits), 4))

    def _is_on_system(self, technique: str, able: Sequence[Grounding]) -> bool:
        """Tell whether a step acts on this pipeline, by what its technique is and by where it can be done."""
        return self.scope[technique] in ON_SYSTEM and (not able or bool(_placed(able)))

    def _credit(
        self, study: CaseStudy, technique: str, certain: Sequence[Grounding], able: Sequence[Grounding]
    ) -> float:
        """Return what a step counts, 0 to 1: how surely it holds, and whether in the setting of this study."""
        ways = (
            (_placed(certain), self.assumptions.certain),
            (_placed(able), self.assumptions.possible),
            (_placed(self.candidates[False][technique]), self.assumptions.applies),
        )
        other = self.assumptions.other_setting.share
        worth = (credit.share * (1.0 if _in_setting(items, study) else other) for items, credit in ways if items)
        return max(worth, default=0.0)

    def held(self, played: Played) -> int:
        """Return how many steps hold on the system."""
        return sum(bool(_placed(able)) for able in played.able[False])

    def shown(self, study: CaseStudy, played: Played) -> SimilarCase:
        """Return a study as it is told: with a place for each step, chosen so that later steps lean on it."""
        chosen = self._chosen(study, played)
        steps = tuple(self._step(study, number, chosen[number], played) for number in range(len(study.steps)))
        distinct = {item.id: self._probability(item, played.side) for item in chosen if item is not None}
        return SimilarCase(
            id=study.id,
            name=study.name,
            summary=study.summary,
            adversary=played.side.adversary.id,
            score=played.score,
            goal=self._goal(study, played.side),
            probability=float(f"{prod(distinct.values()):.4g}"),
            steps=steps,
        )

    def _chosen(self, study: CaseStudy, played: Played) -> list[Grounding | None]:
        """Return for each step that holds the grounding to show, going back from the last.

        First what holds for certain, then the study's own setting, then what a later step needs, then where the next
        step on the system acts, then the order of the file.
        """
        chosen: list[Grounding | None] = [None] * len(study.steps)
        wanted: set[str] = set()
        after: str | None = None
        for number in reversed(range(len(study.steps))):
            sides = {side: played.able[side][number] for side in (True, False)}
            choices = [(side, _placed(sides[side])) for side in sides] + list(sides.items())
            side, able = next(((side, items) for side, items in choices if items), (False, []))
            if not able:
                continue
            stage = self.stages[side]
            nearby = self._nearby(after)
            ranks = {
                item.id: (
                    not _in_setting([item], study),
                    wanted.isdisjoint(stage.gains(item)),
                    nearby.get(item.component, 2),
                    self.position.get(item.component, -1),
                    item.rule.id,
                )
                for item in able
            }
            best = min(able, key=lambda item, ranks=ranks: ranks[item.id])  # type: ignore[misc]
            chosen[number] = best
            wanted |= {fact for clause in stage.needs(best) for fact in clause}
            after = best.component if best.component != ADVERSARY else after
        return chosen

    def _nearby(self, place: str | None) -> dict[str, int]:
        """Return how near components are: 0 the place itself, 1 those a flow joins to it."""
        if place is None:
            return {}
        flows = (*self.pipeline.flows_from(place), *self.pipeline.flows_to(place))
        return dict.fromkeys((end for flow in flows for end in (flow.source, flow.target)), 1) | {place: 0}

    def _step(self, study: CaseStudy, number: int, chosen: Grounding | None, played: Played) -> SimilarStep:
        technique = study.steps[number].technique
        standing = {side: _placed(self.candidates[side][technique]) for side in (True, False)}
        certainty: Certainty | None = None
        if not self._is_on_system(technique, played.able[False][number]):
            status: Status = "off_system"
        elif chosen is not None:
            status = "holds"
            certainty = "yes" if _placed(played.able[True][number]) else "unknown"
        else:
            status = "applies" if standing[False] else "absent"
            certainty = ("yes" if standing[True] else "unknown") if standing[False] else None
        shown = chosen if status == "holds" else None
        return SimilarStep(
            technique=technique,
            technique_name=self.workspace.catalog.display_name(technique),
            status=status,
            certainty=certainty,
            at=shown.component if shown else None,
            rule=shown.rule.id if shown else None,
            same_setting=shown is not None and study.id in shown.rule.references,
            probability=self._probability(shown, played.side) if shown else None,
        )

    def _probability(self, item: Grounding, side: Side) -> float:
        """Return the chance that a step succeeds, with every unknown control absent: no control can raise it."""
        skill = skill_of(side.adversary, self.workspace.vocabulary)
        score = score_grounding(item, skill, self.weakenings, self.workspace)
        return float(f"{score.probability(favour_attacker=True):.4g}")

    def _goal(self, study: CaseStudy, side: Side) -> Certainty | None:
        """Return whether an end like that of the study's last step on the system can be reached, in whatever way."""
        last = [step.technique for step in study.steps if self.scope[step.technique] in ON_SYSTEM][-1:]
        for certain, word in ((True, "yes"), (False, "unknown")):
            stage = self.stages[certain]
            gains = (fact for name in last for item in self.candidates[certain][name] for fact in stage.gains(item))
            if any(fact in side.reached[certain] for fact in gains):
                return "yes" if word == "yes" else "unknown"
        return None


def _placed(items: Iterable[Grounding]) -> list[Grounding]:
    """Return the groundings that stand at a component."""
    return [item for item in items if item.component != ADVERSARY]


def _in_setting(items: Iterable[Grounding], study: CaseStudy) -> bool:
    """Tell whether a rule that names the study is among some groundings: the setting is then that of the study."""
    return any(study.id in item.rule.references for item in items)
