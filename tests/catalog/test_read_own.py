"""A packaged folder is read only when every file is the one that was released."""

import hashlib
import shutil
import time
from pathlib import Path

import pytest

from atlasmodel._files import data_root
from atlasmodel.catalog import Catalog, read_catalog
from atlasmodel.errors import CatalogError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_root() / "catalogs" / "atlas" / "2026.09", tmp_path / "2026.09"))


def rewrite(folder: Path, name: str, old: str, new: str) -> None:
    """Change a file and give SOURCE.yaml its new digest."""
    path, source = folder / name, folder / "SOURCE.yaml"
    before = path.read_bytes()
    after = before.replace(old.encode(), new.encode(), 1)
    assert before != after
    path.write_bytes(after)
    digests = [hashlib.sha256(content).hexdigest() for content in (before, after)]
    source.write_text(source.read_text(encoding="utf-8").replace(*digests), encoding="utf-8")


def test_copy_is_equal(folder: Path, builtin: Catalog) -> None:
    assert read_catalog(folder) == builtin


def test_loads_quickly(folder: Path) -> None:
    start = time.perf_counter()
    read_catalog(folder)
    assert time.perf_counter() - start < 0.5  # 0.03 s on a laptop; the bound is for a busy machine


@pytest.mark.parametrize("name", ["tactics", "techniques", "mitigations", "case-studies", "history"])
def test_changed_file_is_named(folder: Path, name: str) -> None:
    path = folder / f"{name}.yaml"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(CatalogError) as caught:
        read_catalog(folder)
    (problem,) = caught.value.problems
    assert problem.code == "AM201"
    assert f"{name}.yaml is not the file that SOURCE.yaml gives the digest of" in problem.message
    assert "reinstall atlasmodel" in (problem.hint or "")


def test_every_changed_or_missing_file_is_told_at_once(folder: Path) -> None:
    (folder / "tactics.yaml").unlink()
    (folder / "techniques.yaml").write_text("{}", encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        read_catalog(folder)
    assert [problem.code for problem in caught.value.problems] == ["AM201", "AM201"]


def test_file_reached_through_a_link_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "tactics.yaml").rename(tmp_path / "elsewhere.yaml")
    (folder / "tactics.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(CatalogError, match=r"AM201 .*leaves the folder"):
        read_catalog(folder)


def test_changed_on_purpose_with_its_digest(folder: Path, builtin: Catalog) -> None:
    rewrite(folder, "techniques.yaml", "maturity: realized", "maturity: feasible")
    changed = read_catalog(folder)
    assert changed.technique("AML.T0000").maturity == "feasible"
    assert changed.digest != builtin.digest


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("techniques.yaml", "maturity: realized", "maturity: 3", "`maturity` is not a text in AML.T0000"),
        ("techniques.yaml", "maturity: realized", "", "`maturity` is missing in AML.T0000"),
        ("techniques.yaml", "platforms: [Enterprise]", "platforms: Enterprise", "`platforms` is not a list of texts"),
        ("techniques.yaml", '"2021-05-13"', '"2021-13-05"', "`2021-13-05` is no date"),
        ("tactics.yaml", "position: 1", "position: first", "`position` is not a whole number"),
        ("case-studies.yaml", "[AML.TA0002, AML.T0000.001]", "[AML.TA0002]", "`steps` is not a list of pairs"),
        ("history.yaml", "{name: Publish Poisoned Models,", "{title: Publish,", "`name` is missing in AML.T0058"),
    ],
)
def test_wrong_value_is_told_with_its_place(folder: Path, name: str, old: str, new: str, told: str) -> None:
    rewrite(folder, name, old, new)
    with pytest.raises(CatalogError) as caught:
        read_catalog(folder)
    (problem,) = caught.value.problems
    assert problem.code == "AM206"
    assert told in problem.message
    assert problem.span is not None
    assert problem.span.file.endswith(name)
    assert problem.span.line > 1


def test_file_of_another_shape(folder: Path) -> None:
    path, source = folder / "history.yaml", folder / "SOURCE.yaml"
    digests = [hashlib.sha256(content).hexdigest() for content in (path.read_bytes(), b"[]")]
    path.write_bytes(b"[]")
    source.write_text(source.read_text(encoding="utf-8").replace(*digests), encoding="utf-8")
    with pytest.raises(CatalogError, match="AM206 the file is not a mapping"):
        read_catalog(folder)


def test_unknown_format_of_a_folder(folder: Path) -> None:
    source = folder / "SOURCE.yaml"
    source.write_text(source.read_text(encoding="utf-8").replace("catalog/1", "catalog/2"), encoding="utf-8")
    with pytest.raises(CatalogError, match=r"AM205 unknown catalogue format `atlasmodel/catalog/2`"):
        read_catalog(folder)


def test_folder_without_source(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"AM205 .*SOURCE\.yaml is not there"):
        read_catalog(tmp_path)
