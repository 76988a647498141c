"""Each check of the linter finds the defect it is for, and nothing in the rule without it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from atlasmodel._yaml import parse
from atlasmodel.errors import Problem
from atlasmodel.match.conditions import HasFlow, Not
from atlasmodel.match.lint import CHECKS, LintProblem, lint
from atlasmodel.match.lint.words import packaged_names, packaged_unruled
from atlasmodel.match.read_rules import read_rules
from atlasmodel.match.rule import Rule
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.workspace import Workspace

GOOD = {
    "id": "AM-GOOD-01",
    "technique": "AML.T0051.001",
    "title": "Content from the index is followed",
    "scope": "target",
    "at": "[llm, agent]",
    "when": "{upstream: {flow: retrieves_from, kind: [vector_store], as: index}}",
    "requires": "[{any: [acc.rag_write@index]}]",
    "gains": "[acc.llm_turn@self]",
    "effort_days": "{low: 1, likely: 2, high: 3}",
    "rationale": "Text in the index reaches the model.",
    "question": "Who can write there?",
    "references": "[AML.CS0026]",
    "tests": "[{fires: {components: {a: {kind: llm}}}}, {silent: {components: {a: {kind: llm}}}}]",
}
# What makes the good rule a step on a way: its need is given, its gain is needed.
WAY = """\
- {id: AM-WAY-01, technique: AML.T0070, title: Anybody writes, scope: adversary, requires: [], gains: [cap.content@adversary],
   effort_days: {low: 1, likely: 1, high: 1}, rationale: Because it is so.}
- {id: AM-WAY-02, title: It gets there, scope: propagation, base: certain, at: [data, model, agentic], when: {flow: {direction: any}},
   requires: [{any: [cap.content@adversary]}], gains: [acc.rag_write@self, acc.llm_turn@self], rationale: Because it is so.,
   tests: [{fires: {components: {a: {kind: llm}}}}, {silent: {components: {a: {kind: llm}}}}]}
- {id: AM-WAY-03, title: It ends there, scope: propagation, base: certain, at: [data, model, agentic], when: {flow: {direction: any}},
   requires: [{any: [acc.rag_write@self, acc.llm_turn@self]}], gains: [out.leak@self], rationale: Because it is so.,
   tests: [{fires: {components: {a: {kind: llm}}}}, {silent: {components: {a: {kind: llm}}}}]}
