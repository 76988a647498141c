"""What changed between two releases."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from atlasmodel.catalog import Catalog, read_catalog
from atlasmodel.catalog.diff import Change, diff_catalogs
from atlasmodel.catalog.records import Link


@pytest.fixture(scope="module")
def last(shared: Path) -> Catalog:
    return read_catalog(shared / "ATLAS-5.6.1.yaml")


def test_from_the_last_flat_release(last: Catalog, builtin: Catalog, facts: dict[str, Any]) -> None:
    diff = diff_catalogs(last, builtin)
    assert {one.id for one in diff.renamed} == set(facts["renamed"])
    assert [(one.id, one.after) for one in diff.removed] == [
        ("AML.T0019", "AML.T0115.000"), ("AML.T0058", "AML.T0115.001"), ("AML.T0104", "AML.T0115.002"),
    ]  # fmt: skip
    assert sum(one.id.startswith("AML.T0") for one in diff.added) == 41
    assert Change("AML.T0065", "LLM Prompt Crafting", "AML.TA0003", "AML.TA0001") in diff.moved
    assert len(diff.linked) - len(diff.unlinked) == 361 - 246
    assert {one.id for one in diff.retold} == {
        key for key, fact in facts["case_studies"].items() if "steps_added" in fact or "steps_removed" in fact
    }
    assert {"AML.T0019", "AML.T0020", "AML.M0014"} <= diff.touched


def test_text_and_rows(last: Catalog, builtin: Catalog) -> None:
    diff = diff_catalogs(last, builtin)
    lines = str(diff).splitlines()
    assert lines[0] == "ATLAS 5.6.1 -> 2026.09"
    assert "removed (3)" in lines
    assert "  AML.T0019 Publish Poisoned Datasets: AML.T0019 -> AML.T0115.000" in lines
    assert len(diff.rows()) == len(lines) - 1 - len({row["change"] for row in diff.rows()})
    assert diff.rows()[0].keys() == {"change", "id", "name", "before", "after"}


def test_no_change(builtin: Catalog) -> None:
    diff = diff_catalogs(builtin, builtin)
    assert not diff
    assert diff.rows() == []
    assert str(diff) == "ATLAS 2026.09 -> 2026.09\nno change"


def test_one_link_more(builtin: Catalog) -> None:
    first, *others = builtin.mitigations
    more = replace(builtin, mitigations=(replace(first, links=(*first.links, Link("AML.T0051"))), *others))
    (change,) = diff_catalogs(builtin, more).linked
    assert (change.id, change.before, change.after) == (first.id, "", "AML.T0051")


def test_stix_does_not_lose_case_studies(last: Catalog, shared: Path) -> None:
    diff = diff_catalogs(last, read_catalog(shared / "stix-atlas-5.6.json"))
    assert {row["change"] for row in diff.rows()} == {"unlinked"}
