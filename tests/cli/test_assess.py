"""assess, check, init, tree, paths, diagram: what they print, and what their exit code says."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from cli.conftest import EXAMPLE, ROOT, Done, Run

HOSTILE = ROOT / "tests" / "hostile"


@pytest.fixture(scope="module")
def document(assessed: Path) -> str:
    return assessed.read_text(encoding="utf-8")


def test_the_file_is_what_standard_output_shows(run: Run, document: str) -> None:
    assert run("assess", EXAMPLE, "--format", "json").out == document  # a second run: the same bytes


def test_the_document_fits_the_published_schema(run: Run, document: str) -> None:
    schema = run("schema", "assessment").json
    jsonschema.validators.validator_for(schema)(schema).validate(json.loads(document))


def test_the_schema_of_pipelines_takes_the_starter(run: Run, tmp_path: Path) -> None:
    assert run("init", tmp_path / "p.json").code == 0
    import yaml

    schema = run("schema").json
    written = yaml.safe_load((tmp_path / "p.json").read_text(encoding="utf-8"))
    jsonschema.validators.validator_for(schema)(schema).validate(written)


def test_what_init_writes_is_sound_and_can_be_assessed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init").code == 0
    assert run("init").code == 3
    assert run("init", "--force", "--quiet") == Done(0, "", "")
    checked = run("check", "pipeline.yaml")
    assert (checked.code, checked.out, checked.err) == (0, "", "pipeline.yaml: 7 components, 6 flows, sound\n")
    assert run("check", "pipeline.yaml", "--quiet") == Done(0, "", "")
    assert "My pipeline" in run("assess", "pipeline.yaml").out


def test_a_table_is_the_same_on_every_run_and_width(run: Run, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run("assess", small)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert run("assess", small) == first
    assert first.err == ""
    assert "\x1b" not in first.out
    assert "total risk" in first.out


def test_several_pipelines_are_one_array(run: Run, small: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(small.read_text(encoding="utf-8").replace("name: Small", "name: Other"), encoding="utf-8")
    alone = run("assess", small, "--format", "json")
    assert alone.json["pipeline"]["name"] == "Small"
    both = run("assess", small, other, "--format", "json", "--output", tmp_path / "both.json")
    assert (both.code, both.out) == (0, "")
    documents = json.loads((tmp_path / "both.json").read_text(encoding="utf-8"))
    assert [item["pipeline"]["name"] for item in documents] == ["Small", "Other"]
    assert documents[0] == alone.json
    shown = run("assess", small, other)
    assert shown.out.index("Small") < shown.out.index("Other")
    assert run("assess", small, other, "--format", "markdown").out.count("# ") > 2


@pytest.mark.parametrize(("limit", "code"), [("low", 1), ("medium", 1), ("high", 0)])
def test_the_gate(run: Run, small: Path, limit: str, code: int) -> None:
    done = run("assess", small, "--fail-on", limit)
    assert done.code == code
    assert ("gate: a finding is medium" in done.err) == bool(code)
    assert "total risk" in done.out  # the answer comes all the same
    assert run("assess", small, "--fail-on", limit, "--quiet").err == ""


def test_nothing_to_assess(run: Run) -> None:
    done = run("assess", HOSTILE / "no-components.yaml")
    assert (done.code, done.out) == (4, "")
    assert "AM401" in done.err


def test_all_mistakes_of_all_files_are_told_with_their_place(run: Run) -> None:
    done = run("check", HOSTILE / "unknown-words.yaml", EXAMPLE, HOSTILE / "tab-indentation.yaml")
    assert (done.code, done.out) == (3, "")
    assert "unknown-words.yaml:" in done.err
    assert "tab-indentation.yaml:4:1: AM111" in done.err
    assert "fraud-scoring.yaml: 18 components" in done.err


def test_one_bad_file_of_several_prints_nothing(run: Run, small: Path) -> None:
    done = run("assess", small, HOSTILE / "empty.yaml")
    assert (done.code, done.out) == (3, "")
    assert "AM112" in done.err


def test_a_file_that_is_too_large_can_be_allowed(run: Run, small: Path) -> None:
    for command in ("check", "assess", "paths", "tree", "diagram"):
        done = run(command, small, "--max-bytes", 20)
        assert done.code == 3
        assert "--max-bytes" in done.err
    assert run("check", small, "--max-bytes", 2000).code == 0


def test_paths(run: Run, assessed: Path) -> None:
    told = run("paths", assessed, "--limit", 2)
    plain = run("paths", assessed, "--limit", 2, "--format", "json").json
    shown = [line for line in told.out.splitlines() if line.startswith("path ")]
    assert len(shown) == len(plain["paths"]) == 2
    assert plain["paths"][0]["probability"] >= plain["paths"][1]["probability"]
    steps = [step for path in plain["paths"] for step in path["steps"]]
    assert all(step["title"] in told.out for step in steps)
    assert any(step["case_studies"] for step in steps) and "used in AML.CS" in told.out
    assert plain["least"]["effort_exact"] and "exact" in told.out
    assert "chance in a campaign, by whatever way: " in told.out.splitlines()[1]


def test_a_path_that_counts_on_what_is_not_known_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "unsaid.yaml"
    path.write_text("atlasmodel: 1\nname: unsaid\ncomponents:\n  front: {kind: inference_api}\n  bot: {kind: llm}\n"
                    "flows:\n  - {from: front, to: bot, kind: serves}\n", "utf-8")  # fmt: skip
    told = run("paths", path).out
    assert "if it is so, which is not known: acc.public_endpoint@" in told
    plain = run("paths", path, "--format", "json").json
    assert any(0 < chance < 1 for one in plain["paths"] for chance in one["assumes"].values())


def test_a_goal_that_is_held_at_the_start(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "held.yaml"
    path.write_text('atlasmodel: 1\nname: held\ncomponents:\n  m: {kind: predictive_model, task: [classification]}\n'
                    'adversaries:\n  ex: {profile: external, holds: ["out.evasion@m"]}\n', "utf-8")  # fmt: skip
    told = run("paths", path, "--goal", "out.evasion").out
    assert "nothing needs to be done" in told and "chance in a campaign, by whatever way: 1 (" in told
    assert "no cut: the goal is held at the start" in run("cuts", path, "--goal", "out.evasion").out


def test_a_goal_by_its_place_alone_or_misspelt(run: Run, assessed: Path) -> None:
    for command in ("paths", "cuts", "tree"):
        there = run(command, assessed, "--at", "decline", "--format", "json").json
        assert there["goal"].endswith("@decline")
        assert "did you mean decline?" in run(command, assessed, "--at", "declin").err
    assert "did you mean out.evasion" in run("paths", assessed, "--goal", "out.evasoin").err
    assert "did you mean out.evasion?" in run("paths", assessed, "--goal", "evasion").err
    assert "did you mean out.evasion@fraud-model" in run("paths", assessed, "--goal", "out.evasion@fraud-modle").err
    many = run("paths", assessed, "--goal", "zzz").err
    assert "goals here: " in many and " more)" in many


def test_the_tree_of_another_adversary(run: Run, assessed: Path) -> None:
    assert run("tree", assessed, "--adversary", "analyst", "--format", "json").json["adversary"] == "analyst"
    assert "AM159" in run("tree", assessed, "--adversary", "nobody").err


@pytest.mark.parametrize(("by", "figure"), [("effort", "effort_days"), ("time", "effort_days"), ("steps", "steps")])
def test_paths_by_other_measures(run: Run, assessed: Path, by: str, figure: str) -> None:
    plain = run("paths", assessed, "--by", by, "--limit", 4, "--format", "json").json
    figures = [len(path[figure]) if figure == "steps" else path[figure] for path in plain["paths"]]
    assert plain["by"] == by and len(figures) == 4
    assert figures == sorted(figures)


def test_the_front_of_paths(run: Run, assessed: Path) -> None:
    plain = run("paths", assessed, "--front", "--limit", 5, "--format", "json").json
    points = [(-one["probability"], one["effort_days"], one["detection"]) for one in plain["points"]]
    assert points
    assert not any(all(a <= b for a, b in zip(p, q, strict=True)) for p in points for q in points if p is not q)
    told = run("paths", assessed, "--front", "--limit", 5).out
    assert "outdone by none found" in told
    assert told.startswith(f"{plain['adversary']} -> {plain['goal']}: ")
    assert "leave out one of the two" in run("paths", assessed, "--front", "--by", "effort").err


def test_cuts_of_steps_and_of_controls(run: Run, assessed: Path) -> None:
    plain = run("cuts", assessed, "--size", 3, "--format", "json").json
    told = run("cuts", assessed, "--size", 3).out
    assert plain["cuts"]["sets"] and plain["cheapest"] is None
    assert all(" + ".join(names) in told for names in plain["cuts"]["sets"])
    controls = run("cuts", EXAMPLE, "--of", "controls", "--size", 1)
    assert controls.code == 0 and "cheapest: " in controls.out
    assert "each taken as wholly effective" in controls.out and "  red_team: Attack exercises\n" in controls.out
    steps = {name for names in plain["cuts"]["sets"] for name in names}
    assert all(f"  {name}: AML.T" in told for name in steps)
    assert "AM155" in run("cuts", assessed, "--of", "controls").err


def test_an_adversary_can_be_named(run: Run, assessed: Path) -> None:
    assert run("paths", assessed, "--adversary", "supplier", "--format", "json").json["adversary"] == "supplier"
    wrong = run("cuts", assessed, "--adversary", "suplier")
    assert wrong.code == 3
    assert "AM159" in wrong.err and "did you mean supplier" in wrong.err


def test_a_tree_as_data(run: Run, assessed: Path) -> None:
    plain = run("tree", assessed, "--depth", 3, "--format", "json").json
    kinds = {node["kind"] for node in plain["nodes"]}
    assert kinds >= {"goal", "fact", "step", "countermeasure"}
    assert [node["node"] for node in plain["nodes"]] == list(range(len(plain["nodes"])))
    below = [child for node in plain["nodes"] for child in node["children"]]
    assert sorted(below) == list(range(1, len(plain["nodes"])))
    assert plain["cut"] is True and plain["nodes"][0]["probability"] > 0


def test_tree_and_goal(run: Run, assessed: Path) -> None:
    assert run("tree", assessed).out.startswith("GOAL: ")
    chosen = run("tree", assessed, "--goal", "out.leak", "--at", "lake", "--depth", 2, "--width", 1)
    assert "out.leak@lake" in chosen.out
    wrong = run("tree", assessed, "--goal", "out.evasoin@fraud-model")
    assert wrong.code == 3
    assert "did you mean out.evasion@fraud-model" in wrong.err


def test_diagram_is_dot(run: Run, assessed: Path) -> None:
    assert run("diagram", assessed).out.startswith("digraph")
