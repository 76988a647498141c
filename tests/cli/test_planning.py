"""The command that plans: shapes, limits, files, and mistakes."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

SMALL = """
atlasmodel: 1
name: small
components:
  api: {kind: inference_api, exposure: public, query_limit: false}
  m: {kind: llm}
flows:
  - {from: m, to: api, kind: serves}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_json_is_what_is_promised_and_nothing_else_is_printed(run: Any, small: Path) -> None:
    done = run("plan", small, "--measures", "2", "--format", "json")
    assert (done.code, done.err) == (0, "")
    data = json.loads(done.out)
    assert {"measures", "candidates", "residual", "bound", "gap", "currency"} <= data.keys()
    assert len(data["measures"]) <= 2
    assert data["residual"] < data["risk"]


def test_every_shape_is_printed(run: Any, small: Path) -> None:
    assert "total risk" in run("plan", small, "--measures", "1").out
    assert run("plan", small, "--measures", "1", "--format", "markdown").out.startswith("# Plan for small")
    assert run("plan", small, "--measures", "1", "--format", "svg").out.startswith("<svg")
    rows = list(csv.reader(StringIO(run("plan", small, "--measures", "1", "--format", "csv").out)))
    assert rows[0][1] == "control"


def test_fixed_is_in_and_forbidden_is_out(run: Any, small: Path) -> None:
    asked = ("plan", small, "--format", "json", "--measures")
    first = json.loads(run(*asked, "1").out)["measures"][0]
    name = f"{first['control']}@{first['at']}"
    other = json.loads(run(*asked, "2", "--forbid", name, "--fix", "rate_limit@api").out)["measures"]
    assert name not in {f"{item['control']}@{item['at']}" for item in other}
    assert "rate_limit" in {item["control"] for item in other}


def test_a_plan_goes_to_a_file_once(run: Any, small: Path, tmp_path: Path) -> None:
    target = tmp_path / "plan.csv"
    assert run("plan", small, "--budget", "20000", "--format", "csv", "-o", target).code == 0
    assert target.read_text(encoding="utf-8").startswith("order,control")
    assert run("plan", small, "--format", "csv", "-o", target).code == 3


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--budget", "-5"], 3, "AM162"),
        (["--fix", "rate_limt"], 3, "did you mean rate_limit"),
        (["--roles", "platform=many"], 2, "number of people"),
        (["--roles", "plattform"], 3, "AM164"),
        (["--target", "0"], 3, "AM165"),
        (["--objective", "rsk"], 2, "best-attack"),
    ],
)
def test_mistakes_are_told(run: Any, small: Path, options: list[str], code: int, said: str) -> None:
    done = run("plan", small, *options)
    assert done.code == code
    assert said in done.err
    assert done.out == ""
