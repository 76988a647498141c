"""What must hold between the records of a pipeline, and what looks wrong though it may stand."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from atlasmodel.errors import Problem, Span, nearest
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.pipeline import Pipeline

STAGES = (
    "business_understanding", "data_preparation", "model_engineering", "model_evaluation", "deployment", "monitoring",
)  # fmt: skip


def unsound(pipeline: Pipeline, vocabulary: Vocabulary) -> list[Problem]:
    """Return every reference that leads nowhere and every contradiction between records."""
    return [
        *_zones(pipeline),
        *_components(pipeline),
        *_flows(pipeline),
        *_adversaries(pipeline, vocabulary),
        *_controls(pipeline),
    ]


def implausible(pipeline: Pipeline, vocabulary: Vocabulary) -> list[Problem]:
    """Return warnings: flows that seem to point the wrong way, and titles with characters that hide."""
    return [*_directions(pipeline, vocabulary), *_hidden_characters(pipeline)]


def _zones(pipeline: Pipeline) -> Iterator[Problem]:
    for zone in pipeline.zones:
        line, here = [zone.id], zone.parent
        while here is not None and here in pipeline.zone_by_id and here not in line:
            line.append(here)
            here = pipeline.zone_by_id[here].parent
        if here == zone.id:
            yield Problem("AM126", f"zones contain each other: {' > '.join([*line, zone.id])}", zone.span)
        elif here is not None and here not in pipeline.zone_by_id:
            yield _missing("zone", here, pipeline.zone_by_id, zone.span)


def _components(pipeline: Pipeline) -> Iterator[Problem]:
    for component in pipeline.components:
        if component.zone not in pipeline.zone_by_id:
            message = "has no zone" if component.zone == "default" else f"stands in an unknown zone `{component.zone}`"
            yield Problem(
                "AM127",
                f"`{component.id}` {message}",
                component.span,
                nearest(component.zone, pipeline.zone_by_id) or f"zones: {', '.join(pipeline.zone_by_id)}",
            )
        if component.stage is not None and component.stage not in STAGES:
            yield Problem(
                "AM127",
                f"unknown stage `{component.stage}`",
                component.span,
                nearest(component.stage, STAGES) or f"one of {', '.join(STAGES)}",
            )
        for asset in component.holds:
            if asset not in pipeline.asset_by_id:
                yield _missing("asset", asset, pipeline.asset_by_id, component.span)


def _flows(pipeline: Pipeline) -> Iterator[Problem]:
    for flow in pipeline.flows:
        for end in (flow.source, flow.target):
            if end not in pipeline.by_id:
                yield _missing("component", end, pipeline.by_id, flow.span)


def _adversaries(pipeline: Pipeline, vocabulary: Vocabulary) -> Iterator[Problem]:
    for adversary in pipeline.adversaries:
        profile = vocabulary.profiles.get(adversary.profile)
        for place in adversary.at:
            if place not in pipeline.by_id:
                yield _missing("component", place, pipeline.by_id, adversary.span)
        if profile is None:
            yield _missing("profile", adversary.profile, vocabulary.profiles, adversary.span)
        elif profile.needs_at and not adversary.at:
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
        for token in adversary.holds:
            name, _, place = token.partition("@")
            if name not in vocabulary.tokens:
                yield _missing("fact", name, vocabulary.tokens, adversary.span)
            elif place and place != "adversary" and place not in pipeline.by_id:
                yield _missing("component", place, pipeline.by_id, adversary.span)


def _controls(pipeline: Pipeline) -> Iterator[Problem]:
    for control in pipeline.controls:
        for place in control.at:
            if place != "*" and place not in pipeline.by_id:
                yield _missing("component", place, pipeline.by_id, control.span)


def _missing(what: str, name: str, known: Iterable[str], span: Span | None) -> Problem:
    return Problem("AM127", f"there is no {what} `{name}`", span, nearest(name, known))


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


def _hidden_characters(pipeline: Pipeline) -> Iterator[Problem]:
    for component in pipeline.components:
        if component.title and any(unicodedata.category(char) == "Cf" for char in component.title):
            yield Problem(
                "AM130",
                f"the title of `{component.id}` holds characters that do not show",
                component.span,
                "they are printed as \\uXXXX",
            )
