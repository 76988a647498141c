"""The format 6.0.0: a file of our own, the order of steps, and round trips through a writer."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atlasmodel.catalog import Catalog, builtin_catalog, read_catalog
from atlasmodel.catalog.records import CaseStudy, Link, Mitigation, Reference, Step, Tactic, Technique

from .conftest import Writer

# Own text; ids above 9000 are not used by ATLAS.
SAMPLE = """
format-version: 6.0.0
collection: {id: ATLAS-collection, object-type: collection, name: Sample, description: Own data, version: '2026.09'}
matrix: {id: ATLAS-matrix, object-type: matrix, name: Sample, description: Own sample matrix}
tactics:
  AML.TA9001: {id: AML.TA9001, object-type: tactic, name: Do Harm, description: Own text}
  AML.TA9000: {id: AML.TA9000, object-type: tactic, name: Look Around, description: Own text,
    attack-reference: {id: TA0043, url: 'https://attack.mitre.org/tactics/TA0043/'}}
techniques:
  AML.T9000:
    name: Ask the Model
    description: Own text with a marker [[note-one]] and a link to [Look Around](/tactics/AML.TA9000).
    references:
    - {id: note-one, title: A note, url: 'https://example.org/note'}
    created-date: '2026-01-01'
    modified-date: '2026-01-02'
    platforms: [Predictive AI, Agentic AI]
    id: AML.T9000
    maturity: Demonstrated
    uuid: 3d5ea073-d4d6-5c12-919c-f9310a68b6ed
    object-type: technique
  AML.T9000.000: {id: AML.T9000.000, name: Ask Twice, description: Own, platforms: [Agentic AI], maturity: Feasible}
  AML.T9001: {id: AML.T9001, name: Take It Down, description: Own text, platforms: [Enterprise], maturity: Realized}
mitigations:
  AML.M9000: {id: AML.M9000, name: Count Questions, description: Own text, categories: [Technical - Cyber],
    lifecycle-phases: [Deployment, Monitoring and Maintenance]}
case-studies:
  AML.CS9000: {id: AML.CS9000, name: Sample Exercise, description: Own text, type: Exercise, actor: Sample team,
    target: Sample service, date: 2026-01, date-granularity: Month}
relationships:
  ATLAS-matrix:
    sequences:
    - {source: ATLAS-matrix, target: AML.TA9001, relationship-type: sequences, position: 2}
    - {source: ATLAS-matrix, target: AML.TA9000, relationship-type: sequences, position: 1}
  AML.T9000:
    achieves:
    - {source: AML.T9000, target: AML.TA9001, relationship-type: achieves}
    - {source: AML.T9000, target: AML.TA9000, relationship-type: achieves}
  AML.T9000.000:
    achieves:
    - {source: AML.T9000.000, target: AML.TA9000, relationship-type: achieves}
    specializes:
    - {source: AML.T9000.000, target: AML.T9000, relationship-type: specializes}
  AML.M9000:
    mitigates:
    - {source: AML.M9000, target: AML.T9000, relationship-type: mitigates, description: Own text on how}
  AML.CS9000:
    employs: # sorted by target; S01 comes after S02, since the steps lead that way
    - {source: AML.CS9000, target: AML.T9000, relationship-type: employs, tactic: AML.TA9001, step-id: S01,
       leads-to: [], description: The last step}
    - {source: AML.CS9000, target: AML.T9000.000, relationship-type: employs, tactic: AML.TA9000, step-id: S00,
       leads-to: [S02], description: The first step}
    - {source: AML.CS9000, target: AML.T9001, relationship-type: employs, tactic: AML.TA9001, step-id: S02,
       leads-to: [S01], description: The second step}
