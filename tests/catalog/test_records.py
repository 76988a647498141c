"""Ids and records."""

import pytest

from atlasmodel.catalog.records import CaseStudy, Link, Mitigation, Step, kind_of, stix_id


@pytest.mark.parametrize(
    ("identifier", "kind"),
    [
        ("AML.TA0002", "tactic"),
        ("AML.T0051", "technique"),
        ("AML.T0051.001", "technique"),
        ("AML.M0001", "mitigation"),
        ("AML.CS0001", "case-study"),
        ("AML.T51", None),
        ("AML.T0051.01", None),
        ("AML.T0051\n", None),
        ("T1566", None),
        ("", None),
    ],
)
def test_kind_of(identifier: str, kind: str | None) -> None:
    assert kind_of(identifier) == kind
    assert (stix_id(identifier) is None) == (kind is None)


def test_techniques_of_records() -> None:
    steps = (Step("AML.TA0001", "AML.T0002"), Step("AML.TA0001", "AML.T0001"), Step("AML.TA0002", "AML.T0002"))
    assert CaseStudy(id="AML.CS0001", name="x", steps=steps).techniques == ("AML.T0002", "AML.T0001")
    assert Mitigation(id="AML.M0001", name="x", links=(Link("AML.T0001"),)).techniques == ("AML.T0001",)
