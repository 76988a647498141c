"""Run the command line in this process, or as a program of its own; one small pipeline and one assessed example."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from atlasmodel.cli import app

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "fraud-scoring.yaml"
SMALL = """\
atlasmodel: 1
name: Small
zones: {out: {trust: 0}, core: {trust: 2}}
components:
  model: {kind: predictive_model, zone: core, task: [classification], outputs: [scores]}
  api: {kind: inference_api, zone: out, exposure: public}
flows:
  - {from: api, to: model, kind: serves}
adversaries:
  anyone: {profile: external}
"""


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Done]
Program = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def run(*words: object) -> Done:
        code = app.run([str(word) for word in words])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Done(code, said.out, said.err)

    return run


@pytest.fixture
def program() -> Program:
    """Run a command as a program of its own, with further environment variables."""

    def program(*words: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "atlasmodel", *map(str, words)]
        env = os.environ | environment
        return subprocess.run(command, capture_output=True, env=env, cwd=ROOT, timeout=60, check=False)

    return program


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A pipeline of two components."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assessment of the fraud example, as the command wrote it."""
    path = tmp_path_factory.mktemp("assessed") / "fraud.json"
    assert app.run(["assess", str(EXAMPLE), "--format", "json", "--output", str(path)]) == 0
    return path
