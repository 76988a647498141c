"""Pipeline files: what is read, what is merged, and what a value may be. Broken files are in `test_hostile.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FAST, Data, pipeline_data, shuffled

from atlasmodel.errors import InputError, Problem
from atlasmodel.model.pipeline import DEFAULT_ZONE, Pipeline
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.model.reader import parse_pipeline, pipeline_from, read_pipeline
from atlasmodel.model.soundness import implausible

HEAD = "atlasmodel: 1\nname: x\n"


def read(text: str) -> Pipeline:
    return parse_pipeline(HEAD + text, "p.yaml")


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        read(text)
    return caught.value.problems


def value(written: str, kind: str = "llm", name: str = "exposure") -> Any:
    return read(f"components: {{a: {{kind: {kind}, {name}: {written}}}}}").components[0].attributes[name]


# --- values ---


@pytest.mark.parametrize(
    ("kind", "name", "written", "expected"),
    [
        ("llm", "exposure", "public", "public"),
        ("llm", "exposure", "null", None),
        ("llm", "exposure", "", None),
        ("llm", "exposure", "unknown", None),
        ("llm", "verified", "true", True),
        ("llm", "verified", "False", False),
        ("llm", "verified", "unknown", None),
        ("vector_store", "indexes", "external", ("external",)),
        ("vector_store", "indexes", "[external, internal, external]", ("external", "internal")),
        ("vector_store", "indexes", "[]", ()),
        ("vector_store", "indexes", "unknown", None),
        ("decision_process", "decisions_per_day", "1e3", 1000),
        ("decision_process", "decisions_per_day", "5.0", 5),
        ("decision_process", "decisions_per_day", "-0.5", -0.5),
        ("decision_process", "decisions_per_day", "0x10", 16),
        ("decision_process", "mode_decided_on", "2026-11-30", "2026-11-30"),
        ("llm", "licence", '"1.0"', "1.0"),
    ],
)
def test_values(kind: str, name: str, written: str, expected: Any) -> None:
    found = value(written, kind, name)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("kind", "name", "written", "hint"),
    [
        ("llm", "exposure", "pubic", "did you mean public?"),
        ("llm", "exposure", "5", "one of none, internal"),
        ("llm", "exposure", "[public]", "did you mean public?"),
        ("llm", "verified", "yes", "true, false or unknown"),
        ("llm", "verified", "1", "true, false or unknown"),
        ("llm", "verified", '"true"', "true, false or unknown"),
        ("vector_store", "indexes", "[extern]", "did you mean external?"),
        ("vector_store", "indexes", "[external, null]", "one of"),
        ("vector_store", "indexes", "{external: true}", "did you mean external?"),
        ("decision_process", "decisions_per_day", '"3"', "a number"),
        ("decision_process", "decisions_per_day", "true", "a number"),
        ("decision_process", "decisions_per_day", "1e16", "at most 1e15"),
        ("decision_process", "mode_decided_on", "2026-02-30", "a date such as 2026-11-30"),
        ("decision_process", "mode_decided_on", "2026", "a date such as 2026-11-30"),
        ("decision_process", "mode_decided_on", '"२०२६-११-३०"', "a date such as 2026-11-30"),
        ("llm", "licence", "1.0", "put it in quotes"),
    ],
)
def test_values_that_are_none(kind: str, name: str, written: str, hint: str) -> None:
    (problem,) = problems_of(f"components: {{a: {{kind: {kind}, {name}: {written}}}}}")
    assert problem.code == "AM125"
    assert hint in str(problem.hint)
    assert f"`{name}`" in problem.message


# --- structure ---


def test_parts_know_where_they_are_written() -> None:
    pipeline = read(
        "components:\n  a: {kind: llm, exposure: public}\nflows:\n  - {from: a, to: a, kind: invokes, authn: key}\n"
    )
    component, flow = pipeline.components[0], pipeline.flows[0]
    assert str(component.span) == "p.yaml:4:3"
    assert str(component.attribute_span["exposure"]) == "p.yaml:4:18"
    assert str(flow.span) == "p.yaml:6:5"
    assert str(flow.attribute_span["authn"]) == "p.yaml:6:37"


def test_without_zones_there_is_one() -> None:
    pipeline = read("components: {a: {kind: llm}}")
    assert [(zone.id, zone.trust) for zone in pipeline.zones] == [(DEFAULT_ZONE, 2)]
    assert pipeline.components[0].zone == DEFAULT_ZONE
    assert pipeline.trust_of("a") == 2


def test_zones_nest() -> None:
    pipeline = read("zones:\n  a: {trust: 1, parent: b}\n  b: {trust: 0}\ncomponents: {x: {kind: llm, zone: a}}")
    assert pipeline.zone_line("a") == ("a", "b")


def test_zones_may_nest_to_the_limit() -> None:
    zones = "".join(f"  z{number}: {{trust: 1, parent: z{number + 1}}}\n" for number in range(60))
    assert len(read(f"zones:\n{zones}  z60: {{trust: 0}}\n").zone_line("z0")) == 61


def test_parallel_flows_are_kept_apart() -> None:
    flow = "  - {from: a, to: b, kind: invokes}\n"
    pipeline = read(
        f"components: {{a: {{kind: llm}}, b: {{kind: llm}}}}\nflows:\n{flow}{flow}  - {{from: b, to: a, kind: invokes}}\n"
    )
    assert [item.id for item in pipeline.flows] == ["a>b:invokes#1", "a>b:invokes#2", "b>a:invokes#1"]
    assert len(pipeline.flows_from("a")) == 2


def test_a_flow_may_lead_back_and_round() -> None:
    flows = "[{from: a, to: a, kind: invokes}, {from: a, to: b, kind: invokes}, {from: b, to: a, kind: invokes}]"
    pipeline = read(f"components: {{a: {{kind: agent}}, b: {{kind: agent}}}}\nflows: {flows}")
    assert [item.id for item in pipeline.flows_from("a")] == ["a>a:invokes#1", "a>b:invokes#1"]


def test_an_unusual_direction_is_a_warning() -> None:
    pipeline = read(
        "components: {d: {kind: dataset}, t: {kind: training_job}}\nflows: [{from: t, to: d, kind: trains_on}]"
    )
    (warning,) = implausible(pipeline, builtin_vocabulary())
    assert warning.code == "AM129"
    assert warning.hint == "the other way round it would make sense: from d to t"


def test_a_single_text_stands_for_a_list() -> None:
    pipeline = read(
        "assets: {gold: }\ncomponents: {a: {kind: llm, holds: gold, tags: t}}\nadversaries: {x: {at: a, aims: out.evasion}}\n"
        "controls: [{control: backup, at: a}, {control: backup, at: '*', state: unknown}]\n"
    )
    assert (pipeline.components[0].holds, pipeline.components[0].tags) == (("gold",), ("t",))
    assert (pipeline.adversaries[0].at, pipeline.adversaries[0].aims) == (("a",), ("out.evasion",))
    assert [(item.at, item.state) for item in pipeline.controls] == [(("a",), "in_place"), (("*",), None)]


def test_a_profile_that_stands_somewhere_says_where() -> None:
    (problem,) = problems_of("components: {a: {kind: vendor}, b: {kind: llm}}\nadversaries: {x: {profile: supplier}}")
    assert (problem.code, problem.hint) == ("AM128", "eligible here: a")


def test_a_fact_of_a_component_is_held_somewhere() -> None:
    """Without a place, `acc.query` would be held nowhere and give nothing."""
    text = "components: {a: {kind: inference_api}}\nadversaries: {x: {%s}}"
    problems = problems_of(text % "holds: [acc.query, cap.prompt, acc.host@adversary, acc.account@a]")
    assert [item.code for item in problems] == ["AM286", "AM286"]
    assert "`acc.query`" in problems[0].message
    assert "`acc.host@adversary`" in problems[1].message
    assert problems[0].span is not None
    assert read(text % "at: a, holds: [acc.query]").adversaries[0].holds == ("acc.query",)


def test_sections_may_be_left_empty() -> None:
    assert read("components:\nflows:\nzones:\nassets:\nadversaries:\ncontrols:\naccept:\n").components == ()


def test_an_organisation_is_kept_as_it_is() -> None:
    assert read("organisation: org.yaml").organisation == "org.yaml"
    assert read("organisation: {teams: {a: {function: data_science}}}").organisation["teams"]["a"] == {
        "function": "data_science"
    }


def test_a_kind_twice_removed_from_right_has_three_hints() -> None:
    (problem,) = problems_of("components: {a: {kind: model_registr}}")
    assert str(problem.hint).startswith("did you mean model_registry or ")
    assert str(problem.hint).count(" or ") == 2


def test_plain_data_is_checked_like_a_file() -> None:
    data: Data = {
        "atlasmodel": 1,
        "name": "a\ud800",
        "components": {"a": {"kind": "llm", "title": "x\x00"}},
        "zonee": 1,
    }
    with pytest.raises(InputError) as caught:
        pipeline_from(data)
    assert sorted(problem.code for problem in caught.value.problems) == ["AM113", "AM113", "AM118"]


@pytest.mark.parametrize(
    "data", [None, [], "x", 5, {1: 2}, {"atlasmodel": 1, "name": "x", "components": {5: {"kind": {}}}}]
)
def test_plain_data_of_any_shape_is_told(data: Any) -> None:
    with pytest.raises(InputError):
        pipeline_from(data)


# --- includes ---


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "main.yaml"


def test_included_files_are_merged(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {
            "main.yaml": f"{HEAD}include: [parts/zones.yaml, flows.yaml]\ncomponents: {{a: {{kind: llm, zone: core}}}}\n",
            "parts/zones.yaml": "zones: {core: {trust: 2}}\nowner: somebody\ninclude: parts/more/deep.yaml\n",
            "parts/more/deep.yaml": "atlasmodel: 1\ncomponents:\n  b: {kind: agent, zone: core}\n",
            "flows.yaml": "flows: [{from: b, to: a, kind: invokes}]\n",
        },
    )
    pipeline = read_pipeline(path)
    assert [item.id for item in pipeline.components] == ["a", "b"]
    assert (pipeline.owner, len(pipeline.flows)) == ("somebody", 1)
    assert str(pipeline.by_id["b"].span) == f"{tmp_path}/parts/more/deep.yaml:3:3"


def test_flows_of_several_files_are_numbered_on(tmp_path: Path) -> None:
    flows = "flows: [{from: a, to: a, kind: invokes}]\n"
    main = f"{HEAD}include: [one.yaml, two.yaml]\ncomponents: {{a: {{kind: llm}}}}\n{flows}"
    path = write(tmp_path, {"main.yaml": main, "one.yaml": flows, "two.yaml": flows})
    assert [flow.id for flow in read_pipeline(path).flows] == [f"a>a:invokes#{number}" for number in (1, 2, 3)]


def test_the_name_may_stand_in_an_included_file(tmp_path: Path) -> None:
    path = write(tmp_path, {"main.yaml": "atlasmodel: 1\ninclude: name.yaml\n", "name.yaml": "name: from afar\n"})
    assert read_pipeline(path).name == "from afar"


def test_one_unreadable_file_hides_no_mistake_in_another(tmp_path: Path) -> None:
    main = f"{HEAD}include: [broken.yaml]\ncomponents: {{a: {{kind: lmm}}}}\nflows: [{{from: a, to: elsewhere, kind: invokes}}]\n"
    path = write(tmp_path, {"main.yaml": main, "broken.yaml": "components: {elsewhere: [}\n"})
    with pytest.raises(InputError) as caught:
        read_pipeline(path)
    assert [problem.code for problem in caught.value.problems] == ["AM111", "AM124"]


def test_each_clash_names_both_places(tmp_path: Path) -> None:
    parts = "zones: {z: {trust: 1}}\nassets: {g: }\nadversaries: {x: }\ncomponents: {a: {kind: llm, zone: z}}\n"
    path = write(tmp_path, {"main.yaml": f"{HEAD}include: again.yaml\n{parts}", "again.yaml": parts})
    with pytest.raises(InputError) as caught:
        read_pipeline(path)
    assert [(problem.code, str(problem.span), problem.hint) for problem in caught.value.problems] == [
        ("AM123", f"{tmp_path}/again.yaml:{line}:{column}", f"first at {path}:{line + 3}:{column}")
        for line, column in ((1, 9), (2, 10), (3, 15), (4, 14))
    ]


def test_a_text_has_no_folder_to_include_from() -> None:
    (problem,) = problems_of("include: a.yaml")
    assert (problem.code, str(problem.span)) == ("AM132", "p.yaml:3:1")


def test_a_relative_path_stays_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"main.yaml": f"{HEAD}include: a.yaml\n", "a.yaml": "components: {a: {kind: llm}}\n"})
    assert str(read_pipeline("main.yaml").components[0].span) == "a.yaml:1:14"


# --- any file ---


@FAST
@given(st.data())
def test_the_order_of_keys_says_nothing(data: st.DataObject) -> None:
    plain = data.draw(pipeline_data())
    pipeline, other = pipeline_from(plain), pipeline_from(data.draw(shuffled(plain)))
    assert other.digest == pipeline.digest
    assert other.by_id == pipeline.by_id
    assert other.flows == pipeline.flows
    assert other.zone_by_id == pipeline.zone_by_id


@FAST
@given(st.data())
def test_one_spoilt_key_is_one_mistake(data: st.DataObject) -> None:
    plain = data.draw(pipeline_data())
    section, entry = data.draw(
        st.sampled_from([(name, key) for name in ("components", "zones", "adversaries") for key in plain.get(name, {})])
    )
    plain[section][entry]["no_such_key"] = 1
    with pytest.raises(InputError) as caught:
        pipeline_from(plain)
    assert [problem.code for problem in caught.value.problems] == ["AM118"]


@FAST
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3)
       | st.dictionaries(st.sampled_from(["kind", "zone", "from", "to", "at", "holds", "loss", "state", "x", "trust"]), inner, max_size=4),
       max_leaves=12),
       st.sampled_from(["zones", "components", "flows", "controls", "assets", "adversaries", "accept", "organisation", "include"]))  # fmt: skip
def test_nothing_but_our_own_error_escapes(rubbish: Any, section: str) -> None:
    for content in (rubbish, [rubbish], {"a": rubbish}):
        try:
            pipeline_from({"atlasmodel": 1, "name": "x", section: content})
        except InputError as error:
            assert error.problems