"""


def read(tmp_path: Path, text: str) -> Catalog:
    path = tmp_path / "ATLAS-sample.yaml"
    path.write_text(text, encoding="utf-8")
    return read_catalog(path)


def test_sample(tmp_path: Path) -> None:
    catalog = read(tmp_path, SAMPLE)
    assert (catalog.release, catalog.format) == ("2026.09", "ATLAS YAML 6")
    assert [(one.id, one.position, one.attack) for one in catalog.tactics] == [
        ("AML.TA9000", 1, "TA0043"),
        ("AML.TA9001", 2, None),
    ]
    assert catalog.technique("AML.T9000") == Technique(
        id="AML.T9000",
        name="Ask the Model",
        summary="Own text with a marker  and a link to Look Around.",
        tactics=("AML.TA9000", "AML.TA9001"),
        maturity="demonstrated",
        platforms=("Predictive AI", "Agentic AI"),
        created=dt.date(2026, 1, 1),
        modified=dt.date(2026, 1, 2),
        references=(Reference("A note", "https://example.org/note"),),
    )
    assert catalog.technique("AML.T9000.000").tactics == ("AML.TA9000",)  # its own, not those of its parent
    assert catalog.mitigation("AML.M9000").links == (Link("AML.T9000", "Own text on how"),)
    study = catalog.case_study("AML.CS9000")
    assert (study.type, study.date, study.date_granularity) == ("exercise", dt.date(2026, 1, 1), "month")
    assert (study.actor, study.target, study.reporter) == ("Sample team", "Sample service", None)


def test_steps_follow_leads_to(tmp_path: Path) -> None:
    steps = read(tmp_path, SAMPLE).case_study("AML.CS9000").steps
    assert [step.summary for step in steps] == ["The first step", "The second step", "The last step"]


@pytest.mark.parametrize(
    ("old", "new", "order", "told"),
    [
        ("leads-to: [S02]", "leads-to: [S01, S02]", ["S00", "S02", "S01"], None),
        ("leads-to: [S02], ", "", ["S00", "S02", "S01"], None),
        ("leads-to: []", "leads-to: [S02]", ["S00", "S01", "S02"], "the steps of AML.CS9000 lead back to themselves"),
        ("leads-to: []", "leads-to: [S77]", ["S00", "S02", "S01"], "step S01 of AML.CS9000 leads to S77"),
        ("step-id: S02", "step-id: S00", ["S00", "S01"], "AML.CS9000 has two steps S00"),
    ],
)
def test_order_of_steps(tmp_path: Path, old: str, new: str, order: list[str], told: str | None) -> None:
    catalog = read(tmp_path, SAMPLE.replace(old, new))
    names = {"The first step": "S00", "The last step": "S01", "The second step": "S02"}
    assert [names[step.summary] for step in catalog.case_study("AML.CS9000").steps] == order
    assert told is None or any(told in issue.message for issue in catalog.issues)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("uuid: 3d5e", "uuid: 4d5e", "the uuid of AML.T9000 does not follow from its id"),
        ("target: AML.T9000, relationship-type: mitigates", "target: AML.T9009, relationship-type: mitigates",
         "AML.M9000 is linked to AML.T9009, which is not there"),
        ("target: AML.T9000, relationship-type: specializes", "target: AML.T9009, relationship-type: specializes",
         "AML.T9000.000 names the parent AML.T9009, which is not there"),
        ("{source: AML.T9000, target: AML.TA9001", "{source: AML.T9000, target: AML.TA9009",
         "AML.T9000 names the tactic AML.TA9009, which is not there"),
        ("target: AML.T9001, relationship-type: employs", "target: AML.T9009, relationship-type: employs",
         "step 2 of AML.CS9000 names AML.TA9001 AML.T9009, which is not there"),
        ("AML.T9001: {id: AML.T9001", "AML.T9001: {id: AML.T9000.000", "AML.T9000.000 stands twice"),
        ("version: '2026.09'", "name-: x", "the file names no release"),
    ],
)  # fmt: skip
def test_loose_ends_are_repaired_and_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in SAMPLE
    issues = read(tmp_path, SAMPLE.replace(old, new)).issues
    assert any(told in issue.message for issue in issues)


def test_round_trip_of_the_packaged_release(builtin: Catalog, write_v6: Writer) -> None:
    again = read_catalog(write_v6(builtin))
    # The format does not say in which release a record came.
    assert list(again) == [one if isinstance(one, Tactic) else replace(one, added_in=None) for one in builtin]
    assert (again.retired, again.renamed) == (builtin.retired, builtin.renamed)


def test_round_trip_of_the_last_flat_release(shared: Path, write_v6: Writer) -> None:
    flat = read_catalog(shared / "ATLAS-5.6.1.yaml")
    assert list(read_catalog(write_v6(flat))) == list(flat)


WORDS = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=8)
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    """A small consistent catalogue: every relation ends at a record that is there."""
    tactics = tuple(
        Tactic(id=f"AML.TA9{number:03}", name=draw(WORDS), summary=draw(WORDS), position=number + 1)
        for number in range(draw(st.integers(1, 3)))
    )
    tops = tuple(
        Technique(
            id=f"AML.T9{number:03}",
            name=draw(WORDS),
            summary=draw(WORDS),
            tactics=tuple(sorted(draw(st.sets(st.sampled_from([one.id for one in tactics]), min_size=1)))),
            maturity=draw(st.sampled_from(["feasible", "demonstrated", "realized"])),
            platforms=tuple(draw(st.lists(st.sampled_from(["Agentic AI", "Enterprise"]), unique=True))),
            attack=draw(st.none() | st.just("T1566")),
            created=draw(st.none() | DAYS),
        )
        for number in range(draw(st.integers(1, 4)))
    )
    subs = tuple(
        Technique(id=f"{top.id}.000", name=draw(WORDS), parent=top.id, tactics=top.tactics, maturity="feasible")
        for top in tops
        if draw(st.booleans())
    )
    techniques = tuple(sorted((*tops, *subs), key=lambda one: one.id))
    some = st.sampled_from([one.id for one in techniques])
    mitigations = tuple(
        Mitigation(
            id=f"AML.M9{number:03}",
            name=draw(WORDS),
            category=("Policy",),
            links=tuple(Link(one, draw(WORDS)) for one in sorted(draw(st.sets(some)))),
        )
        for number in range(draw(st.integers(0, 2)))
    )
    steps = st.lists(st.tuples(st.sampled_from([one.id for one in tactics]), some, WORDS), max_size=6)
    studies = tuple(
        CaseStudy(
            id=f"AML.CS9{number:03}",
            name=draw(WORDS),
            type="exercise",
            date=draw(DAYS),
            date_granularity="day",
            steps=tuple(Step(*step) for step in draw(steps)),
        )
        for number in range(draw(st.integers(0, 2)))
    )
    return Catalog("2026.09", "made", "", tactics, techniques, mitigations, studies)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(catalogs())
def test_round_trip_of_any_catalogue(write_v6: Writer, catalog: Catalog) -> None:
    again = read_catalog(write_v6(catalog))
    assert list(again) == list(catalog)
    assert again.issues == ()
    assert again.release == "2026.09"


def test_history_of_the_package_serves_a_file_of_the_user(builtin: Catalog, write_v6: Writer) -> None:
    again = read_catalog(write_v6(builtin_catalog()))
    assert again.resolve("AML.T0058")[0] == "AML.T0115.001"
