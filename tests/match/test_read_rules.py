"""Rules are read strictly: the sample of the design loads, and every mistake is told at once, each with its place."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from atlasmodel.errors import RuleError
from atlasmodel.match.read_rules import load_rules
from atlasmodel.match.rule import Fact
from atlasmodel.match.selftest import run_tests
from atlasmodel.model.kinds import Vocabulary
from match.conftest import ReadRules

SAMPLE = """\
- id: AM-RAG-02
  technique: AML.T0051.001              # LLM Prompt Injection: Indirect
  title: Content from the index is followed as an instruction
  scope: target                          # exposure | adversary | target | impact
  at: [llm, agent]                       # kinds (children included): `self` is such a component
  when:                                  # closed language, three-valued; `not` holds attributes only
    all:
      - attribute: {name: shared_channel, is: true}
      - upstream: {flow: retrieves_from, kind: [vector_store, retriever], as: index}     # binds `index`
  requires:                              # all clauses; in a clause one alternative is enough; fact@place
    - any: [acc.rag_write@index, acc.content@index]
    - any: [cap.prompt@adversary]
  gains: [acc.llm_turn@self]
  gains_if:
    - when: {attribute: {name: memory, is: persistent}}
      gains: [acc.memory_write@self]
  stage: [deployment, monitoring]
  effect: [integrity, abuse]
  effort_days: {low: 0.2, likely: 1, high: 5}
  rationale: Retrieved text and instructions share one prompt, so text in the index reaches the model as an order.
  false_positives: [The prompt separates data from instructions and the model was trained to keep them apart.]
  question: Can anyone outside the team get text into the index, and does the prompt mark retrieved text as data?
  references: [AML.CS0026]
  tests:
    - fires: {components: {kb: {kind: vector_store, indexes: [external]}, bot: {kind: llm, shared_channel: true}},
              flows: [{from: kb, to: bot, kind: retrieves_from}], expect: [bot]}
    - silent: {components: {kb: {kind: vector_store, indexes: [external]}, bot: {kind: llm, shared_channel: false}},
               flows: [{from: kb, to: bot, kind: retrieves_from}]}
"""
RULE = """\
- id: AM-TEST-01
  title: A rule to break
  scope: target
  technique: AML.T0051
  rationale: It stands here to be broken.
