"""The packaged catalogue says what is known of its release."""

import datetime as dt
from typing import Any

import pytest

from atlasmodel._files import data_root
from atlasmodel._ids import atlas_uuid
from atlasmodel._yaml import read
from atlasmodel.catalog import Catalog, builtin_catalog
from atlasmodel.catalog.records import kind_of
from atlasmodel.errors import CatalogError

# ATT&CK references that the release has wrong; `history.yaml` gives the reasons.
CORRECTED = {"AML.T0011.003": ("T1204", "T1204.001"), "AML.T0106": ("T1211", "T1212")}


def test_counts(builtin: Catalog) -> None:
    assert builtin.counts == {"tactics": 16, "techniques": 208, "mitigations": 40, "case studies": 73}
    assert sum(one.parent is None for one in builtin.techniques) == 120
    assert sum(len(one.tactics) for one in builtin.techniques) == 225
    assert sum(len(one.links) for one in builtin.mitigations) == 361
    assert sum(len(one.steps) for one in builtin.case_studies) == 665


def test_counts_are_those_of_source(builtin: Catalog) -> None:
    source = read(data_root() / "catalogs" / "atlas" / builtin.release / "SOURCE.yaml").data
    counts = {name.replace(" ", "_"): number for name, number in builtin.counts.items()}
    assert source["counts"] == counts | {"mitigation_links": 361, "steps": 665}
    assert source["release"] == builtin.release


def test_every_technique_is_the_published_one(builtin: Catalog, facts: dict[str, Any]) -> None:
    assert [one.id for one in builtin.techniques] == sorted(facts["techniques"])
    for one in builtin.techniques:
        fact = facts["techniques"][one.id]
        tactics = fact.get("tactics") or facts["techniques"][fact["parent"]]["tactics"]
        published, attack = CORRECTED.get(one.id, (fact.get("attack"), fact.get("attack")))
        assert fact.get("attack") == published
        assert (one.name, one.parent, set(one.tactics)) == (fact["name"], fact.get("parent"), set(tactics))
        assert (one.maturity, list(one.platforms)) == (fact["maturity"].lower(), fact["platforms"])
        assert (one.attack, one.added_in) == (attack, fact.get("added_in"))
        assert [str(one.created), str(one.modified)] == [fact["created"], fact["modified"]]


def test_every_tactic_is_the_published_one(builtin: Catalog, facts: dict[str, Any]) -> None:
    found = {one.id: (one.name, one.position, one.attack) for one in builtin.tactics}
    assert found == {key: (fact["name"], fact["position"], fact["attack"]) for key, fact in facts["tactics"].items()}
    assert [one.position for one in builtin.tactics] == list(range(1, 17))


def test_every_mitigation_is_the_published_one(builtin: Catalog, facts: dict[str, Any]) -> None:
    assert [one.id for one in builtin.mitigations] == sorted(facts["mitigations"])
    for one in builtin.mitigations:
        fact = facts["mitigations"][one.id]
        assert (one.name, list(one.category), list(one.lifecycle)) == (
            fact["name"],
            fact["category"],
            fact["lifecycle"],
        )
        assert (list(one.techniques), one.attack) == (fact["techniques"], fact.get("attack"))


def test_every_case_study_is_the_published_one(builtin: Catalog, facts: dict[str, Any]) -> None:
    assert [one.id for one in builtin.case_studies] == sorted(facts["case_studies"])
    for one in builtin.case_studies:
        fact = facts["case_studies"][one.id]
        assert [[step.tactic, step.technique] for step in one.steps] == fact["steps"]
        assert (one.name, one.type, str(one.date)) == (fact["name"], fact["type"].lower(), fact["date"])
        assert one.date_granularity == fact["date_granularity"].lower()


def test_history_is_the_known_one(builtin: Catalog, facts: dict[str, Any]) -> None:
    assert {one.id: one.successor for one in builtin.retired} == {
        key: fact["successor"] for key, fact in facts["retired"].items()
    }
    assert {one.id: (one.before, one.after, one.release) for one in builtin.renamed} == {
        key: (fact["from"], fact["to"], fact["in"]) for key, fact in facts["renamed"].items()
    }


def test_steps_serve_a_tactic_of_their_technique(builtin: Catalog) -> None:
    for study in builtin.case_studies:
        for step in study.steps:
            assert step.tactic in builtin.technique(step.technique).tactics


def test_maturity_agrees_with_the_case_studies(builtin: Catalog) -> None:
    incidents = {one for study in builtin.case_studies if study.type == "incident" for one in study.techniques}
    assert {builtin.technique(one).maturity for one in incidents} == {"realized"}
    assert not any(builtin.case_studies_using(one.id) for one in builtin.techniques if one.maturity == "feasible")


def test_every_record_has_a_short_plain_summary(builtin: Catalog) -> None:
    for record in builtin:
        assert 40 < len(record.summary) < 300, record.id
        assert record.summary.endswith(".")
        assert not set("<>[]\n") & set(record.summary)


def test_the_only_repairs_are_the_two_corrections(builtin: Catalog) -> None:
    assert sorted(str(issue).split()[1] for issue in builtin.issues) == sorted(CORRECTED)


def test_dates_and_digest(builtin: Catalog) -> None:
    assert max(one.modified for one in builtin.techniques if one.modified) == dt.date(2026, 9, 15)
    assert builtin.digest.startswith("sha256:")


def test_ids_have_the_shape_of_their_kind(builtin: Catalog) -> None:
    assert {kind_of(one.id) for one in builtin.techniques} == {"technique"}
    assert {kind_of(one.id) for one in builtin.case_studies} == {"case-study"}
    assert len({atlas_uuid(one.id) for one in builtin}) == 337


def test_unknown_release() -> None:
    with pytest.raises(CatalogError, match=r"AM205 ATLAS release `2026.90` is not packaged .*2026\.09"):
        builtin_catalog("2026.90")
    assert builtin_catalog() is builtin_catalog("2026.09")
