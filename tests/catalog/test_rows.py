"""Listings: plain data with id, name and summary."""

import json

import pytest

from atlasmodel.catalog import Catalog
from atlasmodel.catalog.rows import case_study_rows, mitigation_rows, row, tactic_rows, technique_rows
from atlasmodel.errors import CatalogError


def test_every_row_is_json_with_id_name_summary(builtin: Catalog) -> None:
    lists = (tactic_rows, technique_rows, mitigation_rows, case_study_rows)
    rows = [one for rows in lists for one in rows(builtin)]
    assert len(rows) == 337
    assert json.loads(json.dumps(rows)) == rows
    assert all(one["id"] and one["name"] and one["summary"] for one in rows)


def test_techniques_of_a_tactic(builtin: Catalog) -> None:
    rows = technique_rows(builtin, "AML.TA0002")
    assert rows
    assert all("AML.TA0002" in one["tactics"] for one in rows)
    with pytest.raises(CatalogError, match="AM219"):
        technique_rows(builtin, "AML.TA0999")


def test_technique_row(builtin: Catalog) -> None:
    found = row(builtin, builtin.technique("AML.T0115.000"))
    assert found["name"] == "Publish Poisoned AI Artifacts: Datasets"
    assert found["parent"] == "AML.T0115"
    assert found["added_in"] == "2026.07"
    assert {one["origin"] for one in found["mitigations"]} <= {"atlas", "parent"}
