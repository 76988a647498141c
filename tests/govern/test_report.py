"""The report: results on the examples, scores with unknowns apart, trends, and the page made from the checks' tests."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlasmodel._ids import canonical_json
from atlasmodel.assessment import assess
from atlasmodel.cli.app import run
from atlasmodel.errors import CatalogError, InputError
from atlasmodel.govern.read_checks import builtin_checks, load_checks
from atlasmodel.govern.reading import Target, Truth, at_least, every, opposite, share
from atlasmodel.govern.result import Governance
from atlasmodel.govern.score import count
from atlasmodel.govern.survey import govern
from atlasmodel.govern.trend import trend
from atlasmodel.governance import Assessor, read_governance
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.model.read_organisation import parse_organisation
from atlasmodel.model.reader import read_pipeline
from atlasmodel.workspace import Workspace

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "organisation"
HEAD = "atlasmodel_organisation: 1\nname: x\n"
TRUTHS = st.sampled_from(["yes", "unknown", "no"])


@pytest.fixture(scope="session")
def agency() -> Governance:
    return read_governance([EXAMPLES / "agency.yaml"])[0]


@pytest.fixture(scope="session")
def company() -> tuple[Governance, ...]:
    return read_governance(sorted(EXAMPLES.glob("company-*.yaml")))


def test_most_checks_decide_on_the_agency(agency: Governance) -> None:
    decided = [result for result in agency.results if result.result in ("pass", "fail")]
    assert len(decided) >= 40
    assert {result.result for result in agency.results} >= {"pass", "fail", "unknown"}
    assert agency.pipelines == ("triage", "triage-research", "letters", "identity")


def test_every_result_says_why_and_where(agency: Governance) -> None:
    assert all(result.because for result in agency.results if result.result != "not_applicable")
    spans = {result.check: result.because[0].span for result in agency.results}
    assert str(spans["DECISION-DRIFT"]).endswith("claims-triage.yaml:43:3")
    assert "agency.yaml:" in str(spans["EXIT-TESTED"])
    assert all(result.advice for result in agency.results if result.result == "fail")


def test_a_way_is_told_by_the_components_that_it_passes_each_once(agency: Governance) -> None:
    facts = [because.fact for result in agency.results for because in result.because]
    ways = [fact.partition(" by way of ")[2].split(" > ") for fact in facts if " by way of " in fact]
    assert ways
    for way in ways:
        assert all(way) and "adversary" not in way and len(set(way)) == len(way)


def test_two_reports_are_equal(company: tuple[Governance, ...]) -> None:
    again = read_governance([EXAMPLES / "company-2026-11.yaml"])[0]
    assert canonical_json(again.to_dict()) == canonical_json(company[-1].to_dict())


def test_a_company_improves(company: tuple[Governance, ...]) -> None:
    found = trend(tuple(reversed(company)))
    assert [report["as_of"] for report in found["reports"]] == ["2026-03-31", "2026-07-31", "2026-11-30"]
    for score in found["scores"]:
        lows = [point["low"] for point in score["points"]]
        assert lows[0] < lows[-1], score["id"]
    passed = [report.counts["pass"] for report in company]
    assert passed == sorted(passed)
    changed = {item["check"] for change in found["changes"] for item in change["changed"]}
    assert "EXIT-TESTED" in changed


def test_what_to_do_next_comes_by_what_it_adds(agency: Governance) -> None:
    adds = [item.adds for item in agency.raises]
    assert adds == sorted(adds, reverse=True) and adds[0] > 0
    assert all(agency[item.check].result in ("fail", "unknown") for item in agency.raises)


def test_without_a_day_dates_are_unknown() -> None:
    organisation = parse_organisation(
        HEAD + "policies: {p: {kind: governance, last_review: 2026-01-01, review_every_months: 6}}"
    )
    assert govern(organisation)["POLICY-AGE"].result == "unknown"
    assert govern(organisation, as_of="2026-03-01")["POLICY-AGE"].result == "pass"
    assert govern(organisation, as_of="2026-09-01")["POLICY-AGE"].result == "fail"
    assert any("No day is given" in note for note in govern(organisation).notes)
    with pytest.raises(InputError, match="AM180"):
        govern(organisation, as_of="tomorrow")


def test_an_organisation_changes_no_technical_figure(tmp_path: Path) -> None:
    text = "atlasmodel: 1\nname: p\nORGcomponents: {m: {kind: llm, exposure: public, untrusted_input: true}}\n"
    (tmp_path / "organisation.yaml").write_text(HEAD + "as_of: 2026-11-30\npolicies: {}\n")
    (tmp_path / "plain.yaml").write_text(text.replace("ORG", ""))
    (tmp_path / "named.yaml").write_text(text.replace("ORG", "organisation: organisation.yaml\n"))
    plain, named = (assess(read_pipeline(tmp_path / f"{name}.yaml")).to_dict() for name in ("plain", "named"))
    assert plain["governance"] == [] and len(named["governance"]) > 60
    assert {"check", "statements", "result", "because"} <= set(named["governance"][0])
    same = ("findings", "goals", "totals", "mitigations", "questions", "steps")
    for part in same:
        assert json.dumps(plain[part]).replace("plain.yaml:3", "") == json.dumps(named[part]).replace(
            "named.yaml:4", ""
        )


def test_a_pipeline_alone_is_looked_at_too() -> None:
    (report,) = read_governance([EXAMPLES / "pipelines" / "churn.yaml"])
    assert report["DECISION-DRIFT"].result == "pass"
    assert report["OVERRIDE-POWER"].result == "not_applicable"
    assert report["EXIT-TESTED"].result == "unknown"


def test_references_to_nowhere_are_told(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("atlasmodel: 1\nname: p\ncomponents: {model: {kind: llm}}\n")
    file = tmp_path / "o.yaml"
    file.write_text(HEAD + "pipelines: {p: p.yaml}\ncontracts: {c: {vendor: A, covers: p/modell}}\n")
    with pytest.raises(InputError, match=r"o.yaml:4:13: AM177 .*did you mean .*p/model"):
        read_governance([file])
    file.write_text(HEAD + "pipelines: {p: ../p.yaml}\n")
    with pytest.raises(InputError, match="AM178"):
        read_governance([file])


def test_user_text_does_not_reach_the_terminal_raw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "o.yaml"
    file.write_text(
        HEAD + 'incidents: [{what: "\\e[31m::add-mask::x", on: 2026-01-01, causes: [data]}]\n'.replace("\\e", "x")
    )
    assert run(["govern", str(file)]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["govern"], 2),
        (["govern", "--list"], 0),
        (["govern", "--list", "--format", "json"], 0),
        (["govern", "nowhere.yaml"], 3),
        (["govern", str(EXAMPLES / "company-2026-03.yaml"), "--as-of", "soon"], 3),
        (["govern", str(EXAMPLES / "company-2026-03.yaml"), str(EXAMPLES / "company-2026-07.yaml")], 0),
        (["govern", str(EXAMPLES / "company-2026-03.yaml")], 0),
        (["schema", "organisation"], 0),
    ],
)
def test_commands(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == code
    captured = capsys.readouterr()
    assert (captured.out if code == 0 else captured.err).strip()
    if "--list" in arguments and "json" in arguments:
        assert {"id", "type", "statements", "question"} <= set(json.loads(captured.out)["checks"][0])


def test_the_page_is_current(assessor: Assessor) -> None:
    spec = importlib.util.spec_from_file_location("paper", ROOT / "tools" / "paper.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page(assessor), "run `python tools/paper.py`"


def test_check_reads_organisations_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(EXAMPLES / "agency.yaml")]) == 0
    assert "Family Payments Agency" in capsys.readouterr().err
    (tmp_path / "o.yaml").write_text(HEAD + "rols: {}\n")
    assert run(["check", str(tmp_path / "o.yaml")]) == 3
    assert "did you mean roles?" in capsys.readouterr().err


def test_own_checks_stand_beside_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "organisation" / "checks").mkdir(parents=True)
    (tmp_path / "organisation" / "checks" / "own.yaml").write_text(
        "- {id: OWN-TEAMS, title: Too few teams, type: check, statements: [6], reads: [organisation], pillar: process, "
        "phases: [design], question: Are there two teams?, passes: {count: {of: teams, at_least: 2}}, "
        "says: {pass: There are two., fail: There are fewer., unknown: Teams are not said.}, advice: Found a team., "
        "tests: [{pass: {organisation: {teams: {a: {function: hr}, b: {function: hr}}}}}, {fail: {organisation: {teams: {}}}}]}"
    )
    assert run(["govern", str(EXAMPLES / "company-2026-03.yaml"), "--catalog", str(tmp_path), "--format", "json"]) == 0
    results = {item["check"]: item["result"] for item in json.loads(capsys.readouterr().out)["results"]}
    assert results["OWN-TEAMS"] == "pass" and "DECISION-DRIFT" in results


def test_the_figures_of_the_page_are_true() -> None:
    text = (ROOT / "docs" / "organisation.md").read_text(encoding="utf-8")
    checks = builtin_checks()
    assert f"answers {len(checks)} checks" in text
    assert f"{sum(check.computed for check in checks)} of the checks read the graph" in text


WRONG = [
    ("- {id: a}", "AM291"),
    ("7", "AM290"),
    ("- {id: A, title: abc, type: check, statements: [99], question: is it so or not?, says: {pass: a., fail: b., unknown: c.}, advice: do something.}", "AM295"),
    ("- {id: A, title: abc, type: check, statements: [1], question: is it so or not?, says: {pass: a., fail: b., unknown: c.}, advice: do something., measure: {name: drft}}", "AM294"),
    ("- {id: A, title: abc, type: check, statements: [1], question: is it so or not?, says: {pass: a., fail: b., unknown: c.}, advice: do something., passes: {feild: 1}}", "AM292"),
    ("- {id: A, title: abc, type: check, statements: [1], question: is it so or not?, says: {pass: a., fail: b., unknown: c.}, advice: do something., passes: {count: {of: polices, at_least: 1}}}", "AM292"),
    ("- {id: A, title: abc, type: check, statements: [1], question: is it so or not?, says: {pass: a., fail: b., unknown: c.}, advice: do something., passes: {owned: true}}", "AM296"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), WRONG, ids=[f"{code}-{number}" for number, (_, code) in enumerate(WRONG)])
def test_mistaken_checks_are_told(text: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "own.yaml").write_text(text)
    with pytest.raises(CatalogError) as caught:
        load_checks([tmp_path], builtin_vocabulary())
    assert code in {problem.code for problem in caught.value.problems}
    assert all(problem.span for problem in caught.value.problems)


@given(st.lists(TRUTHS, min_size=1), st.integers(0, 5))
def test_an_answer_never_leaves_what_unknown_allowed(truths: list[Truth], number: int) -> None:
    settled = [[answer if truth == "unknown" else truth for truth in truths] for answer in ("yes", "no")]
    for decide in (every, lambda items: at_least(number, items)):
        known = decide(truths)
        if known != "unknown":
            assert all(decide(world) == known for world in settled)
    low, high = share(truths) or (0.0, 1.0)
    assert all(low <= (share(world) or (0.0, 0.0))[0] <= high for world in settled)
    assert opposite(opposite(truths[0])) == truths[0]


@given(st.lists(st.sampled_from(["pass", "fail", "unknown", "not_applicable"])))
def test_a_score_is_a_range(verdicts: list[str]) -> None:
    score = count("R1", "x", verdicts)  # type: ignore[arg-type]
    assert 0 <= score.low <= score.high <= 1
    assert score.passed + score.failed + score.unknown == len(verdicts) - verdicts.count("not_applicable")


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_target_decides_only_what_the_whole_range_decides(one: float, other: float, limit: float) -> None:
    low, high = sorted((one, other))
    for op in ("at_least", "at_most"):
        answer = Target(op, limit).judge((low, high))  # type: ignore[arg-type]
        ends = {Target(op, limit).judge((end, end)) for end in (low, high)}  # type: ignore[arg-type]
        assert answer == (ends.pop() if len(ends) == 1 else "unknown")


def test_the_assessor_works_once_for_each_pipeline() -> None:
    assessor = Assessor(Workspace.builtin())
    pipeline = read_pipeline(EXAMPLES / "pipelines" / "claims-triage-research.yaml")
    assert assessor.later(pipeline)().findings is assessor.later(pipeline)().findings
