"""Every check passes its own tests, has one for each result it can decide, and reads what it says it reads."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from atlasmodel.govern.check import ACTIONS, STATEMENTS, Check, CheckTest
from atlasmodel.govern.listing import listing, statements
from atlasmodel.govern.read_checks import builtin_checks
from atlasmodel.govern.selftest import result_of, run_test
from atlasmodel.govern.statement import builtin_statements
from atlasmodel.governance import Assessor

CHECKS = builtin_checks()
TESTS = [(check, number) for check in CHECKS for number in range(len(check.tests))]
COMPUTED = [check for check in CHECKS if check.computed and "graph" in check.reads]
# Statements whose row says "computed" must have a check that is.
COMPUTED_STATEMENTS = (10, 14, 18, 19, 20, 21, 24, 25, 26, 27, 31, 33, 35, 39, 42, 43, 44, 47, 55, 56, 58, 62, 66)
# They read rules, roles or money first; with no pipeline they still decide on those.
WITHOUT_GRAPH = {"GOVERNANCE-FACTOR", "COLLABORATION-INDEX", "STAGE-RETURN"}


@pytest.mark.parametrize(
    ("check", "number"), TESTS, ids=lambda value: value.id if isinstance(value, Check) else str(value)
)
def test_own_tests(check: Check, number: int, assessor: Assessor) -> None:
    wrong = run_test(check, check.tests[number], assessor.workspace, lambda pipeline: assessor.later(pipeline)())
    assert wrong == []


def test_every_statement_has_a_check() -> None:
    found = statements(CHECKS)
    assert [number for number, checks in found.items() if not checks] == []
    assert tuple(found) == (*STATEMENTS, *ACTIONS)
    assert [statement.id for statement in builtin_statements()] == [*STATEMENTS, *ACTIONS]


@pytest.mark.parametrize("statement", COMPUTED_STATEMENTS)
def test_what_is_to_be_computed_is(statement: int) -> None:
    assert any(check.computed for check in statements(CHECKS)[statement])


@pytest.mark.parametrize("check", COMPUTED, ids=lambda check: check.id)
def test_a_computed_check_reads_the_graph(check: Check, assessor: Assessor) -> None:
    passing = next(test for test in check.tests if test.result == "pass")
    bare = CheckTest("unknown", passing.organisation, {})
    result = result_of(check, bare, assessor.workspace, lambda pipeline: assessor.later(pipeline)())
    if check.id not in WITHOUT_GRAPH:
        assert result.result == "unknown", "it decides without a pipeline, so it does not read one"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_texts(check: Check) -> None:
    assert check.question.endswith("?")
    texts = [*check.says.values(), check.advice]
    assert all(text.endswith((".", "!")) for text in texts), texts
    marks = set(re.findall(r"\{[^}]*\}", " ".join(texts)))
    assert marks <= {"{failed}", "{passed}", "{unknown}", "{all}"}
    assert len(check.says["pass"]) < 200 and check.says["pass"] != check.says["fail"]
    if check.type != "score":
        assert {test.result for test in check.tests} >= {"pass", "fail"}


@pytest.mark.parametrize("check", [check for check in CHECKS if check.type != "score"], ids=lambda check: check.id)
def test_nothing_known_decides_nothing(check: Check, assessor: Assessor) -> None:
    result = result_of(
        check, CheckTest("unknown", {}, {}), assessor.workspace, lambda pipeline: assessor.later(pipeline)()
    )
    assert result.result == "unknown", result.because
    assert result.because


def test_listing_holds_every_type() -> None:
    records = listing(CHECKS)
    assert {record["type"] for record in records} == {"check", "measure", "score", "view"}
    assert len({record["id"] for record in records}) == len(records) == len(CHECKS)
    assert all(record["question"] and record["statements"] for record in records)


def test_scores_count_what_their_rows_say() -> None:
    by_id = {check.id: check for check in CHECKS}
    rows = {
        "R1": {*range(5, 13), 22, 26}, "R2": {*range(40, 46), "R2", 43}, "R3": {25, *range(54, 60)},
        "R4": {16, *range(46, 54)}, "R5": {*range(33, 38)}, "R6": {3, 13, 38, 39, 58, 64, 65, "R6"},
    }  # fmt: skip
    for check in CHECKS:
        if check.type == "score":
            counted = {statement for name in check.over for statement in by_id[name].statements}
            assert counted == rows[str(check.statements[0])], check.id


def test_a_changed_graph_changes_a_computed_check(assessor: Assessor) -> None:
    check = next(check for check in CHECKS if check.id == "DECISION-DRIFT")
    test = check.tests[0]
    flows = [flow for flow in test.pipelines["p"]["flows"] if flow["kind"] != "reviews"]
    flows = [{**flow, "kind": "decides", "automatic": True} if flow["kind"] == "informs" else flow for flow in flows]
    changed = replace(test, pipelines={"p": {**test.pipelines["p"], "flows": flows}})
    result = result_of(check, changed, assessor.workspace, lambda pipeline: assessor.later(pipeline)())
    assert result.result == "fail"
    assert any("automatic" in reason.fact for reason in result.because)
