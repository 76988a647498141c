"""What holds of every registered format: the same bytes, hostile words stay words, files whole or not at all."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from atlasmodel import plugins
from atlasmodel._text import visible
from atlasmodel.assessment import Assessment
from atlasmodel.cli.app import run
from atlasmodel.errors import InputError, MissingTool

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "fraud-scoring.yaml"
FORMATS = [name for name in plugins.names() if plugins.exporter(name).distribution == plugins.OWN]
JSON = {"json", "stix", "navigator", "attack-flow", "sarif", "otm", "cyclonedx"}
LACKING = {"attack-flow", "sarif", "cyclonedx"}  # not every title, or with escapes of their own
CHEAP = [name for name in FORMATS if name != "pdf"]  # seconds a page; its own tests take a small document
XML = {"graphml", *(name for name in FORMATS if name.endswith("svg"))}
# Escape codes, a terminal link, marks that change direction or hide, line and byte marks, what XML forbids.
HIDDEN = "a\x1b[31m\x1b]8;;http://evil.example\x07b\u202ec\u200bd\ufeffe\x00f\ufffeg\u2028h\u2066i"
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe]")


def render(document: Assessment, name: str) -> str | bytes:
    try:
        return plugins.exporter(name).render(document)
    except MissingTool as error:
        pytest.skip(str(error))


def texts(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from texts(value)
    elif isinstance(data, str):
        yield data


class Tags(HTMLParser):
    """Collect scripts, handlers and addresses of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts, self.odd = 0, list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.odd += [name for name, _ in attrs if name.startswith("on")]
        addresses = (value or "" for name, value in attrs if name in ("href", "src"))
        self.odd += [value for value in addresses if value.startswith(("javascript:", "data:text"))]


@pytest.fixture(scope="session")
def unseen(hostile: Assessment) -> Assessment:
    """Return a document of unknown origin: no reader of ours would let such titles pass."""
    data = hostile.to_dict()
    for row in (*data["pipeline"]["components"], *data["pipeline"]["zones"], *data["pipeline"]["flows"]):
        row["title"] = HIDDEN
    for part in ("name", "version", "owner", "description"):
        data["pipeline"][part] = HIDDEN
    for finding in data["findings"]:
        finding["title"] = HIDDEN
    return Assessment.from_json(json.dumps(data))


def test_the_formats_of_the_library_are_all_here() -> None:
    wanted = (
        "stix navigator attack-flow sarif html markdown csv xlsx parquet otm graphml cyclonedx dot svg mermaid json"
    )
    assert set(wanted.split()) <= set(FORMATS)


@pytest.mark.parametrize("name", CHEAP)
def test_the_same_document_gives_the_same_bytes(assessment: Assessment, name: str) -> None:
    again = Assessment.from_json(assessment.to_json())
    assert render(assessment, name) == render(again, name)