"""
TECHNIQUES = {"AML.T0051.001", "AML.T0070"}
STUDIES = {"AML.CS0026"}
SHARED = "{attribute: {name: shared_channel, is: true}}"
TWO_WAYS = (
    "{{any: [{{attribute: {{name: shared_channel, is: true}}}}, {{attribute: {{name: shared_channel, is: {other}}}}}]}}"
)
KEPT = "{attribute: {name: memory, is: persistent}}"


def rules_of(**changes: str | None) -> list[Rule]:
    """Return the good rule with some keys changed or left out, and the way it is part of."""
    keys = {key: value for key, value in (GOOD | changes).items() if value is not None}
    text = "- " + "\n  ".join(f"{key}: {value}" for key, value in keys.items()) + "\n" + WAY
    problems: list[Problem] = []
    rules = read_rules(parse(text.encode(), "rules.yaml"), builtin_vocabulary(), problems)
    assert not problems, problems
    return rules


def linted(rules: list[Rule], **given: Any) -> list[LintProblem]:
    known: dict[str, Any] = {"techniques": TECHNIQUES, "case_studies": STUDIES, "unruled": {}, "names": ["Acme"]}
    return lint(rules, builtin_vocabulary(), **(known | given))


def codes(**changes: str | None) -> set[str]:
    return {problem.code for problem in linted(rules_of(**changes)) if problem.rule in ("AM-GOOD-01", None)}


def flow_rule(on: str, source: str, target: str, **more: str) -> dict[str, str | None]:
    ends: dict[str, str | None] = {"at": None, "when": None, "on": on, "from": source, "to": target}
    return ends | {"requires": "[{any: [cap.content@adversary]}]", "gains": "[acc.llm_turn@to]"} | more


def test_the_good_rule_and_its_way_are_without_fault() -> None:
    assert linted(rules_of()) == []


# code, what makes the rule wrong, and a neighbouring thing that is right
CASES: list[tuple[str, dict[str, str | None], dict[str, str | None]]] = [
    ("AM250", {"when": TWO_WAYS.format(other="false"), "requires": "[]"}, {"when": SHARED, "requires": "[]"}),
    ("AM250", {"when": "{kind: [llm, agent]}", "requires": "[]"}, {"when": "{kind: llm}", "requires": "[]"}),
    (
        "AM250",
        {"when": "{kind: [llm, agent]}", "requires": "[]"},
        # Beside its own kind, `any` finds a neighbour if there is one.
        {"when": "{any: [{kind: [llm, agent]}, {upstream: {flow: retrieves_from, as: index}}]}"},
    ),
    (
        "AM250",
        {"gains_if": f"[{{when: {TWO_WAYS.format(other='false')}, gains: [acc.memory_write@self]}}]"},
        {"gains_if": f"[{{when: {SHARED}, gains: [acc.memory_write@self]}}]"},
    ),
    (
        "AM250",
        {"when": "{any: [{zone: {at_most: 2}}, {zone: {at_least: 2}}]}", "requires": "[]"},
        {"when": "{any: [{zone: {at_most: 1}}, {zone: {at_least: 3}}]}", "requires": "[]"},
    ),
    (
        "AM251",
        {"when": f"{{all: [{SHARED}, {{not: {SHARED}}}]}}", "requires": "[]"},
        {"when": f"{{all: [{SHARED}, {{not: {KEPT}}}]}}", "requires": "[]"},
    ),
    ("AM251", {"when": "{all: [{kind: llm}, {kind: agent}]}", "requires": "[]"}, {"when": "{kind: agent}", "requires": "[]"}),
    (
        "AM251",
        {"when": "{any: [{kind: host}, {zone: {at_most: 1}}]}", "requires": "[]"},
        {"when": "{any: [{kind: llm}, {zone: {at_most: 1}}]}", "requires": "[]"},
    ),
    (
        "AM251",
        {"when": SHARED, "requires": "[]", "gains_if": f"[{{when: {{not: {SHARED}}}, gains: [acc.memory_write@self]}}]"},
        {"when": SHARED, "requires": "[]", "gains_if": f"[{{when: {{not: {KEPT}}}, gains: [acc.memory_write@self]}}]"},
    ),
    (
        "AM252",
        {"at": "[llm, dataset]", "when": SHARED, "requires": "[]"},
        {"at": "[llm, agent]", "when": SHARED, "requires": "[]"},
    ),
    (
        "AM253",
        {"when": "{any: [{attribute: {name: shared_channel, is: true}}, {zone: {at_most: 1}}]}", "requires": "[]", "at": "[dataset]", "gains": "[acc.rag_write@self]"},
        {"when": "{any: [{attribute: {name: shared_channel, is: true}}, {zone: {at_most: 1}}]}", "requires": "[]"},
    ),
    (
        "AM253",
        {"when": "{flow: {direction: any, attribute: {name: shared_channel, is: true}}}", "requires": "[]"},
        {"when": "{flow: {direction: any, attribute: {name: rate, exists: true}}}", "requires": "[]"},
    ),
    (
        "AM253",
        {"when": "{upstream: {kind: [vector_store, llm], attribute: {name: shared_channel, is: true}, as: index}}"},
        {"when": "{upstream: {kind: [llm], attribute: {name: shared_channel, is: true}, as: index}}"},
    ),
    (
        "AM253",
        {"when": "{attribute: {name: shared_channel, is: true, of: to}}", "requires": "[]"},
        flow_rule("[data_flow]", "[dataset]", "[llm]", when="{attribute: {name: shared_channel, is: true, of: to}}"),
    ),
    (
        "AM254",
        {"when": f"{{all: [{SHARED}, {{kind: [llm, agent]}}]}}", "requires": "[]"},
        {"when": f"{{all: [{SHARED}, {{kind: llm}}]}}", "requires": "[]"},
    ),
    (
        "AM255",
        {"when": "{downstream: {kind: [endpoint], attribute: {name: query_limit, is: false}, as: index}}"},
        {"when": "{downstream: {kind: [endpoint], attribute: {name: authn, is: none}, as: index}}"},
    ),
    (
        "AM284",
        {"when": "{all: [{attribute: {name: memory, exists: true}}, {upstream: {flow: retrieves_from, kind: [vector_store], as: index}}]}"},
        {"when": "{all: [{attribute: {name: memory, is: persistent, stated: true}}, {upstream: {flow: retrieves_from, kind: [vector_store], as: index}}]}"},
    ),
    (
        "AM260",
        {"when": "{downstream: {flow: retrieves_from, kind: [vector_store], as: index}}"},
        {"when": "{upstream: {flow: retrieves_from, kind: [vector_store], as: index}}"},
    ),
    ("AM260", flow_rule("[trains_on]", "[llm]", "[dataset]"), flow_rule("[trains_on]", "[dataset]", "[llm]")),
    (
        "AM260",
        {"when": "{flow: {kind: trains_on, direction: out}}", "requires": "[]"},
        {"when": "{flow: {kind: trains_on, direction: in}}", "requires": "[]"},
    ),
    (
        "AM261",
        {"when": "{upstream: {flow: [retrieves_from, registers], kind: [vector_store], as: index}}"},
        {"when": "{upstream: {flow: [retrieves_from, data_flow], kind: [vector_store], as: index}}"},
    ),
    (
        "AM261",
        {"when": "{upstream: {flow: retrieves_from, kind: [vector_store, hardware], as: index}}"},
        {"when": "{upstream: {flow: retrieves_from, kind: [vector_store, retriever], as: index}}"},
    ),
    ("AM262", {"requires": "[{any: [cap.content@adversary]}]"}, {}),
    ("AM263", {"requires": "[{any: [acc.memory_write@self]}]"}, {}),
    ("AM263", {"requires": "[{any: [acc.rag_write@index]}, {any: [acc.memory_write@self]}]"}, {}),
    ("AM264", {"requires": "[{any: [acc.rag_write@index, acc.memory_write@index]}]"}, {}),
    ("AM265", {"gains": "[acc.llm_turn@self, acc.tainted@self]"}, {"gains": "[acc.llm_turn@self, out.dos@self]"}),
    ("AM265", {"gains": "[cap.staged@adversary]"}, {"gains": "[cap.stealth@adversary]"}),
    ("AM266", {"gains": "[]"}, {"gains": "[]", "gains_if": f"[{{when: {SHARED}, gains: [acc.llm_turn@self]}}]"}),
    (
        "AM267",
        {"requires": "[{any: [acc.llm_turn@self]}]", "gains": "[acc.llm_turn@self]"},
        {"requires": "[{any: [acc.llm_turn@index]}]", "gains": "[acc.llm_turn@self]"},
    ),
    (
        "AM267",
        flow_rule("[data_flow]", "[llm]", "[agent]", requires="[{any: [acc.agent@self]}]"),
        flow_rule("[data_flow]", "[llm]", "[agent]", requires="[{any: [acc.llm_turn@from]}]"),
    ),
    (
        "AM268",
        {"requires": "[{any: [acc.rag_write@index]}]", "gains": "[acc.llm_turn@self, acc.rag_write@index]"},
        {"requires": "[{any: [acc.rag_write@index]}]", "gains": "[acc.llm_turn@self, acc.rag_write@self]"},
    ),
    ("AM268", {"requires": "[{any: [acc.rag_write@index, acc.agent@self]}]"}, {"requires": "[{any: [acc.rag_write@index, acc.rag_write@self]}]"}),
    ("AM270", {"technique": "AML.T9999"}, {}),
    ("AM271", {"references": "[AML.CS9999]"}, {"references": "[AML.T0070, AML.CS0026]"}),
    ("AM271", {"references": "[AML.CS0026, AML.CS0026]"}, {}),
    ("AM273", {"tests": "[{fires: {components: {a: {kind: llm}}}}]"}, {}),
    ("AM273", {"tests": "[{silent: {components: {a: {kind: llm}}}}]"}, {}),
    ("AM274", {"when": SHARED, "requires": "[]", "question": None}, {"question": None}),
    ("AM275", {"effort_days": "{low: 3, likely: 2, high: 1}"}, {}),
    ("AM275", {"scope": "impact", "gains": "[out.dos@self]"}, {"scope": "impact", "gains": "[out.dos@self]", "effort_days": None}),
    (
        "AM275",
        {"scope": "impact", "effort_days": None, "gains": "[acc.llm_turn@self]"},
        {"scope": "impact", "effort_days": None, "gains": "[out.dos@self]", "base": "certain"},
    ),
    ("AM275", {"scope": "exposure", "gains": "[out.leak@self]"}, {"scope": "exposure", "gains": "[know.model@self]"}),
    ("AM275", {"scope": "propagation", "technique": None}, {"scope": "propagation", "technique": None, "base": "likely"}),
    ("AM276", {"effort_days": None}, {"effort_days": None, "scope": "propagation", "base": "likely"}),
    ("AM280", {"title": "Content of Acme is followed"}, {"title": "Content of Acmes is followed"}),
    ("AM280", {"false_positives": "[It is an Acme index.]"}, {"false_positives": "[It is an acme of indices.]"}),
    ("AM281", {"rationale": "'            '"}, {}),
    ("AM282", {"false_positives": "[It is small, or empty.]"}, {"false_positives": "['It is small, or empty.', It is old.]"}),
    ("AM283", {"title": "It ends with a dot."}, {}),
    ("AM283", {"title": "it starts with a small letter"}, {}),
    ("AM283", {"title": '"Two  spaces in the middle"'}, {}),
    ("AM283", {"title": f"It is {'very ' * 20}long"}, {}),
    ("AM283", {"rationale": "It ends without a dot"}, {}),
    ("AM283", {"rationale": '"It holds \\u2014 a dash."'}, {"rationale": "It holds - a dash."}),
    ("AM283", {"question": "Tell me who writes there."}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "wrong", "right"), CASES)
def test_a_defect_is_found_and_its_neighbour_is_not(code: str, wrong: dict[str, Any], right: dict[str, Any]) -> None:
    assert code in codes(**wrong)
    assert code not in codes(**right)


def test_not_over_structure_is_found_in_rules_made_in_code() -> None:
    """The reader refuses it, so only a rule that was not read can hold it."""
    good, *way = rules_of()
    wrong = replace(good, when=Not(HasFlow()), requires=())
    assert "AM256" in {problem.code for problem in linted([wrong, *way])}


def test_a_rule_that_repeats_another_names_it() -> None:
    good, *way = rules_of(at="[llm, agent]")
    twin = replace(good, id="AM-GOOD-02", at=("agent", "llm"), title="Other words", tests=good.tests)
    found = [problem for problem in linted([good, twin, *way]) if problem.code == "AM272"]
    assert [(problem.rule, problem.message) for problem in found] == [
        ("AM-GOOD-02", "the rule says the same as AM-GOOD-01")
    ]
    other = replace(twin, technique="AML.T0070")
    assert "AM272" not in {problem.code for problem in linted([good, other, *way])}


def test_a_retired_technique_leads_to_its_successor() -> None:
    found = linted(rules_of(technique="AML.T0001"), retired={"AML.T0001": "AML.T0070"}, techniques={"AML.T0070"})
    assert [str(problem) for problem in found] == [
        "error: rules.yaml:1:3: AM270 AM-GOOD-01: AML.T0001 is retired (use AML.T0070)"
    ]


def test_a_fact_that_only_supports_itself_is_never_held() -> None:
    """Two rules that feed each other and nothing else are unreachable, both of them."""
    first, *way = rules_of(requires="[{any: [acc.session@self]}]", gains="[acc.memory_write@self]")
    second = replace(first, id="AM-GOOD-02", requires=(first.gains,), gains=first.requires[0])
    found = {problem.rule for problem in linted([first, second, *way]) if problem.code == "AM263"}
    assert found == {"AM-GOOD-01", "AM-GOOD-02"}


def test_a_gain_that_only_the_rule_itself_needs_is_not_needed() -> None:
    requires = "[{any: [acc.rag_write@index, acc.tainted@self]}]"
    assert "AM265" in codes(requires=requires, gains="[acc.tainted@self, out.dos@self]")


@pytest.mark.parametrize(
    ("unruled", "message"),
    [
        ({}, "AML.T0099 has no rule"),
        ({"AML.T0099": " "}, "AML.T0099 has no rule"),
        (
            {"AML.T0099": "It is a parent.", "AML.T0070": "Why not."},
            "catalogs/unruled.yaml gives a reason for AML.T0070, which has a rule",
        ),
        (
            {"AML.T0099": "It is a parent.", "AML.T0098": "Why not."},
            "catalogs/unruled.yaml names AML.T0098, which is no technique",
        ),
        ({"AML.T0099": "It is a parent."}, None),
    ],
)
def test_every_technique_has_a_rule_or_a_reason(unruled: dict[str, str], message: str | None) -> None:
    found = linted(rules_of(), techniques=TECHNIQUES | {"AML.T0099"}, unruled=unruled)
    assert [problem.message for problem in found if problem.code == "AM277"] == ([message] if message else [])


def test_every_check_has_a_code_of_its_own_a_description_and_a_case_here() -> None:
    assert len({check.code for check in CHECKS}) == len(CHECKS)
    assert all(check.description and check.__doc__ for check in CHECKS)
    elsewhere = {"AM256", "AM272", "AM277"}
    assert {check.code for check in CHECKS} == {code for code, _, _ in CASES} | elsewhere


def test_the_table_in_the_documentation_lists_every_check() -> None:
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    for check in CHECKS:
        assert f"| {check.code} | {check.severity} | {check.description} |" in text


def test_problems_come_in_the_order_of_the_file_and_those_of_the_set_last() -> None:
    found = linted(rules_of(title="It ends with a dot.", technique="AML.T9999"))
    assert [problem.code for problem in found] == ["AM270", "AM283", "AM277"]
    assert found[0].problem == Problem(
        "AM270", "AM-GOOD-01: there is no technique AML.T9999", found[0].span, found[0].hint
    )


def test_nothing_is_dead_in_the_packaged_rules(vocabulary: Vocabulary) -> None:
    space = Workspace.builtin()
    techniques = {technique.id for technique in space.catalog.techniques}
    studies = {study.id for study in space.catalog.case_studies}
    found = lint(space.rules, vocabulary, techniques, studies, packaged_unruled(), names=packaged_names())
    dead = {"AM250", "AM251", "AM253", "AM255", "AM256", "AM263", "AM270", "AM271", "AM272", "AM273", "AM277"}
    assert [str(problem) for problem in found if problem.code in dead] == []
