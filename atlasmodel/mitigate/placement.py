"""Which controls act on which steps: what the file places, what attributes say, and how far a control covers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import get_args

from atlasmodel.errors import Problem, Span, nearest
from atlasmodel.match.formula import YES, Formula, Leaf, Test
from atlasmodel.mitigate.controls import Library
from atlasmodel.model.kinds import Attribute, Implied, State, Vocabulary
from atlasmodel.model.pipeline import Component, Flow, Pipeline
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