def test_bytes_do_not_depend_on_hash_order_zone_or_language(assessment: Assessment, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(assessment.to_json(), encoding="utf-8")
    script = (
        "import sys, hashlib; from pathlib import Path; from atlasmodel import plugins, errors\n"
        "from atlasmodel.assessment import Assessment\n"
        "a = Assessment.from_json(Path(sys.argv[1]).read_text(encoding='utf-8'))\n"
        "for name in sys.argv[2:]:\n"
        "    text = plugins.exporter(name).render(a)\n"
        "    print(name, hashlib.sha256(text if isinstance(text, bytes) else text.encode()).hexdigest())\n"
    )
    names = [name for name in FORMATS if name not in ("html", "parquet", "pdf") and not name.endswith("svg")]
    done = subprocess.run(
        [sys.executable, "-c", script, str(file), *names],
        env={"PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland", "LC_ALL": "tr_TR.UTF-8", "PATH": ""},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    contents = {name: render(assessment, name) for name in names}
    here = {
        name: sha256(text if isinstance(text, bytes) else text.encode()).hexdigest() for name, text in contents.items()
    }
    assert dict(line.split() for line in done.stdout.splitlines()) == here


@pytest.mark.parametrize("name", CHEAP)
def test_what_cannot_be_seen_is_spelled_out(unseen: Assessment, name: str) -> None:
    content = render(unseen, name)
    if isinstance(content, bytes):
        return  # a spreadsheet is looked into by its own tests
    if name == "json":
        assert json.loads(content)["pipeline"]["name"] == HIDDEN
        return
    found = UNSEEN.findall(content)
    assert not found, found[:5]


@pytest.mark.parametrize("name", sorted(JSON))
def test_titles_arrive_as_they_are_in_json(hostile: Assessment, name: str) -> None:
    told = "\n".join(texts(json.loads(str(render(hostile, name)))))
    titles = [
        row["title"] for row in hostile.pipeline.components if any(f.component == row["id"] for f in hostile.findings)
    ]
    assert titles
    assert all(visible(title) in told for title in titles) or name in LACKING


@pytest.mark.parametrize("name", sorted(XML))
def test_xml_holds_no_script_handler_or_address(hostile: Assessment, unseen: Assessment, name: str) -> None:
    for document in (hostile, unseen):
        for element in ElementTree.fromstring(str(render(document, name))).iter():
            assert not element.tag.endswith("script")
            for key, value in element.attrib.items():
                assert not key.rpartition("}")[2].startswith("on")
                assert not (key.endswith("href") and value.startswith(("javascript:", "data:")))


def test_the_page_has_no_script_of_a_stranger(assessment: Assessment, hostile: Assessment, unseen: Assessment) -> None:
    ours = Tags(str(render(assessment, "html")))
    for document in (hostile, unseen):
        page = Tags(str(render(document, "html")))
        assert page.scripts <= ours.scripts
        assert page.odd == ours.odd == []


@pytest.mark.parametrize("name", ["text", "tree-text", "markdown"])
def test_no_line_gives_an_order_to_a_build_log(hostile: Assessment, name: str) -> None:
    assert not any(line.lstrip().startswith(("::", "##[")) for line in str(render(hostile, name)).splitlines())


@pytest.mark.parametrize("name", FORMATS)
def test_a_bad_target_is_told_before_any_work(assessment: Assessment, tmp_path: Path, name: str) -> None:
    (tmp_path / "there").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "there")
    broken = assessment.model_copy(update={"findings": None, "pipeline": None})  # rendering it would raise
    for target in (tmp_path, tmp_path / "there", tmp_path / "link", tmp_path / "none" / "x"):
        with pytest.raises(InputError, match="AM134"):
            broken.export(name, target)
    assert (tmp_path / "there").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "there"]


@pytest.mark.parametrize("name", FORMATS)
def test_an_unknown_option_is_told(assessment: Assessment, name: str) -> None:
    with pytest.raises(InputError, match=f"AM156.*{name}"):
        plugins.exporter(name).render(assessment, no_such_option=1)


@pytest.fixture
def strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the sample exporter, as a distribution of its own would."""
    point = EntryPoint("worklist", f"{__package__}.sample_exporter:worklist", plugins.EXPORTERS)
    theirs = point._for(SimpleNamespace(name="sample-formats"))  # type: ignore[attr-defined]
    real = tuple(plugins.entry_points(group=plugins.EXPORTERS))
    monkeypatch.setattr(plugins, "entry_points", lambda group: (*real, theirs))


@pytest.mark.usefixtures("strangers")
def test_an_exporter_of_somebody_else_is_one_of_ours(
    assessment: Assessment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = assessment.export("worklist", tmp_path / "list.txt", limit=3)
    lines = path.read_text().splitlines()
    assert [line.split()[1] for line in lines] == [finding.id for finding in assessment.findings[:3]]
    assert run(["export", "--list", "--format", "json"]) == 0
    (listed,) = [row for row in json.loads(capsys.readouterr().out) if row["id"] == "worklist"]
    assert (listed["from"], listed["options"]) == ("sample-formats", ["limit"])
    (tmp_path / "a.json").write_text(assessment.to_json())
    assert run(["export", str(tmp_path / "a.json"), "--to", "worklist", "--option", "limit=3"]) == 0
    assert capsys.readouterr().out.splitlines() == lines


def test_the_sample_stands_in_the_documentation() -> None:
    page = (ROOT / "docs" / "formats.md").read_text()
    assert (Path(__file__).parent / "sample_exporter.py").read_text().strip() in page


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("xlsx", "parquet", "pdf", "text")])
def test_the_command_line_writes_every_format(assessment: Assessment, tmp_path: Path, name: str) -> None:
    document = tmp_path / "a.json"
    document.write_text(assessment.to_json())
    expected = render(assessment, name)
    assert run(["export", str(document), "--to", name, "--output", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out").read_text(encoding="utf-8") == expected
