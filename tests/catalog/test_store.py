"""Look-ups: what is found, what is inherited, what an old id or a wrong one leads to."""

import pickle
from dataclasses import FrozenInstanceError, replace

import pytest

from atlasmodel.catalog import Catalog
from atlasmodel.errors import CatalogError


def test_find_returns_the_record(builtin: Catalog) -> None:
    assert builtin.find("AML.T0051").name == "LLM Prompt Injection"
    assert builtin.tactic("AML.TA0002").position == 1
    assert builtin.mitigation("AML.M0000").category == ("Policy",)
    assert builtin.case_study("AML.CS0000").type == "exercise"
    assert "AML.T0051" in builtin
    assert "AML.T9999" not in builtin


def test_unknown_id_names_three_near_ones(builtin: Catalog) -> None:
    with pytest.raises(CatalogError) as caught:
        builtin.technique("AML.T00511")
    (problem,) = caught.value.problems
    assert problem.code == "AM219"
    assert "AML.T0051" in (problem.hint or "")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("AML.T0019", "retired in 2026.07; its successor is AML.T0115.000"),
        ("AML.M0001", "AML.M0001 is the mitigation `Limit Model Artifact Release`"),
        ("LLM Promt Injection", "did you mean LLM Prompt Injection"),
        ("aml.t0051", "did you mean AML.T0051"),
        ("", None),
    ],
)
def test_unknown_technique_is_explained(builtin: Catalog, word: str, hint: str | None) -> None:
    with pytest.raises(CatalogError) as caught:
        builtin.technique(word)
    (problem,) = caught.value.problems
    assert problem.hint is None if hint is None else (problem.hint or "").startswith(hint)


def test_display_name_joins_parent_and_child(builtin: Catalog) -> None:
    assert builtin.display_name("AML.T0051.001") == "LLM Prompt Injection: Indirect"
    assert builtin.display_name("AML.T0051") == "LLM Prompt Injection"
    shown = [builtin.display_name(one.id) for one in builtin.techniques]
    assert len(shown) == len(set(shown))


def test_children(builtin: Catalog) -> None:
    assert [one.id for one in builtin.children("AML.T0051")][:2] == ["AML.T0051.000", "AML.T0051.001"]
    assert builtin.children("AML.T0051.000") == ()
    assert sum(len(builtin.children(one.id)) for one in builtin.techniques) == 88


def test_sub_techniques_share_the_tactics_of_their_parent(builtin: Catalog) -> None:
    assert [one.name for one in builtin.tactics_of("AML.T0018.000")] == ["AI Attack Adaptation", "Persistence"]
    for one in builtin.techniques:
        if one.parent:
            assert builtin.tactics_of(one.id) == builtin.tactics_of(one.parent)


def test_mitigations_tell_their_origin(builtin: Catalog) -> None:
    direct = builtin.mitigations_of("AML.T0002.000", inherit=False)
    both = builtin.mitigations_of("AML.T0002.000")
    assert both[: len(direct)] == direct
    assert {one.origin for one in direct} == {"atlas"}
    assert {one.origin for one in both[len(direct) :]} == {"parent"}
    assert "AML.M0000" in {one.mitigation.id for one in both[len(direct) :]}
    assert len({one.mitigation.id for one in both}) == len(both)


def test_techniques_without_a_mitigation(builtin: Catalog) -> None:
    assert sum(not builtin.mitigations_of(one.id, inherit=False) for one in builtin.techniques) == 74


def test_case_studies_using(builtin: Catalog) -> None:
    direct = builtin.case_studies_using("AML.T0051")
    assert set(direct) < set(builtin.case_studies_using("AML.T0051", children=True))
    assert all("AML.T0051" in study.techniques for study in direct)


@pytest.mark.parametrize(
    ("word", "identifier", "told"),
    [
        ("AML.T0051", "AML.T0051", None),
        ("LLM Prompt Injection: Indirect", "AML.T0051.001", None),
        ("Training Data Poisoning", "AML.T0020", None),
        ("AML.T0019", "AML.T0115.000", "retired in 2026.07; its successor is AML.T0115.000"),
        ("AML.T0045", "AML.T0048.004", "retired in 4.5.0; its successor is AML.T0048.004"),
        ("Publish Poisoned Models", "AML.T0115.001", "retired in 2026.07"),
        ("Poison Training Data", "AML.T0020", "is named `Training Data Poisoning` since 2026.07"),
        ("ShadowRay", "AML.CS0023", "is named `ShadowRay: Hijacking Exposed Ray Clusters` (AML.CS0023)"),
    ],
)
def test_resolve(builtin: Catalog, word: str, identifier: str, told: str | None) -> None:
    found, warning = builtin.resolve(word)
    assert found == identifier
    if told is None:
        assert warning is None
    else:
        assert warning is not None
        assert (warning.code, told in warning.message) == ("AM208", True)
        assert warning.hint == f"write {identifier}"


def test_resolve_refuses_what_is_unclear(builtin: Catalog) -> None:
    with pytest.raises(CatalogError, match=r"4 records are named `AI Agent Tools` \(write one of AML\.T0016\.004"):
        builtin.resolve("AI Agent Tools")
    with pytest.raises(CatalogError, match="unknown id or name `Poison Trainin`"):
        builtin.resolve("Poison Trainin")


def test_retired_id_without_successor(builtin: Catalog) -> None:
    alone = replace(builtin, retired=(replace(builtin.retired[0], successor=None),))
    with pytest.raises(CatalogError, match="its successor is not known"):
        alone.resolve(alone.retired[0].id)


def test_catalog_is_a_frozen_value(builtin: Catalog) -> None:
    with pytest.raises(FrozenInstanceError):
        builtin.release = "x"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        builtin.technique("AML.T0051").name = "x"  # type: ignore[misc]
    builtin.technique("AML.T0051")  # fills the look-ups
    copy = pickle.loads(pickle.dumps(builtin))  # noqa: S301 - our own bytes
    assert copy == builtin
    assert hash(copy) == hash(builtin)
    assert copy.mitigations_of("AML.T0000") == builtin.mitigations_of("AML.T0000")
    assert repr(builtin) == "<Catalog ATLAS 2026.09: 16 tactics, 208 techniques, 40 mitigations, 73 case studies>"
