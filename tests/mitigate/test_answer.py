"""What the library holds against each technique, and what stands against those found in a pipeline."""

import importlib.util
from pathlib import Path

import atlasmodel as am
from atlasmodel.mitigate.answer import ACTING, answers
from atlasmodel.workspace import Workspace

ROOT = Path(__file__).parents[2]
SPACE = Workspace.builtin()
KNOWN = {row.technique.id: row for row in answers(SPACE.catalog, SPACE.rules, SPACE.library)}
ACTING_ROWS = [row for row in KNOWN.values() if row.scope in ACTING]
# The field knows one thing to do about a name that somebody else has bought.
OF_ONE_CLASS = {"AML.T0008.002"}


def test_every_technique_that_acts_on_a_component_has_a_mitigation() -> None:
    assert [row.technique.id for row in ACTING_ROWS if not row.mitigations] == []


def test_two_classes_of_measure_stand_against_each_but_the_stated_ones() -> None:
    assert {row.technique.id for row in ACTING_ROWS if len(row.classes) < 2} == OF_ONE_CLASS


def test_origins_are_those_of_the_release() -> None:
    links = {(t, m.id) for m in SPACE.catalog.mitigations for t in m.techniques}
    for row in KNOWN.values():
        for item in row.mitigations:
            linked = (row.technique.id, item.control.id) in links
            assert (item.origin == "atlas") == linked
            if item.origin == "parent":
                assert (row.technique.parent, item.control.id) in links
            if item.origin == "attack":
                assert row.technique.attack and item.control.attack and item.control.origin == "own"
    assert sum(item.origin == "atlas" for row in KNOWN.values() for item in row.mitigations) == len(links) == 361


def test_the_page_is_current() -> None:
    spec = importlib.util.spec_from_file_location("mitigations_page", ROOT / "tools" / "mitigations.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.page(SPACE) == (ROOT / "docs" / "mitigations.md").read_text(encoding="utf-8"), (
        "run tools/mitigations.py"
    )


def test_coverage_of_a_pipeline_shows_state_and_reason(assessed_fraud: am.Assessment) -> None:
    rows = {row.technique: row for row in assessed_fraud.coverage()}
    assert set(rows) == {finding.technique.id for finding in assessed_fraud.findings}
    assert [row.risk for row in assessed_fraud.coverage()] == sorted(
        (row.risk for row in assessed_fraud.coverage()), reverse=True
    )
    listed = {control.control: control.state for control in assessed_fraud.inputs.pipeline.controls}
    seen = {item.id: item.state for row in rows.values() for item in row.measures if item.id in listed}
    # Where a listed control does not reach, it is absent; nowhere is it in a state that nobody wrote.
    assert {listed[name] for name in seen} & set(seen.values())
    assert all(state in (listed[name], "absent") for name, state in seen.items())
    for row in rows.values():
        assert set(row.open_at) <= set(row.found_at)
        assert (row.uncovered is None) == (not row.open_at)


def test_a_measure_that_is_put_in_place_covers(assessed_fraud: am.Assessment) -> None:
    row = next(row for row in assessed_fraud.coverage() if row.open_at and row.measures and row.risk > 0)
    control = row.measures[-1]
    change = am.PlacedControl(control=control.id, at=("*",), state="verified")
    after = am.assess(assessed_fraud.inputs.pipeline.with_changes([change]))
    new = {item.technique: item for item in after.coverage()}[row.technique]
    assert control.id in {item.id for item in new.measures if item.state == "verified"}
    assert set(new.open_at) < set(row.open_at) or not new.open_at
