"""Which controls act on which steps: what the file places, what attributes say, and how far a control covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, get_args

from atlasmodel.errors import Problem, Span
from atlasmodel.match.formula import YES, Formula, Leaf, Test
from atlasmodel.mitigate.controls import EVERYWHERE, Library
from atlasmodel.model.kinds import Attribute, Implied, State, Value, Vocabulary
from atlasmodel.model.pipeline import Component, Flow, Pipeline
from atlasmodel.model.soundness import no_control
from atlasmodel.risk.scoring import Scoring

STATES = get_args(State)  # from absent to verified
ADDED: State = "in_place"  # the state of a control once somebody has added it


Named = str | tuple[str, str]  # a measure: `control@place`, or both apart


def apart(measure: Named) -> tuple[str, str]:
    """Return the control and the place of a measure; no place where none is named.

    >>> apart("rate_limit@api"), apart(("rate_limit", "api")), apart("rate_limit")
    (('rate_limit', 'api'), ('rate_limit', 'api'), ('rate_limit', ''))
    """
    if isinstance(measure, str):
        control, _, place = measure.partition("@")
        return control, place
    return measure


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

    @classmethod
    def in_full(cls, control: str, at: str) -> Placed:
        """Return a control at a place as whoever adds it would leave it, covering all of it."""
        return cls(control, at, ADDED, 1.0, None)

    @property
    def is_full(self) -> bool:
        """Tell whether nothing is left to add."""
        return self.state in ("in_place", "verified") and self.coverage >= 1 and self.formula == YES


@dataclass(frozen=True)
class Placement:
    """Hold every control that is there, what is odd about them, and the controls one could ask about."""

    placed: tuple[Placed, ...]
    problems: tuple[Problem, ...]  # contradictions and unknown controls: errors
    warnings: tuple[Problem, ...]
    unasked: tuple[Placed, ...]  # left unset: absent, and a question; at the state that the best answer would give it

    def is_full(self, control: str, at: str) -> bool:
        """Tell whether nothing of a control is left to add at a place, because it is fully there, or everywhere."""
        places = self._full.get(control, ())
        return at in places or EVERYWHERE in places

    @cached_property
    def _full(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for item in self.placed:
            if item.is_full:
                found.setdefault(item.control, set()).add(item.at)
        return found


def place_controls(pipeline: Pipeline, vocabulary: Vocabulary, library: Library, scoring: Scoring) -> Placement:
    """Return every control in the pipeline: one entry a control and place, at its stronger state."""
    problems: list[Problem] = []
    warnings: list[Problem] = []
    found: dict[tuple[str, str], list[Placed]] = {}
    for item in _listed(pipeline, library, problems):
        found.setdefault((item.control, item.at), []).append(item)
    listed_at = set(found)
    replaced = {(record.control, place) for record in pipeline.controls if record.replaces for place in record.at}
    implied, unset = _said(pipeline, vocabulary)
    for item in implied:
        # A change says what will be there; what an attribute says is how it was.
        if (item.control, item.at) not in replaced:
            found.setdefault((item.control, item.at), []).append(item)
    # Who lists a control has said whether it is there; its attribute need not be asked about.
    unasked = [item for item in unset if (item.control, item.at) not in listed_at]
    placed: list[Placed] = []
    for (control, at), items in found.items():
        if len(items) == 1:
            placed += items
            continue
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
            problems.append(no_control(record.control, library.controls, record.span))
            continue
        for place in record.at:
            state = record.state or "in_place"
            formula = YES if record.state else Leaf(place, f"control:{control.id}", Test("is", (True,)))
            yield Placed(control.id, place, state, record.coverage, record.evidence, formula, record.span)


def _said(pipeline: Pipeline, vocabulary: Vocabulary) -> tuple[list[Placed], list[Placed]]:
    """Return what attributes say of controls, also that it is unknown; and what those would that nobody has set."""
    said: list[Placed] = []
    unset: list[Placed] = []
    for place, speaking in _speaking(pipeline, vocabulary):
        for one in speaking:
            name = one.attribute.id
            value = place.attributes.get(name, one.default)
            if value is not None:
                state, evidence = one.attribute.state_of(value) or "absent", f"{name} is {_word(value)}"
                span = place.attribute_span.get(name, place.span)
                said.append(Placed(one.control, place.id, state, 1.0, evidence, YES, span, name))
            elif name in place.attributes:
                leaf, evidence = Leaf(place.id, name, Test("is", (one.best,))), f"{name} is unknown"
                span = place.attribute_span.get(name, place.span)
                said.append(Placed(one.control, place.id, one.best_state, 1.0, evidence, leaf, span, name))
            else:
                unset.append(Placed(one.control, place.id, one.best_state, 1.0, None, YES, place.span, name))
    return said, unset


class _Speaking(NamedTuple):
    """Be an attribute that speaks of a control, as it may stand on some kind."""

    attribute: Attribute
    control: str
    default: Value  # what it is by nature
    best: bool | str  # the value that speaks best of the control
    best_state: str  # and the state it puts the control in


def _speaking(pipeline: Pipeline, vocabulary: Vocabulary) -> Iterator[tuple[Component | Flow, list[_Speaking]]]:
    """Yield every component and flow with the attributes that can stand there and speak of a control."""
    of_kind = {
        kind: [
            _speaks(attribute, attribute.implies, None if default is None else default.value)
            for name, attribute in vocabulary.attributes_of(kind).items()
            for default in (vocabulary.default(kind, name),)
            if attribute.implies is not None
        ]
        for kind in {item.kind for item in pipeline.components}
    }
    for component in pipeline.components:
        yield component, of_kind[component.kind]
    of_flows = [_speaks(item, item.implies, None) for item in vocabulary.flow_attributes.values() if item.implies]
    for flow in pipeline.flows:
        yield flow, of_flows


def _speaks(attribute: Attribute, implied: Implied, default: Value) -> _Speaking:
    word, state = max(implied.states.items(), key=lambda item: STATES.index(item[1]))
    best = {"true": True, "false": False}[word] if attribute.type == "bool" else word
    return _Speaking(attribute, implied.control, default, best, state)


def _word(value: object) -> str:
    return "yes" if value is True else "no" if value is False else str(value)
