"""The flat format: published files whole, and each of their defects."""

import datetime as dt
from pathlib import Path

import pytest

from atlasmodel.catalog import Catalog, read_catalog
from atlasmodel.catalog.records import Reference


@pytest.fixture(scope="module")
def last(shared: Path) -> Catalog:
    return read_catalog(shared / "ATLAS-5.6.1.yaml")


@pytest.mark.parametrize(
    ("name", "counts", "links", "steps", "repairs"),
    [
        ("4.0.1", (12, 63, 0, 15), 0, 90, 2),
        ("4.5.2", (14, 82, 20, 22), None, 134, 2),
        ("5.0.0", (15, 130, 26, 33), None, 229, 4),
        ("5.6.1", (16, 170, 35, 57), 246, 449, 14),
    ],
)
def test_published_release(
    shared: Path, name: str, counts: tuple[int, ...], links: int | None, steps: int, repairs: int
) -> None:
    catalog = read_catalog(shared / f"ATLAS-{name}.yaml")
    assert catalog.release == name
    assert tuple(catalog.counts.values()) == counts
    assert links is None or sum(len(one.links) for one in catalog.mitigations) == links
    assert sum(len(one.steps) for one in catalog.case_studies) == steps
    assert len(catalog.issues) == repairs
    assert {issue.code for issue in catalog.issues} == {"AM207"}


def told(catalog: Catalog, words: str) -> int:
    return sum(words in str(issue) for issue in catalog.issues)


def test_links_among_the_phases_are_links(last: Catalog) -> None:
    assert {one.mitigation.id for one in last.mitigations_of("AML.T0052.001", inherit=False)} >= {
        "AML.M0018",
        "AML.M0034",
    }
    assert last.mitigation("AML.M0034").lifecycle == (
        "Deployment", "Monitoring and Maintenance", "AI Model Evaluation", "AI Model Engineering",
    )  # fmt: skip
    assert told(last, "lists AML.T0052.001 as a phase of the life cycle") == 2


def test_release_is_that_of_the_digest(last: Catalog, shared: Path, tmp_path: Path) -> None:
    assert told(last, "the file calls itself 5.6.0 (by its digest it is release 5.6.1)") == 1
    changed = tmp_path / "changed.yaml"
    changed.write_bytes((shared / "ATLAS-5.6.1.yaml").read_bytes() + b"# mine\n")
    assert read_catalog(changed).release == "5.6.0"


def test_double_links_are_joined(last: Catalog) -> None:
    assert told(last, "is linked twice to AML.T0043.001") == 2
    for one in last.mitigations:
        assert len(set(one.techniques)) == len(one.techniques)
    (double,) = [link for link in last.mitigation("AML.M0002").links if link.technique == "AML.T0043.001"]
    assert double.use


def test_wrong_attack_references_are_corrected(last: Catalog) -> None:
    assert last.technique("AML.T0106").attack == "T1212"
    assert last.technique("AML.T0011.003").attack == "T1204.001"
    assert told(last, "refers to ATT&CK") == 2


def test_reference_without_a_title_is_named_after_its_host(last: Catalog) -> None:
    (reference,) = last.technique("AML.T0096").references
    assert reference.title == "www.microsoft.com"
    assert told(last, "without a title") == 1


def test_descriptions_are_plain(last: Catalog) -> None:
    assert told(last, "187 links within the ATLAS site") == 1
    assert told(last, "HTML tag(s)") == 5
    for record in last:
        assert "](" not in record.summary, record.id
        assert "<span" not in record.summary
        assert "<div" not in record.summary
        assert "<sup" not in record.summary


def test_footnotes_become_references(last: Catalog) -> None:
    notes = last.case_study("AML.CS0026").references
    url = "https://www.theregister.com/2024/08/08/copilot_black_hat_vulns/"
    assert Reference("Article from The Register with response from Microsoft", url) in notes
    assert "[1]" not in last.case_study("AML.CS0026").summary


def test_case_studies_without_references_and_with_one_step(last: Catalog) -> None:
    assert last.case_study("AML.CS0002").references == ()
    assert len(last.case_study("AML.CS0042").steps) == 1


def test_spelling_is_that_of_today(last: Catalog) -> None:
    assert {one.maturity for one in last.techniques} == {"feasible", "demonstrated", "realized"}
    assert {one.date_granularity for one in last.case_studies} == {"day", "month", "year"}
    assert {one.type for one in last.case_studies} == {"incident", "exercise"}
    assert {word for one in last.mitigations for word in one.category} == {
        "Policy", "Technical - AI", "Technical - Cyber",
    }  # fmt: skip
    assert last.technique("AML.T0000").created == dt.date(2021, 5, 13)


def test_figures_known_of_the_last_flat_release(last: Catalog) -> None:
    assert sum(not last.mitigations_of(one.id, inherit=False) for one in last.techniques) == 95
    assert sum(not last.mitigations_of(one.id) for one in last.techniques) == 82
    assert sum(one.reporter is not None for one in last.case_studies) == 16
    feasible = {one.id for one in last.techniques if one.maturity == "feasible"}
    assert feasible == {one.id for one in last.techniques if not last.case_studies_using(one.id, children=True)}
    assert len(feasible) == 17


def test_history_serves_older_releases(last: Catalog, shared: Path) -> None:
    assert last.resolve("AML.T0019") == ("AML.T0019", None)
    assert last.resolve("AML.T0045")[0] == "AML.T0048.004"
    assert last.resolve("Poison Training Data") == ("AML.T0020", None)
    assert read_catalog(shared / "ATLAS-4.0.1.yaml").resolve("AML.T0045") == ("AML.T0045", None)
