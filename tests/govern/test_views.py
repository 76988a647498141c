"""The pages of the eight parties: golden files, plain words, dates only from records, and who delivers a measure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlasmodel._ids import canonical_json
from atlasmodel.assessment import assess
from atlasmodel.cli.app import run
from atlasmodel.delivery import Deliverer, builtin_deliveries, deliverers, skills_of
from atlasmodel.document import RankedMeasure
from atlasmodel.errors import InputError
from atlasmodel.export.view import markdown, text
from atlasmodel.govern.measures.parties import PARTIES
from atlasmodel.govern.read_checks import builtin_checks
from atlasmodel.governance import Survey, survey_files
from atlasmodel.model.builder import PipelineBuilder
from atlasmodel.model.read_organisation import parse_organisation
from atlasmodel.model.skill import builtin_skills
from atlasmodel.options import Options
from atlasmodel.view.compose import make_views
from atlasmodel.view.definition import builtin_glossary, builtin_views
from atlasmodel.view.filling import fill, spoken
from atlasmodel.view.naming import Names
from atlasmodel.view.page import NO_DATE, View
from atlasmodel.workspace import Workspace

ROOT = Path(__file__).parents[2]
AGENCY = ROOT / "examples" / "organisation" / "agency.yaml"
PAGES = ROOT / "docs" / "views"
VIEWS = tuple(builtin_views().views)
HEAD = "atlasmodel_organisation: 1\nname: x\n"
# Words that a reader outside the technical teams should not have to know; where the glossary explains one, it may stand.
JARGON = (
    "adversarial", "artefact", "attribute", "boolean", "component", "cyber kill", "dataset", "endpoint", "exfiltration",
    "finding", "inference", "kill chain", "mitigation", "payload", "pinned", "provenance", "raci", "roster", "sla",
    "span", "technique", "threat actor", "token", "twin_return", "yaml",
)  # fmt: skip
PLAIN = ("legal", "hr", "finance", "end-users")


@pytest.fixture(scope="session")
def agency() -> Survey:
    bounds = Options(removes=0, questions=0, measures=40)
    return survey_files([AGENCY], options=bounds)[0]


@pytest.fixture(scope="session")
def pages(agency: Survey) -> dict[str, View]:
    return make_views(agency.situation, agency.report, agency.assessor.assessment)


def test_every_party_has_a_page() -> None:
    assert sorted(definition.party for definition in builtin_views().views.values()) == sorted(PARTIES)


@pytest.mark.parametrize("name", VIEWS)
def test_pages_are_those_of_the_documentation(name: str, pages: dict[str, View]) -> None:
    how = f"atlasmodel govern examples/organisation/agency.yaml --view {name} --format markdown > docs/views/{name}.md"
    assert markdown(pages[name]) == (PAGES / f"{name}.md").read_text("utf-8"), f"read the change, then: {how}"


@pytest.mark.parametrize("name", VIEWS)
def test_every_page_says_what_why_and_by_when(name: str, pages: dict[str, View]) -> None:
    page = pages[name]
    assert page.summary
    assert page.asked
    assert all(ask.what and ask.why and ask.role for ask in page.asked)
    assert {one.check for one in page.concerns} <= {ask.check for ask in page.asked}
    # What no file says must not look as if one did.
    dates = {ask.by for ask in page.asked} - {NO_DATE}
    written = "".join(file.read_text("utf-8") for file in (AGENCY, *AGENCY.parent.glob("pipelines/*.yaml")))
    reviewed = {"2026-06-11"}  # a year after the last review of the policy on incidents
    assert all(date in written or date in reviewed for date in dates)
    assert all(ask.overdue == (ask.by < str(page.as_of)) for ask in page.asked if ask.by != NO_DATE)


@pytest.mark.parametrize("name", PLAIN)
def test_pages_outside_the_technical_teams_are_in_plain_words(name: str, pages: dict[str, View]) -> None:
    said = markdown(pages[name]).lower()
    known = {form.lower() for term, entry in builtin_glossary().terms.items() for form in (term, *entry.also)}
    assert [word for word in JARGON if word not in known and re.search(rf"\b{word}s?\b", said)] == []


@pytest.mark.parametrize("name", VIEWS)
def test_nothing_of_the_machinery_shows(name: str, pages: dict[str, View]) -> None:
    said = markdown(pages[name])
    assert re.findall(r"\b(?:None|True|False|Span|AML\.M\d+)\b|-&gt;|\{\w+\}|\b[a-z]+_[a-z]+\b|\('", said) == []
    assert pages[name].glossary.keys() <= builtin_glossary().terms.keys()
    assert pages[name].organisation in text(pages[name])


def test_two_pages_are_equal(agency: Survey, pages: dict[str, View]) -> None:
    again = make_views(agency.situation, agency.report, agency.assessor.assessment, ["legal"])
    assert canonical_json(again["legal"].to_dict()) == canonical_json(pages["legal"].to_dict())


def test_figures_of_a_page_are_those_of_the_report(agency: Survey, pages: dict[str, View]) -> None:
    finance, ciso = pages["finance"], pages["ciso"]
    tests = next(row for row in finance.figures["stages"].rows if row["stage"] == "testing the model")
    assert (tests["lines"], tests["likely"]) == (0, None)
    risks = [agency.assessor.assessment(one.pipeline).goals[0].risk for one in agency.situation.production]
    assert ciso.figures["ends"].rows[0]["risk"] == max(risks)
    assert str(agency.report.counts["fail"]) in ciso.summary[2]
    shown = [row["takes_off"] for row in ciso.figures["measures"].rows]
    assert len(shown) == 5
    assert all(re.fullmatch(r"\d+ %", share) for share in shown)


def test_a_page_of_a_small_file_says_what_is_not_known(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(f"{HEAD}hr: {{rewards: false}}\n", "utf-8")
    (survey,) = survey_files([file])
    pages = make_views(survey.situation, survey.report, survey.assessor.assessment)
    assert "Make work across teams count" in next(a.what for a in pages["hr"].asked if a.check == "HR-REWARDS-BREADTH")
    unknown = next(one for one in pages["finance"].concerns if one.result == "unknown")
    asked = next(ask.what for ask in pages["finance"].asked if ask.check == unknown.check)
    question = next(check.question for check in builtin_checks() if check.id == unknown.check)
    assert question in asked  # who does not know what is missing cannot look it up
    assert all(markdown(page) and text(page) for page in pages.values())
    assert all(ask.by == NO_DATE for page in pages.values() for ask in page.asked)


def test_a_hostile_name_stays_text(tmp_path: Path) -> None:
    file = tmp_path / "hostile.yaml"
    name = "<script>alert(1)</script> {names} ](http://x) \\x1b[2J"
    file.write_text(f'{HEAD}contracts: {{c: {{vendor: "{name.replace(chr(92), chr(92) * 2)}", covers: "*", '
                    "liability: false}}\n", "utf-8")  # fmt: skip
    (survey,) = survey_files([file])
    page = make_views(survey.situation, survey.report, survey.assessor.assessment, ["legal"])["legal"]
    assert "<script>" not in markdown(page)
    assert "\x1b" not in text(page)
    assert any("{names}" in item for one in page.concerns for item in one.items)


def test_facts_are_told_by_name(agency: Survey) -> None:
    names = Names(agency.situation, builtin_views().words)
    assert names.told("claims-portal -invokes-> triage-api lacks it") == "Claims portal to Triage interface lacks it"
    assert names.told("verified was True in triage-research") == "verified was yes in Claims triage, research"
    assert names.told("TrueNorth") == "TrueNorth"
    assert names.name("nowhere_known") == "nowhere known"


def test_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(f"{HEAD}hr: {{rewards: false}}\n", "utf-8")
    assert run(["govern", str(file), "--view", "hr", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"view", "reader", "concerns", "asked", "figures"} <= told.keys()
    assert all({"what", "by", "why", "check", "role"} <= ask.keys() for ask in told["asked"])
    assert run(["govern", str(file), "--view", "hr"]) == 0
    assert "WHAT YOU ARE ASKED TO DO" in capsys.readouterr().out
    assert run(["govern", str(file), "--view", "hr", "--format", "markdown"]) == 0
    assert capsys.readouterr().out.startswith("# x: for the HR director")
    assert run(["govern", str(file), "--view", "finanz"]) == 3
    assert "did you mean finance?" in capsys.readouterr().err
    assert run(["govern", str(file), "--format", "markdown"]) == 2
    assert run(["govern", str(file), str(file), "--view", "hr"]) == 3
    assert "AM199" in capsys.readouterr().err


@given(st.text(max_size=40), st.dictionaries(st.sampled_from(["a", "b"]), st.text(max_size=10)))
def test_filling_looks_up_and_never_runs(pattern: str, values: dict[str, str]) -> None:
    said = fill(pattern, values.get)
    assert said == re.sub(r"\{([a-z_]+)\}", lambda found: spoken(values.get(found[1])), pattern)


# Who delivers a measure.


def measure(control: str) -> RankedMeasure:
    library = Workspace.builtin().library
    return RankedMeasure(
        control=control, name=library.controls[control].name, origin="own", at="x", removes=1.0, state="absent",
        effort_days=1.0, money=0.0, delivered_by=library.controls[control].delivered_by, techniques=(),
    )  # fmt: skip


def deliverer(organisation: str, control: str = "model_hardening") -> Deliverer:
    (found,) = deliverers([measure(control)], parse_organisation(HEAD + organisation))
    return found


def test_every_control_has_skills_of_known_domains() -> None:
    domains = builtin_skills().domains
    for control in Workspace.builtin().library.controls.values():
        skills = skills_of(control)
        assert skills, f"{control.id} is delivered by {control.delivered_by}, of whom the table says nothing"
        assert skills.keys() <= domains.keys()
        assert all(1 <= level <= 4 for level in skills.values())
    assert builtin_deliveries().controls.keys() <= Workspace.builtin().library.controls.keys()


def test_who_delivers() -> None:
    able = "teams: {ds: {function: data_science, skills: {statistics_ml: 3, adversarial_ml: 2}}}"
    found = deliverer(able)
    assert (found.exists, found.team, found.alone, found.lacks) == ("yes", "ds", True, ())
    helped = "teams: {ds: {function: data_science, skills: {statistics_ml: 3}}, red: {function: security, skills: {adversarial_ml: 3}}}"
    found = deliverer(helped)
    assert (found.exists, found.team, found.alone) == ("yes", "ds", False)
    assert found.helped_by == {"adversarial_ml": ("red",)}
    found = deliverer("teams: {ds: {function: data_science, skills: {statistics_ml: 3}}}")
    assert (found.exists, found.team, found.lacks) == ("no", "ds", ("adversarial_ml",))
    found = deliverer("teams: {ds: {function: data_science}}")
    assert (found.exists, found.team) == ("unknown", "ds")
    assert deliverer("currency: USD").exists == "unknown"
    assert deliverer("teams: {}").exists == "no"


@pytest.fixture
def ranked(agency: Survey) -> Iterator[tuple[RankedMeasure, ...]]:
    yield agency.assessor.assessment(agency.situation.production[0].pipeline).mitigations


def test_deliverers_keep_order_and_change_nothing(agency: Survey, ranked: tuple[RankedMeasure, ...]) -> None:
    before = [row.model_dump() for row in ranked]
    found = deliverers(ranked, agency.situation.organisation)
    assert [(one.control, one.at) for one in found] == [(row.control, row.at) for row in ranked]
    assert [row.model_dump() for row in ranked] == before


def test_a_plan_says_who_delivers_it() -> None:
    builder = PipelineBuilder("tiny", version="1")
    api = builder.add("api", kind="inference_api", exposure="public", authn="none")
    model = builder.add("model", kind="predictive_model", data_class="personal")
    builder.flow(api, model, kind="serves")
    assessment = assess(builder.build(), options=Options(removes=0, questions=0, worlds=64))
    plan = assessment.plan(measures=2)
    found = deliverers(
        plan, parse_organisation(HEAD + "teams: {ops: {function: it_operations, skills: {security: 4}}}")
    )
    assert [(one.control, one.at, one.role) for one in found] == [
        (row.control, row.at, row.role) for row in plan.measures
    ]
    assert found
    assert assessment.plan(measures=2) == plan


def test_an_unknown_view_names_the_nearest(agency: Survey) -> None:
    with pytest.raises(InputError, match="AM196"):
        make_views(agency.situation, agency.report, agency.assessor.assessment, ["software-team"])
