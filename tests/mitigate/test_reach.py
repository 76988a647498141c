"""Places by number: what controls cover and where they act on steps is, for many at once, what each alone would say."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from strategies import FAST, pipelines

from atlasmodel.match.engine import match
from atlasmodel.mitigate.controls import EVERYWHERE
from atlasmodel.mitigate.reach import Coverage, places_of
from atlasmodel.mitigate.targets import Targets
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.workspace import Workspace

SPACE = Workspace.builtin()


@FAST
@given(pipelines(3))
def test_a_control_at_many_places_covers_what_it_does_at_each(system: Pipeline) -> None:
    coverage = Coverage(system, SPACE.vocabulary)
    places = np.arange(len(coverage.names))[::-1]
    for control in SPACE.library.controls.values():
        found: dict[str, set[str]] = {coverage.names[place]: set() for place in places}
        rows, covered = coverage.of_each(control, places)
        for row, place in zip(rows.tolist(), covered.tolist(), strict=True):
            found[coverage.names[places[row]]].add(coverage.names[place])
        assert found == {name: coverage.of(control, name) for name in coverage.names}
        assert found[EVERYWHERE] == {EVERYWHERE}


@FAST
@given(pipelines(3))
def test_steps_are_acted_on_at_their_places(system: Pipeline) -> None:
    coverage = Coverage(system, SPACE.vocabulary)
    matches = match(system, SPACE.rules, SPACE.vocabulary)
    sites = coverage.sites(matches)
    assert [coverage.names[site] for site in sites] == [item.flow or item.component for item in matches]
    found: list[list[str]] = [[] for _ in matches]
    rows, places = coverage.acted_at(sites)
    for row, place in zip(rows.tolist(), places.tolist(), strict=True):
        found[row].append(coverage.names[place])
    assert [tuple(names) for names in found] == [places_of(item) for item in matches]


@FAST
@given(pipelines(2))
def test_steps_are_grouped_by_place_and_technique(system: Pipeline) -> None:
    coverage, parents = Coverage(system, SPACE.vocabulary), SPACE.catalog.parents
    matches = match(system, SPACE.rules, SPACE.vocabulary)
    numbers = np.arange(len(matches))[::2]
    plain: dict[str, dict[tuple[str, str | None], list[int]]] = {}
    for number in numbers.tolist():
        technique = matches[number].rule.technique
        for place in places_of(matches[number]) if technique else ():
            plain.setdefault(place, {}).setdefault((str(technique), parents[str(technique)]), []).append(-number)
    targets = Targets(matches, numbers, -numbers, coverage, parents)
    found = {place: dict(targets.at(place)) for place in coverage.names}
    assert {place: steps for place, steps in found.items() if steps} == plain
    assert (
        list(targets.at("elsewhere"))
        == list(Targets(matches, numbers[:0], numbers[:0], coverage, parents).at("*"))
        == []
    )


def test_a_coverage_takes_the_columns_that_somebody_made() -> None:
    from atlasmodel.match.table import Table
    from atlasmodel.model.reader import parse_pipeline

    system = parse_pipeline("atlasmodel: 1\nname: x\ncomponents: {api: {kind: inference_api}}")
    table = Table(system, SPACE.vocabulary)
    assert Coverage(system, SPACE.vocabulary, table).table is table