"""


def rule(more: str) -> str:
    return RULE + textwrap.indent(textwrap.dedent(more).strip("\n") + "\n", "  ")


def test_the_sample_of_the_design_loads_and_its_tests_pass(read: ReadRules, vocabulary: Vocabulary) -> None:
    (found,), problems = read(SAMPLE)
    assert problems == []
    assert found.requires == (
        (Fact("acc.rag_write", "index"), Fact("acc.content", "index")),
        (Fact("cap.prompt", "adversary"),),
    )
    assert found.gains_if[0].gains == (Fact("acc.memory_write", "self"),)
    assert found.effort_days == (0.2, 1, 5)
    assert str(found.span) == "rules.yaml:1:3"
    assert found.is_finding
    assert run_tests(found, vocabulary) == []


def test_a_test_that_does_not_come_out_is_told(read: ReadRules, vocabulary: Vocabulary) -> None:
    (found,), _ = read(
        SAMPLE.replace("expect: [bot]", "expect: [kb]").replace("shared_channel: false", "shared_channel: true")
    )
    messages = [problem.message for problem in run_tests(found, vocabulary)]
    assert messages == [
        "AM-RAG-02 test 1 (fires): not at kb with certainty yes",
        "AM-RAG-02 test 2 (silent): applies (yes) at bot",
    ]


def test_an_unsound_test_pipeline_is_told(read: ReadRules, vocabulary: Vocabulary) -> None:
    (found,), _ = read(SAMPLE.replace("kind: llm, shared_channel: false", "kind: lmm"))
    (problem,) = run_tests(found, vocabulary)
    assert "its pipeline is unsound" in problem.message
    assert "did you mean llm" in problem.message


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ("at: [llm]\nwenn: {}", "7:3: AM118 unknown key `wenn` (did you mean when?)"),
        ("at: [lmm]", "6:8: AM210 unknown kind `lmm` (did you mean llm?)"),
        ("at: [llm]\non: [serves]", "a rule stands at kinds (`at`) or on flows (`on`), not both"),
        ("at: [llm]\nfrom: [llm]", "`from` and `to` belong to a rule on flows (`on`)"),
        ("on: [servs]", "6:8: AM210 unknown flow kind `servs` (did you mean serves?)"),
        ("gains: []", "a rule of scope target needs `at` or `on`"),
        ("at: [llm]\nwhen: {}", "a condition is a mapping"),
        ("at: [llm]\nwhen: 9**9**9", "`[0].when`: should be an object"),
        ("at: [llm]\nwhen: __import__('os')", "`[0].when`: should be an object"),
        ("at: [llm]\nwhen: {any: []}", "7:15: AM210 `any` needs a list of at least one condition"),
        ("at: [llm]\nwhen: {all: []}", "`all` needs a list of at least one condition"),
        ("at: [llm]\nwhen: {matches: '(a+)+$'}", "7:10: AM210 unknown condition `matches`"),
        ("at: [llm]\nwhen: {atribute: {name: memory, is: none}}", "`atribute` (did you mean attribute?)"),
        ("at: [llm]\nwhen: {attribute: {name: memory, regex: x}}", "7:36: AM210 unknown key `regex`"),
        ("at: [llm]\nwhen: {attribute: {name: memroy, is: none}}", "unknown attribute `memroy` (did you mean memory?)"),
        ("at: [llm]\nwhen: {attribute: {name: memory, is: nine}}", "no value of `memory` (did you mean none?)"),
        ("at: [llm]\nwhen: {attribute: {name: memory}}", "an attribute test has one of is, in, at_least, has, exists"),
        ("at: [llm]\nwhen: {attribute: {name: memory, is: none, in: [none]}}", "an attribute test has one of"),
        ("at: [llm]\nwhen: {attribute: {name: memory, is: [none]}}", "`is` takes one value"),
        ("at: [llm]\nwhen: {attribute: {name: memory, in: []}}", "an empty list fits nothing"),
        ("at: [llm]\nwhen: {attribute: {name: memory, has: none}}", "`memory` has one value: write `is` or `in`"),
        ("at: [llm]\nwhen: {attribute: {name: authn, at_least: key}}", "the values of `authn` are not ordered"),
        ("at: [llm]\nwhen: {attribute: {name: outputs, is: scores}}", "`outputs` is a set: write `has: …`"),
        ("at: [llm]\nwhen: {attribute: {name: shared_channel, is: 1}}", "`shared_channel` is yes or no"),
        ("at: [llm]\nwhen: {attribute: {name: shared_channel, in: [true]}}", "`shared_channel` is yes or no"),
        ("at: [llm]\nwhen: {attribute: {name: rate, at_least: high}}", "`high` is no number, which `rate` is"),
        ("at: [llm]\nwhen: {attribute: {name: rate, is: true}}", "`True` is no number, which `rate` is"),
        ("at: [llm]\nwhen: {attribute: {name: memory, is: none, of: there}}", "`of` is self, flow, from or to"),
        ("at: [llm]\nwhen: {attribute: {name: memory, is: none, stated: often}}", "`stated` is true or false"),
        ("at: [llm]\nwhen: {attribute: {name: memory, exists: false}}", "`exists` is true; put `not` around it"),
        ("at: [llm]\nwhen: {not: {attribute: {name: memory, is: none, stated: true}}}", "`stated` has no meaning under"),
        ("at: [llm]\nwhen: {attribute: memory}", "an attribute test is written {name: …, is: …}"),
        ("at: [llm]\nwhen: {zone: {at_most: low}}", "a trust level is a whole number"),
        ("at: [llm]\nwhen: {zone: {}}", "a zone test is written"),
        ("at: [llm]\nwhen: {holds: {at_least: huge}}", "the worth of an asset is one of low, medium, high, critical"),
        ("at: [llm]\nwhen: {holds: {dimension: beauty}}", "a dimension is one of"),
        ("at: [llm]\nwhen: {holds: [all]}", "`holds` is written"),
        ("at: [llm]\nwhen: {flow: {kind: serves, direction: up}}", "`direction` is in, out or any"),
        ("at: [llm]\nwhen: {flow: {kind: serves, crosses: 'yes'}}", "`crosses` is true or false"),
        ("at: [llm]\nwhen: {flow: {kin: serves}}", "a flow test is written"),
        ("at: [llm]\nwhen: {upstream: {within: 9}}", "`within` is a number of flows from 1 to 8"),
        ("at: [llm]\nwhen: {upstream: {within: true}}", "`within` is a number of flows from 1 to 8"),
        ("at: [llm]\nwhen: {upstream: {as: self}}", "`as` gives a name"),
        ("at: [llm]\nwhen: {upstream: {as: 5}}", "`as` gives a name"),
        ("at: [llm]\nwhen: {upstream: {kinds: llm}}", "`upstream` takes as, attribute, crosses, flow, kind, within"),
        ("at: [llm]\nwhen: {at_least: {count: 2, of: [{kind: llm}]}}", "`count` is a number from 1 to 1"),
        ("at: [llm]\nwhen: {at_least: {count: 0, of: [{kind: llm}]}}", "`count` is a number from 1 to 1"),
        ("at: [llm]\nwhen: {at_least: [{kind: llm}]}", "`at_least` is written {count: 2, of: [ … ]}"),
        ("at: [llm]\nwhen: {not: {upstream: {kind: llm}}}", "`not` holds attributes, kinds and zones only"),
        ("at: [llm]\nwhen: {not: {all: [{kind: llm}, {flow: {kind: serves}}]}}", "`not` holds attributes, kinds"),
        ("at: [llm]\ngains: [acc.qery@self]", "7:11: AM210 unknown token `acc.qery` (did you mean acc.query"),
        ("at: [llm]\ngains: [acc.query]", "`acc.query` is no fact (write token@place, such as acc.query@self)"),
        ("at: [llm]\ngains: [acc.query@elsewhere]", "no place `elsewhere` here (known: adversary, self)"),
        ("at: [llm]\ngains: [acc.query@from]", "no place `from` here"),
        ("at: [llm]\ngains: [cap.prompt@self]", "`cap.prompt` lives at the adversary, not @self"),
        ("at: [llm]\nrequires: [{any: [acc.query@adversary]}]", "`acc.query` lives at a component, not @adversary"),
        ("at: [llm]\nrequires: [{any: []}]", "should have at least 1 item"),
        ("at: [llm]\nrequires: [acc.query@self]", "AM210"),
        ("at: [llm]\nskill: wizard", "skill` is wizard (one of novice, intermediate, advanced, expert)"),
        ("at: [llm]\neffort_days: {low: -1, likely: 1, high: 2}", "greater than or equal to 0"),
        ("at: [llm]\nbase: .nan", "rules.yaml:7"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(read: ReadRules, more: str, wanted: str) -> None:
    try:
        _, problems = read(rule(more))
    except Exception as error:  # noqa: BLE001 -- what YAML itself refuses is refused before the rules are read
        problems = [str(error)]
    assert problems
    text = "\n".join(problems)
    assert wanted in text
    assert all(problem.startswith("rules.yaml:") for problem in problems)


def test_a_rule_off_the_system_cannot_ask_about_a_component(read: ReadRules) -> None:
    text = RULE.replace("target", "adversary")
    assert read(text)[1] == []
    assert "no component to ask about" in read(text + "  when: {kind: llm}\n")[1][0]
    assert (
        "no component to ask about"
        in read(text + "  gains_if: [{when: {kind: llm}, gains: [cap.prompt@adversary]}]\n")[1][0]
    )


def test_a_rule_without_a_technique_must_be_propagation(read: ReadRules) -> None:
    bare = rule("at: [llm]").replace("  technique: AML.T0051\n", "")
    assert read(bare)[1] == ["rules.yaml:3:10: AM210 a rule of scope target needs a technique"]
    assert read(bare.replace("target", "propagation"))[1] == []


def test_an_id_has_a_shape(read: ReadRules) -> None:
    assert "should look like AM-RAG-02" in read(rule("at: [llm]").replace("AM-TEST-01", "am_test"))[1][0]


def test_a_place_bound_in_the_condition_may_be_named(read: ReadRules) -> None:
    assert read(rule("at: [llm]\nwhen: {upstream: {kind: store, as: index}}\ngains: [acc.data_read@index]"))[1] == []
    assert read(rule("on: [serves]\ngains: [acc.query@from, acc.query@to, acc.query@self]"))[1] == []


def test_all_mistakes_of_a_file_are_told_at_once_in_their_places(read: ReadRules) -> None:
    text = rule(
        "at: [lmm]\nwhen: {all: [{kind: nothing}, {attribute: {name: memory, is: nine}}]}\ngains: [acc.qery@self]"
    )
    text += rule("at: [llm]\nstage: [later]").replace("AM-TEST-01", "AM-TEST-02")
    rules, problems = read(text)
    assert [problem.split(" ")[0] for problem in problems] == [
        "rules.yaml:7:23:", "rules.yaml:7:64:", "rules.yaml:6:8:", "rules.yaml:8:11:", "rules.yaml:15:11:",
    ]  # fmt: skip
    assert [item.id for item in rules] == ["AM-TEST-01"]


def test_a_rule_file_is_a_list(read: ReadRules) -> None:
    assert read("id: AM-TEST-01")[1] == ["rules.yaml:1:1: AM210 a rule file is a list of rules"]


def test_rules_load_sorted_and_a_second_definition_names_the_first(tmp_path: Path, vocabulary: Vocabulary) -> None:
    (tmp_path / "b.yaml").write_text(rule("at: [llm]").replace("AM-TEST-01", "AM-TEST-02"), encoding="utf-8")
    (tmp_path / "c.yaml").write_text(rule("at: [llm]"), encoding="utf-8")
    assert [item.id for item in load_rules([tmp_path], vocabulary)] == ["AM-TEST-01", "AM-TEST-02"]
    (tmp_path / "d.yaml").write_text(rule("at: [agent]\nskill: wizard") + rule("at: [agent]"), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_rules([tmp_path], vocabulary)
    codes = [(problem.code, problem.span.line if problem.span else 0) for problem in caught.value.problems]
    assert codes == [("AM210", 7), ("AM211", 8)]
    assert "first at" in str(caught.value) and "c.yaml:1:3" in str(caught.value)
