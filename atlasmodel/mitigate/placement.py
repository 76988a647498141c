"""Which controls act on which steps: what the file places, what attributes say, and how far a control covers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, get_args

import numpy as np

from atlasmodel.errors import Problem, Span, nearest
from atlasmodel.match.census import Census, Places
from atlasmodel.match.engine import Grounding
from atlasmodel.match.formula import YES, Formula, Leaf, Test
from atlasmodel.match.pool import NONE
from atlasmodel.match.table import Table
from atlasmodel.mitigate.controls import EVERYWHERE, Control, Library, Weakens
from atlasmodel.model.kinds import Attribute, Implied, State, Vocabulary
from atlasmodel.model.pipeline import Component, Flow, Pipeline
from atlasmodel.risk.score import Weakening
from atlasmodel.risk.scoring import Scoring

STATES = get_args(State)  # from absent to verified
_Reach = tuple[str, tuple[str, ...], int]
_by_way = attrgetter("control", "how")


@dataclass(frozen=True)
class Placed:
    """Be one control at one place (a component or flow id, or `*`), in a state, with coverage and evidence."""

    control: str
    at: str
    state: str
    coverage: float
    evidence: str | None
    formula: Formula = YES  # when it is there, where the file says that this is unknown
    span: Span | None = None
    attribute: str | None = None


@dataclass(frozen=True)
class Placement:
    """Hold every control that is there, what is odd about them, and the controls one could ask about."""

    placed: tuple[Placed, ...]
    problems: tuple[Problem, ...]  # contradictions and unknown controls: errors
    warnings: tuple[Problem, ...]
    unasked: tuple[Placed, ...]  # left unset: absent, and a question; at the state that the best answer would give it


def place_controls(pipeline: Pipeline, vocabulary: Vocabulary, library: Library, scoring: Scoring) -> Placement:
    """Return every control in the pipeline: one entry a control and place, at its stronger state."""
    problems: list[Problem] = []
    warnings: list[Problem] = []
    found: dict[tuple[str, str], list[Placed]] = {}
    for item in _listed(pipeline, library, problems):
        found.setdefault((item.control, item.at), []).append(item)
    listed_at = set(found)
    replaced = {(record.control, place) for record in pipeline.controls if record.replaces for place in record.at}
    for item in _implied(pipeline, vocabulary):
        # A change says what will be there; what an attribute says is how it was.
        if (item.control, item.at) not in replaced:
            found.setdefault((item.control, item.at), []).append(item)
    # Who lists a control has said whether it is there; its attribute need not be asked about.
    unasked = [item for item in _unset(pipeline, vocabulary) if (item.control, item.at) not in listed_at]
    placed: list[Placed] = []
    for (control, at), items in found.items():
        known = [item for item in items if item.formula == YES]
        known.sort(key=lambda item: -_amount(item, scoring))
        placed += _counting(known, [item for item in items if item.formula != YES], scoring)
        spoken = {item.attribute is not None: scoring.states[item.state].weight > 0 for item in known}
        listed = [item for item in items if item.attribute is None]
        if len(set(spoken.values())) > 1:
            said = next(item.state for item in known if item.attribute is not None)
            message = f"`{control}` at `{at}`: the attribute says {said}, the list of controls says"
            state = next(item.state for item in known if item.attribute is None)
            problems.append(Problem("AM141", f"{message} {state}", listed[0].span, "say it once, or make them agree"))
        elif len(listed) > 1:
            message = f"`{control}` stands at `{at}` more than once; the stronger state counts"
            warnings.append(Problem("AM142", message, listed[-1].span))
    return Placement(tuple(placed), tuple(problems), tuple(warnings), tuple(unasked))


def _counting(known: list[Placed], unknown: list[Placed], scoring: Scoring) -> list[Placed]:
    """Return what counts of one control at one place: the strongest known, and what may be there and is stronger.

    Who says that the control is not there has answered what is unknown.
    """
    if not known:
        return unknown
    if scoring.states[known[0].state].weight == 0:
        return known[:1]
    return known[:1] + [item for item in unknown if _amount(item, scoring) > _amount(known[0], scoring)]


def _amount(item: Placed, scoring: Scoring) -> float:
    return scoring.states[item.state].weight * item.coverage


def _listed(pipeline: Pipeline, library: Library, problems: list[Problem]) -> Iterable[Placed]:
    for record in pipeline.controls:
        control = library.find(record.control)
        if control is None:
            hint = nearest(record.control, library.controls) or "`atlasmodel mitigations list` names them"
            problems.append(Problem("AM140", f"there is no control `{record.control}`", record.span, hint))
            continue
        for place in record.at:
            state = record.state or "in_place"
            formula = YES if record.state else Leaf(place, f"control:{control.id}", Test("is", (True,)))
            yield Placed(control.id, place, state, record.coverage, record.evidence, formula, record.span)


def _implied(pipeline: Pipeline, vocabulary: Vocabulary) -> Iterable[Placed]:
    """Yield what the attributes of components and flows say of controls, also that it is unknown."""
    for place, attribute, implied in _speaking(pipeline, vocabulary):
        name = attribute.id
        span = place.attribute_span.get(name, place.span)
        default = vocabulary.default(place.kind, name) if isinstance(place, Component) else None
        value = place.attributes.get(name, default.value if default else None)
        if value is not None:
            state = attribute.state_of(value) or "absent"
            yield Placed(implied.control, place.id, state, 1.0, f"{name} is {_word(value)}", YES, span, name)
        elif name in place.attributes:
            wanted, state = _best(attribute, implied)
            leaf = Leaf(place.id, name, Test("is", (wanted,)))
            yield Placed(implied.control, place.id, state, 1.0, f"{name} is unknown", leaf, span, name)


def _unset(pipeline: Pipeline, vocabulary: Vocabulary) -> Iterable[Placed]:
    """Yield the controls of which an attribute would tell that nobody has set."""
    for place, attribute, implied in _speaking(pipeline, vocabulary):
        default = vocabulary.default(place.kind, attribute.id) if isinstance(place, Component) else None
        if attribute.id not in place.attributes and (default is None or default.value is None):
            _, state = _best(attribute, implied)
            yield Placed(implied.control, place.id, state, 1.0, None, YES, place.span, attribute.id)


def _speaking(pipeline: Pipeline, vocabulary: Vocabulary) -> Iterable[tuple[Component | Flow, Attribute, Implied]]:
    """Yield every component and flow with each attribute that can stand there and speaks of a control."""
    places: list[tuple[Component | Flow, Mapping[str, object]]] = [
        (item, vocabulary.attributes_of(item.kind)) for item in pipeline.components
    ]
    places += [(flow, vocabulary.flow_attributes) for flow in pipeline.flows]
    for place, allowed in places:
        for name in allowed:
            attribute = vocabulary.attributes[name]
            if attribute.implies is not None:
                yield place, attribute, attribute.implies


def _best(attribute: Attribute, implied: Implied) -> tuple[bool | str, str]:
    """Return the value that speaks best of a control, and the state it puts the control in."""
    word, state = max(implied.states.items(), key=lambda item: STATES.index(item[1]))
    return ({"true": True, "false": False}[word] if attribute.type == "bool" else word), state


def _word(value: object) -> str:
    return "yes" if value is True else "no" if value is False else str(value)


class Coverage:
    """Answer which components a control at a place covers; each answer is computed once."""

    def __init__(self, pipeline: Pipeline, vocabulary: Vocabulary) -> None:
        self.pipeline, self.vocabulary = pipeline, vocabulary
        # Many controls reach equally far, and most places have nothing near that a control would cover with them.
        self._same: dict[frozenset[str], frozenset[str]] = {}
        self._reaches: dict[tuple[_Reach, ...], _Covered] = {}
        self._known: dict[str, _Covered] = {}  # by control
        self._beside: dict[tuple[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]] = {}

    def of(self, control: Control, at: str) -> frozenset[str]:
        """Return the ids of the components and flows that a control at a place covers; `*` covers all."""
        covered = self._known.get(control.id)
        if covered is None:
            reach = tuple((covers.direction, covers.flow, covers.within) for covers in control.reach)
            if reach not in self._reaches:
                rings = tuple((self._neighbours(direction, kinds), within) for direction, kinds, within in reach)
                self._reaches[reach] = _Covered(rings, {})
            covered = self._known[control.id] = self._reaches[reach]
        found = covered.known.get(at)
        if found is None:
            around = frozenset(_around(at, covered.rings))
            found = covered.known[at] = self._same.setdefault(around, around)
        return found

    def _neighbours(self, direction: str, kinds: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
        """Return the components one flow of some kinds up or down from each."""
        if (direction, kinds) not in self._beside:
            found: dict[str, dict[str, None]] = {}
            for flow in self.pipeline.flows:
                if flow.kind in kinds:
                    here, other = (flow.target, flow.source) if direction == "upstream" else (flow.source, flow.target)
                    found.setdefault(here, {})[other] = None
            self._beside[direction, kinds] = {here: tuple(others) for here, others in found.items()}
        return self._beside[direction, kinds]

    def places(self, control: Control) -> list[str]:
        """Return where a control makes sense in this pipeline: component ids in file order, or `*`.

        It does not where its condition fails, or where that rests on something about which the file is silent. For the
        whole pipeline the condition has to hold of some component.
        """
        everywhere = EVERYWHERE in control.at
        fitting = np.nonzero(self._census.table.is_a((EVERYWHERE,) if everywhere else control.at))[0]
        found = fitting[self._census.ask(control.applies, Places(fitting)).formulas != NONE]
        if everywhere:
            return [EVERYWHERE] if len(found) or control.when is None else []
        return [self.pipeline.components[number].id for number in found.tolist()]

    @cached_property
    def _census(self) -> Census:
        return Census(Table(self.pipeline, self.vocabulary), stated=True)


class _Covered(NamedTuple):
    """Hold along which flows and how far some controls cover more than their place, and what is known to be covered."""

    rings: tuple[tuple[Mapping[str, tuple[str, ...]], int], ...]
    known: dict[str, frozenset[str]]


def _around(at: str, rings: Iterable[tuple[Mapping[str, tuple[str, ...]], int]]) -> set[str]:
    """Return a place and what lies so many flows from it; nothing lies along a flow from a flow, or from everywhere."""
    covered = {at}
    for beside, within in rings:
        edge, seen = beside.get(at, ()), {at}
        for _ in range(within - 1):
            seen.update(edge)
            edge = tuple({other for here in edge for other in beside.get(here, ())} - seen)
        covered |= seen
        covered.update(edge)
    return covered


class Weakenings:
    """Answer which placed controls act on a step; equal answers are one and the same."""

    def __init__(self, placed: Iterable[Placed], library: Library, coverage: Coverage, scoring: Scoring) -> None:
        self.library, self.coverage, self.scoring = library, coverage, scoring
        self._before: Weakenings | None = None
        self._at: dict[str, dict[str, list[Placed]]] = {}  # by place and control
        self._known: dict[str, dict[str, tuple[Weakening, ...]]] = {}  # by technique and place
        self._effects: dict[tuple[str, str | None], dict[str, tuple[Weakens, ...]]] = {}
        self._made: dict[tuple[int, int], Weakening] = {}
        self._same: dict[tuple[int, ...], tuple[Weakening, ...]] = {}
        # Items and effects are known by their identities, which stay theirs as long as they are kept.
        self._kept: list[Placed] = []
        self._place(placed)

    def with_further(self, placed: Iterable[Placed]) -> Weakenings:
        """Return what acts on a step where further controls are placed, too."""
        more = Weakenings((), self.library, self.coverage, self.scoring)
        more._before, more._kept = self, self._kept
        more._effects, more._made, more._same = self._effects, self._made, self._same
        more._place(placed)
        return more

    def _place(self, placed: Iterable[Placed]) -> None:
        for item in placed:
            control = self.library.controls.get(item.control)
            if control is not None:
                self._kept.append(item)
                for place in self.coverage.of(control, item.at):
                    self._at.setdefault(place, {}).setdefault(item.control, []).append(item)

    def on(self, grounding: Grounding, technique: str | None, parent: str | None) -> tuple[Weakening, ...]:
        """Return what weakens a step with this technique at its place; each control counts once, at its strongest."""
        return self.at(grounding.component, grounding.flow, technique, parent)

    def at(self, component: str, flow: str | None, technique: str | None, parent: str | None) -> tuple[Weakening, ...]:
        """Return the same of a step that is given by its place."""
        if technique is None:
            return ()
        known = self._known.setdefault(technique, {})
        found = known.get(flow or component)
        if found is None:
            found = known[flow or component] = self._found(component, flow, technique, parent)
        return found

    def _found(self, component: str, flow: str | None, technique: str, parent: str | None) -> tuple[Weakening, ...]:
        acting, places = self._acting(technique, parent), places_at(component, flow)
        if all(acting.keys().isdisjoint(self._at.get(place, {}).keys()) for place in places):
            return () if self._before is None else self._before.at(component, flow, technique, parent)
        found = strongest(
            self._made_of(item, effect)
            for place in places
            for layer in self._layers
            if (here := layer._at.get(place)) is not None
            for control in here.keys() & acting.keys()
            for item in here[control]
            for effect in acting[control]
        )
        return self._same.setdefault(tuple(map(id, found)), found)

    @cached_property
    def _layers(self) -> tuple[Weakenings, ...]:
        return (*(() if self._before is None else self._before._layers), self)

    def effects(self, item: Placed, technique: str, parent: str | None) -> list[Weakening]:
        """Return what one placed control does to a technique, or else to its parent."""
        return [self._weakening(item, effect) for effect in self._acting(technique, parent).get(item.control, ())]

    def _acting(self, technique: str, parent: str | None) -> Mapping[str, tuple[Weakens, ...]]:
        """Return what each control does to a technique, for those that do anything."""
        key = (technique, parent)
        if key not in self._effects:
            all_of = ((name, control.on(technique, parent)) for name, control in self.library.controls.items())
            self._effects[key] = {name: effects for name, effects in all_of if effects}
        return self._effects[key]

    def _made_of(self, item: Placed, effect: Weakens) -> Weakening:
        key = (id(item), id(effect))
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._weakening(item, effect)
        return made

    def _weakening(self, item: Placed, effect: Weakens) -> Weakening:
        strength = effect.strength.likely
        share = strength * item.coverage * self.scoring.states[item.state].weight
        return Weakening(
            item.control, item.at, effect.how, strength, item.coverage, item.state, share, item.formula, item.evidence
        )


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


def places_of(grounding: Grounding) -> tuple[str, ...]:
    """Return where a control would act on a step: at its component, its flow and that flow's ends, everywhere."""
    return places_at(grounding.component, grounding.flow)


def places_at(component: str, flow: str | None) -> tuple[str, ...]:
    """Return the same for a step that is given by its place."""
    if flow is None:
        return (component, EVERYWHERE)
    return tuple(dict.fromkeys((component, EVERYWHERE, flow, flow.partition(">")[0])))
