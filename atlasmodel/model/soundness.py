"""What must hold between the records of a pipeline, and what looks wrong though it may stand."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator

from atlasmodel._assembler import MAX_DEPTH
from atlasmodel._decoding import BAD_TEXT
from atlasmodel._located import Record
from atlasmodel.errors import Problem, Span, nearest, shown
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.pipeline import DEFAULT_ZONE, Adversary, Pipeline

FEW = 20  # so many words can be named where none is near
STAGES = (
    "business_understanding", "data_preparation", "model_engineering", "model_evaluation", "deployment", "monitoring",
)  # fmt: skip

_FREE = ("title", "description", "owner", "evidence", "reason", "by", "finding")
_HIDDEN = frozenset({"Cf", "Co", "Cn", "Zl", "Zp"})


def unsound(pipeline: Pipeline, vocabulary: Vocabulary, controls: Collection[str] | None = None) -> Iterator[Problem]:
    """Yield every reference that leads nowhere, every contradiction between records and every text that is none.

    `controls` are those that there are, if that is known.
    """
    yield from _zones(pipeline)
    yield from _components(pipeline)
    yield from _flows(pipeline)
    yield from _adversaries(pipeline, vocabulary)
    yield from _controls(pipeline, controls)
    for field, text, record in _texts(pipeline):
        bad = None if text.isprintable() else BAD_TEXT.search(text)
        if bad:
            message = f"{_named(field, record)} holds U+{ord(bad.group()):04X}, which is no printable character"
            yield Problem("AM113", message, record.span if record else None)


def implausible(pipeline: Pipeline, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield warnings: flows that seem to point the wrong way, and texts with characters that hide."""
    yield from _directions(pipeline, vocabulary)
    for field, text, record in _texts(pipeline):
        if not text.isascii() and any(unicodedata.category(letter) in _HIDDEN for letter in text):
            message = f"{_named(field, record)} holds characters that do not show"
            yield Problem("AM130", message, record.span if record else None, "they are printed as \\uXXXX")


def _texts(pipeline: Pipeline) -> Iterator[tuple[str, str, Record | None]]:
    """Yield every free text with the field and the record that it stands in, which is None for the pipeline itself."""
    for field in ("name", "version", "owner", "description"):
        yield field, getattr(pipeline, field) or "", None
    named = (*pipeline.zones, *pipeline.components, *pipeline.flows, *pipeline.assets, *pipeline.adversaries)
    for record in (*named, *pipeline.controls, *pipeline.accept):
        plain = record.__dict__
        for field in _FREE:
            if plain.get(field):
                yield field, plain[field], record
        for tag in plain.get("tags", ()):
            yield "tags", tag, record
        for name, value in plain.get("attributes", {}).items():
            if isinstance(value, str):
                yield name, value, record


def _named(field: str, record: Record | None) -> str:
    return f"`{field}` of `{record.id}`" if record is not None and hasattr(record, "id") else f"`{field}`"


def _zones(pipeline: Pipeline) -> Iterator[Problem]:
    in_cycle: set[str] = set()
    for zone in pipeline.zones:
        line, here = [zone.id], zone.parent
        while here is not None and here in pipeline.zone_by_id and here not in line and len(line) <= MAX_DEPTH:
            line.append(here)
            here = pipeline.zone_by_id[here].parent
        if here == zone.id and here not in in_cycle:
            in_cycle.update(line)
            yield Problem("AM126", f"zones contain each other: {' > '.join([*line, zone.id])}", zone.span)
        elif len(line) > MAX_DEPTH:
            yield Problem("AM126", f"zones contain each other more than {MAX_DEPTH} deep", zone.span)
            return
        if zone.parent and zone.parent not in pipeline.zone_by_id:
            yield _missing("zone", zone.parent, pipeline.zone_by_id, zone.span)


def _components(pipeline: Pipeline) -> Iterator[Problem]:
    for component in pipeline.components:
        if component.zone and component.zone not in pipeline.zone_by_id:
            zones = f"zones: {', '.join(list(pipeline.zone_by_id)[:12])}"
            if component.zone == DEFAULT_ZONE:
                yield Problem("AM127", f"`{component.id}` has no zone", component.span, zones)
            else:
                message = f"`{component.id}` stands in an unknown zone `{shown(component.zone)}`"
                yield Problem("AM127", message, component.span, nearest(component.zone, pipeline.zone_by_id) or zones)
        if component.stage and component.stage not in STAGES:
            hint = nearest(component.stage, STAGES) or f"one of {', '.join(STAGES)}"
            yield Problem("AM127", f"unknown stage `{shown(component.stage)}`", component.span, hint)
        for asset in component.holds:
            if asset not in pipeline.asset_by_id:
                yield _missing("asset", asset, pipeline.asset_by_id, component.span)


