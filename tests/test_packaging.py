"""The library works from an sdist and a wheel, outside the checkout, with its catalogues inside."""

import os
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist, and the wheel from the sdist."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("*.whl"))


def test_the_wheel_carries_every_data_file(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    data = [path for folder in ("catalogs", "mitigations") for path in (ROOT / folder).rglob("*") if path.is_file()]
    missing = [path for path in data if f"atlasmodel/_data/{path.relative_to(ROOT).as_posix()}" not in names]
    assert len(data) > 50
    assert not missing
    assert "atlasmodel/py.typed" in names
    assert "atlasmodel/cli/starter.yaml" in names


def test_an_installed_wheel_assesses_an_example(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True)
    # The dependencies come from this environment; a path given so loads no editable install.
    environment = {**os.environ, "PYTHONPATH": site.getsitepackages()[0]}
    example = tmp_path / "fraud.yaml"
    example.write_bytes((ROOT / "examples" / "fraud-scoring.yaml").read_bytes())
    where = subprocess.run(
        [python, "-c", "import atlasmodel; print(atlasmodel.__file__)"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(tmp_path) in where.stdout
    done = subprocess.run(
        [python, "-m", "atlasmodel", "assess", "fraud.yaml", "--format", "json"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert '"AM-POISON-01@training-set"' in done.stdout
