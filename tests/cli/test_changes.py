"""diff, export, replay, rules new."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from atlasmodel.plugins import names
from cli.conftest import EXAMPLE, ROOT, SMALL, Done, Run

STUDY = ROOT / "examples" / "case_studies" / "AML.CS0000.yaml"
STEPS = STUDY.with_suffix(".steps.yaml")


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """The small pipeline, its interface open to partners only."""
    path = tmp_path / "closed.yaml"
    path.write_text(SMALL.replace("exposure: public", "exposure: internal"), encoding="utf-8")
    return path


def test_diff_tells_what_came_and_went(run: Run, small: Path, closed: Path) -> None:
    plain = run("diff", small, closed, "--format", "json")
    back = run("diff", closed, small, "--format", "json").json
    assert (plain.code, plain.err) == (0, "")
    assert plain.json["risk"]["before"] > plain.json["risk"]["after"]
    assert "AM-ACCESS-02@api" in [item["id"] for item in plain.json["removed"]]
    assert [item["id"] for item in back["added"]] == [item["id"] for item in plain.json["removed"]]
    for item in (*plain.json["added"], *plain.json["removed"], *plain.json["changed"]):
        assert item["name"]
        assert item["summary"]
    told = run("diff", small, closed).out
    assert told.startswith("total risk ")
    assert f"removed ({len(plain.json['removed'])})" in told
    assert "removed" not in run("diff", small, small).out


def test_diff_gates_on_what_was_added(run: Run, small: Path, closed: Path) -> None:
    assert run("diff", small, closed, "--fail-on", "low").code == 0
    done = run("diff", closed, small, "--fail-on", "medium")
    assert done.code == 1
    assert "gate: " in done.err


def test_diff_reads_assessments_too(run: Run, small: Path, closed: Path, tmp_path: Path) -> None:
    path = tmp_path / "before.json"
    assert run("assess", small, "--format", "json", "--output", path).code == 0
    assert run("diff", path, closed) == run("diff", small, closed)
    old = json.loads(path.read_text(encoding="utf-8"))
    old["rules"]["release"] = old["rules"]["digest"] = "another"
    path.write_text(json.dumps(old), encoding="utf-8")
    assert "warning: the two were assessed with different rules" in run("diff", path, closed).err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "atlasmodel/assessment/99"}, "its schema is `atlasmodel/assessment/99`"),
        ({"findings": 3}, "findings: "),
        ({"totals": None}, "totals: "),
    ],
)
def test_an_assessment_that_cannot_be_read(
    run: Run, assessed: Path, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(json.loads(assessed.read_text(encoding="utf-8")) | change), encoding="utf-8")
    for words in (["paths", path], ["tree", path], ["diff", path, EXAMPLE]):
        done = run(*words)
        assert (done.code, done.out) == (3, "")
        assert "AM154" in done.err
        assert said in done.err


def test_what_only_mentions_an_assessment_is_a_pipeline(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    for text in (
        '{"schema": ["atlasmodel/assessment/1"]}',
        '{"x": "atlasmodel/assessment/1"',
        '["atlasmodel/assessment/1"]',
    ):
        path.write_text(text, encoding="utf-8")
        done = run("paths", path)
        assert done.code == 3
        assert "AM154" not in done.err


def test_catalogues_do_not_act_on_an_assessment(run: Run, assessed: Path) -> None:
    done = run("paths", assessed, "--atlas", EXAMPLE)
    assert done.code == 2
    assert "is an assessment already" in done.err


def test_the_formats_are_listed(run: Run) -> None:
    assert [item["id"] for item in run("export", "--list", "--format", "json").json] == sorted(names())


def test_every_format_comes_out_the_same_in_a_file_and_on_standard_output(
    run: Run, assessed: Path, tmp_path: Path
) -> None:
    for name in names():
        if name.endswith("svg") or name == "pdf":
            continue  # drawings and pages have tests of their own
        shown = run("export", assessed, "--to", name)
        written = run("export", assessed, "--to", name, "--output", tmp_path / name)
        if written.code == 3 and re.search("AM30[1-9]|AM31", written.err):
            continue  # a program or an extra that is not here
        assert (written.code, written.out) == (0, "")
        if shown.code == 2:
            assert "is not text" in shown.err
            continue
        assert shown.code == 0
        assert (tmp_path / name).read_text(encoding="utf-8").rstrip("\n") == shown.out.rstrip("\n")


def test_an_assessment_written_again_is_the_same(run: Run, assessed: Path) -> None:
    assert run("export", assessed, "--to", "json").out == assessed.read_text(encoding="utf-8")


def test_replay_tells_each_step(run: Run) -> None:
    told, plain = run("replay", STUDY, STEPS), run("replay", STUDY, STEPS, "--format", "json").json
    assert (told.code, told.err) == (0, "")
    assert [step["id"] for step in plain["steps"]] == [
        step["technique"] for step in yaml.safe_load(STEPS.read_text(encoding="utf-8"))["steps"]
    ]
    assert plain["goal_reached"] is True
    assert told.out.endswith("steps hold in this order, the goal is reached\n")
    for step in plain["steps"]:
        assert f"{step['id']}  " in told.out
        assert step["listed"] in ("certain", "possible", "no")


def test_replay_tells_where_the_script_is_wrong(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "s.yaml"
    script.write_text(STEPS.read_text(encoding="utf-8").replace("at: c2-detector", "at: c2-detektor"), encoding="utf-8")
    done = run("replay", STUDY, script)
    assert (done.code, done.out) == (3, "")
    assert "did you mean c2-detector" in done.err
    script.write_text("case_study: AML.CS0000\nstepps: []\n", encoding="utf-8")
    assert run("replay", STUDY, script).code == 3
    assert run("replay", STUDY, STUDY).code == 3


@pytest.mark.parametrize("word", ["AML.T0051.001", "AML.T0019"])
def test_a_new_rule_loads_and_passes_its_tests(run: Run, tmp_path: Path, word: str) -> None:
    done = run("rules", "new", word)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.yaml").write_text(done.out, encoding="utf-8")
    assert run("rules", "test", "--catalog", tmp_path, "--quiet") == Done(0, "", "")
    (rule,) = [item for item in run("rules", "list", "--catalog", tmp_path, "--format", "json").json
               if item["id"] == "OUR-RULE-01"]  # fmt: skip
    assert rule["technique"] == ("AML.T0115.000" if word == "AML.T0019" else word)


def test_a_new_rule_is_about_a_technique(run: Run) -> None:
    done = run("rules", "new", "AML.M0004")
    assert done.code == 3
    assert "is no technique" in done.err


def test_similar_names_published_attacks(run: Run, small: Path, tmp_path: Path) -> None:
    study = ROOT / "examples" / "case_studies" / "AML.CS0026.yaml"
    told, plain = run("similar", study, "--limit", 2), run("similar", study, "--limit", 2, "--format", "json").json
    assert (told.code, told.err) == (0, "")
    assert len(plain) == 2
    for case in plain:
        assert case["id"] in told.out
        assert case["name"]
        assert case["summary"]
        assert all(step["technique"] in told.out for step in case["steps"])
    bare = tmp_path / "bare.yaml"
    bare.write_text("{atlasmodel: 1, name: bare, components: {it: {kind: dataset}}}", encoding="utf-8")
    assert run("similar", bare).out == "no published attack would hold here for the most part\n"
    assert run("similar", bare, "--format", "json").json == []
    assert run("similar", small, "--limit", 0).code == 2
