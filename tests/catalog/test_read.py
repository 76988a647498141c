"""The format is found from the content, and what is no catalogue is told by what it is."""

from pathlib import Path

import pytest

from atlasmodel.catalog import read_catalog
from atlasmodel.errors import CatalogError, InputError


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("ATLAS-2026.07.yaml", "the file only points to `ATLAS-2026.07.yaml` (download ATLAS-2026.07.yaml itself"),
        ("v6/ATLAS-latest.yaml\n", "the file only points to `v6/ATLAS-latest.yaml`"),
        ("- {release: '2026.09', versions: []}", "the file is the list of releases"),
        ("format-version: 7.0.0", "unknown ATLAS format 7.0.0"),
        ("name: x", "the file is no ATLAS catalogue (readable: ATLAS YAML 4.x, 5.x and 6.x, a STIX 2.1 bundle"),
        ("[1, 2]", "the file is no ATLAS catalogue"),
        ("matrices: []", "the catalogue holds no ATLAS technique"),
        ("format-version: 6.0.0", "the catalogue holds no ATLAS technique"),
        ('{"type": "bundle", "objects": []}', "the catalogue holds no ATLAS technique"),
    ],
)
def test_what_is_no_catalogue(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        read_catalog(path)
    assert caught.value.problems[0].code == "AM205"
    assert told in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"a: &x 1", b"a: 1\na: 2", b"PK\x03\x04", b"\xff\xfe"])
def test_unreadable_file_is_an_input_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_catalog(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="AM110"):
        read_catalog(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("matrices: {techniques: 1}", "`matrices` is not made of mappings"),
        ("matrices: [{techniques: [1]}]", "`techniques` is not made of mappings"),
        ("matrices: [{techniques: [{name: x}]}]", "`id` is missing"),
        ("matrices: [{techniques: [{id: AML.T0001, name: x, tactics: [{}]}]}]", "`tactics` is not a list of texts"),
        ("matrices: [{mitigations: [{id: AML.M0001, name: x, ml-lifecycle: [3]}]}]", "`ml-lifecycle` is not a list"),
        ("matrices: [{mitigations: [{id: AML.M0001, name: x, ml-lifecycle: 3}]}]", "`ml-lifecycle` is not a list"),
        (
            "matrices: []\ncase-studies: [{id: AML.CS0001, name: x, incident-date: soon}]",
            "`incident-date` is not a date",
        ),
        ("format-version: 6.0.0\ntechniques: 3", "`techniques` is not a list or a mapping"),
        ("format-version: 6.0.0\nrelationships: []", "`relationships` is not a mapping"),
        ('{"type": "bundle", "objects": [3]}', "`objects` is not made of mappings"),
    ],
)
def test_wrong_types_are_told_where_they_stand(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        read_catalog(path)
    problem = caught.value.problems[0]
    assert problem.code == "AM206"
    assert told in problem.message
    assert problem.span is not None