def _flows(pipeline: Pipeline) -> Iterator[Problem]:
    for flow in pipeline.flows:
        for end in (flow.source, flow.target):
            if end and end not in pipeline.by_id:
                yield _missing("component", end, pipeline.by_id, flow.span)


def _adversaries(pipeline: Pipeline, vocabulary: Vocabulary) -> Iterator[Problem]:
    for adversary in pipeline.adversaries:
        profile = vocabulary.profiles.get(adversary.profile)
        for place in adversary.at:
            if place not in pipeline.by_id:
                yield _missing("component", place, pipeline.by_id, adversary.span)
        if profile is None and adversary.profile:
            yield _missing("profile", adversary.profile, vocabulary.profiles, adversary.span)
        elif profile and profile.needs_at and not adversary.at:
            eligible = [item.id for item in pipeline.components if vocabulary.is_a(item.kind, profile.eligible)]
            hint = (
                f"eligible here: {', '.join(eligible[:12])}" if eligible else "the pipeline has no eligible component"
            )
            yield Problem(
                "AM128",
                f"adversary `{adversary.id}` has profile {profile.id} and needs `at`: where it starts",
                adversary.span,
                hint,
            )
        for token in (*adversary.holds, *adversary.aims):
            name, _, place = token.partition("@")
            if name not in vocabulary.tokens:
                yield _missing("fact", name, vocabulary.tokens, adversary.span)
            elif place and place != "adversary" and place not in pipeline.by_id:
                yield _missing("component", place, pipeline.by_id, adversary.span)
        yield from _unplaced(adversary, vocabulary)


def _unplaced(adversary: Adversary, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield the facts that an adversary holds at no component, though they live at one: they would give nothing."""
    for written in adversary.holds:
        name, _, place = written.partition("@")
        token = vocabulary.tokens.get(name)
        if token is None or token.place == "adversary" or place not in ("", "adversary"):
            continue
        if place or not adversary.at:
            said = f"adversary `{adversary.id}` holds `{written}`, which lives at a component"
            yield Problem(
                "AM286", said, adversary.span, f"write `{name}@` and the component, or give the adversary `at`"
            )


def _controls(pipeline: Pipeline, known: Collection[str] | None) -> Iterator[Problem]:
    for control in pipeline.controls:
        if known is not None and control.control and control.control not in known:
            yield no_control(control.control, known, control.span)
        for place in control.at:
            if place != "*" and place not in pipeline.by_id:
                yield _missing("component", place, pipeline.by_id, control.span)


def no_control(name: str, known: Iterable[str], span: Span | None = None) -> Problem:
    """Return that there is no such control, with the nearest that there is."""
    hint = nearest(name, known) or "`atlasmodel mitigations list` names them"
    return Problem("AM140", f"there is no control `{shown(name)}`", span, hint)


def _missing(what: str, name: str, known: Iterable[str], span: Span | None) -> Problem:
    words = sorted(known)
    few = f"known: {', '.join(words)}" if 0 < len(words) <= FEW else None
    return Problem("AM127", f"there is no {what} `{shown(name)}`", span, nearest(name, words) or few)


def _directions(pipeline: Pipeline, vocabulary: Vocabulary) -> Iterator[Problem]:
    for flow in pipeline.flows:
        kind = vocabulary.flow_kinds[flow.kind]
        source, target = pipeline.by_id[flow.source].kind, pipeline.by_id[flow.target].kind
        if vocabulary.is_a(source, kind.source) and vocabulary.is_a(target, kind.target):
            continue
        if vocabulary.is_a(target, kind.source) and vocabulary.is_a(source, kind.target):
            hint = f"the other way round it would make sense: from {flow.target} to {flow.source}"
        else:
            hint = kind.direction
        yield Problem(
            "AM129", f"{flow.source} ({source}) -{flow.kind}-> {flow.target} ({target}) is unusual", flow.span, hint
        )
