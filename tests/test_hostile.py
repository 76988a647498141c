"""Inputs written to break things, each a file in `hostile/` named by its defect: what is told, where, and how fast."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from atlasmodel.errors import MAX_PROBLEMS, InputError, Problem
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.model.reader import STARTER, read_pipeline
from atlasmodel.model.soundness import implausible

HOSTILE = Path(__file__).parent / "hostile"
SECONDS = 1.0
# Measured: `check` maps 120 MiB and `assess` 220 MiB with all libraries; the rest is what a file may cost.
ADDRESS_SPACE = 512 * 1024 * 1024


@dataclass(frozen=True)
class Told:
    """One expected problem: code, line:column and words of the message with its hint."""

    code: str
    place: str
    words: str
    hint: str | None = None


T = Told
NO_HINT = ""
ID_HINT = "put other names"

# Every problem of every file, in the order in which they are told.
EXPECTED: dict[str, list[Told]] = {
    "empty.yaml": [T("AM112", "1:1", "empty document", STARTER)],
    "only-comments.yaml": [T("AM112", "1:1", "empty document", STARTER)],
    "only-a-mark.yaml": [T("AM112", "1:1", "empty document", STARTER)],
    "scalar-at-the-top.yaml": [T("AM112", "1:1", "expected a mapping")],
    "list-at-the-top.yaml": [T("AM112", "1:1", "expected a mapping")],
    "list-at-the-top.json": [T("AM112", "1:1", "expected a mapping")],
    "two-documents.yaml": [T("AM114", "4:1", "a second document", "one document a file")],
    "duplicate-key.yaml": [
        T("AM118", "6:5", "`kind` stands twice", "first at duplicate-key.yaml:5:5"),
        T("AM118", "7:3", "`bot` stands twice", "first at duplicate-key.yaml:4:3"),
    ],
    "duplicate-key.json": [T("AM118", "4:3", "`name` stands twice", "first at duplicate-key.json:3:3")],
    "billion-laughs.yaml": [T("AM115", "1:4", "anchors", "write the value out")],
    "alias-without-anchor.yaml": [T("AM115", "4:8", "aliases", "write the value out")],
    "recursive-anchor.yaml": [T("AM115", "1:1", "anchors", "write the value out")],
    "python-tag.yaml": [T("AM115", "1:1", "python/object/apply:os.system`)", "nothing was executed")],
    "tag-on-a-value.yaml": [T("AM115", "4:15", "tags (`tag:yaml.org,2002:str`) are not allowed")],
    "merge-key.yaml": [T("AM119", "4:3", "`bot` has no kind"), T("AM118", "5:5", "unknown key `<<`")],
    "latin-1.yaml": [T("AM113", "2:10", "not valid UTF-8", "save it as UTF-8")],
    "utf-16.yaml": [T("AM113", "1:1", "UTF-16", "save it as UTF-8")],
    "utf-16-without-mark.yaml": [T("AM113", "1:2", "U+0000", "is the file UTF-16?")],
    "nul-raw.yaml": [T("AM113", "3:15", "U+0000")],
    "escape-raw.yaml": [T("AM113", "3:15", "U+001B")],
    "controls-escaped.yaml": [
        T("AM113", "3:14", "U+0000", NO_HINT), T("AM113", "5:27", "U+001B"), T("AM113", "6:3", "U+0007"),
    ],
    "lone-surrogate.json": [T("AM113", "1:66", "half of a surrogate pair")],
    "lone-carriage-returns.yaml": [T("AM113", "1:14", "U+000D", "end lines with LF")],
    "line-separator-raw.yaml": [T("AM113", "3:18", "U+2028", r'write it as "\u2028"')],
    "tab-indentation.yaml": [T("AM111", "4:1", "a tab is used as indentation", "indent with spaces")],
    "tab-after-colon.yaml": [T("AM111", "3:1", "a tab follows the colon", "use a space")],
    "octal-looking.yaml": [T("AM120", "4:23", "`010` reads as octal", 'write 10 for the number or "010" for the text')],
    "wrong-types.yaml": [
        T("AM121", "4:17", "`core.trust`: should be a valid integer"),
        T("AM118", "6:32", "unknown key `indirect` on `llm`"),
        T("AM125", "6:55", "`exposure` is true, which is none of its values", "one of none, internal, partner, public"),
        T("AM118", "6:61", "unknown key `rate_limited`", "query_limit"),
        T("AM121", "6:89", "`bot.title`: should be a valid string", 'put it in quotes: "7"'),
        T("AM127", "7:3", "`job` has no zone", "zones: core"),
        T("AM121", "7:15", "`job.kind` should be a text"),
        T("AM121", "9:12", "`from` should be a text", 'put it in quotes: from: "1"'),
        T("AM121", "11:42", "`controls[0].coverage`: should be a valid number"),
        T("AM121", "13:14", "`me.only`: should be a valid boolean"),
        T("AM121", "13:36", "`me.tries_per_year`: should be a valid number"),
    ],
    "wrong-types.json": [
        T("AM119", "2:16", 'format version "1" is not known', "write `atlasmodel: 1`"),
        T("AM121", "3:10", "`name` should be a text", 'name: "3"'),
        T("AM121", "6:13", "`core.trust`: should be a valid integer"),
        T("AM125", "13:16", "`exposure` is true"),
        T("AM121", "16:11", "`flows` should be a list"),
        T("AM121", "21:16", "`controls[0].coverage`: should be a valid number"),
    ],
    "not-finite.yaml": [
        T("AM120", "4:23", "`.inf` is not a finite number"),
        T("AM120", "5:23", "`1e999` is not a finite number"),
        T("AM120", "6:23", "`-.INF` is not a finite number"),
        T("AM120", "7:23", "`.nan` is not a finite number"),
        T("AM120", "8:23", "a number of 5000 digits is too large", "at most 18"),
    ],
    "not-finite.json": [
        T("AM121", "1:72", "`a.tries_per_year`: should be a valid number"),
        T("AM121", "2:25", "`b.tries_per_year`: should be a valid number"),
        T("AM120", "3:25", "`1e999` is not a finite number"),
    ],
    "out-of-range.yaml": [
        T("AM125", "4:53", "`decisions_per_day` is 1e+16", "at most 1e15"),
        T("AM121", "6:20", "`default.trust`: should be greater than or equal to 0"),
        T("AM121", "8:43", "`controls[0].coverage`: should be less than or equal to 1"),
        T("AM121", "9:43", "`controls[1].coverage`: should be greater than or equal to 0"),
        T("AM121", "10:27", "`controls[2].at`: should have at least 1 item"),
        T("AM121", "12:19", "`a.loss.low`: should be greater than or equal to 0"),
        T("AM121", "13:13", "`b.loss`: `low`, `likely` and `high` should not fall"),
        T("AM121", "14:52", "`c.loss.currency`: should be a currency of three letters such as USD"),
        T("AM121", "16:23", "`x.tries_per_year`: should be greater than or equal to 0"),
    ],
    "unknown-keys.yaml": [
        T("AM118", "3:1", "unknown key `zonee`", "did you mean zones"),
        T("AM118", "5:20", "unknown key `exposre` on `llm`", "did you mean exposure?"),
        T("AM118", "5:37", "unknown key `verifiedd` on `llm`", "did you mean verified?"),
        T("AM118", "5:54", "unknown key `signed_by` on `llm`"),
        T("AM118", "7:41", "unknown key `protocl` on a flow", "did you mean protocol?"),
        T("AM118", "9:10", "unknown key `confidentialty`", "did you mean confidentiality?"),
        T("AM118", "9:32", "unknown key `id`", "the id is the key above"),
        T("AM118", "9:79", "unknown key `curency`", "did you mean currency?"),
        T("AM118", "11:32", "unknown key `stat`", "did you mean state"),
        T("AM118", "11:47", "unknown key `span`", "known here: at, control, coverage, evidence, state"),
    ],
    "attribute-of-others.yaml": [
        T("AM118", "4:26", "`shared_channel` does not stand on `end_user`", "it stands on llm"),
        T("AM118", "6:43", "`shared_channel` does not stand on a flow", "it stands on llm"),
    ],
    "said-twice.yaml": [
        T("AM118", "6:62", "`encryption` says `encrypted` a second time", "said-twice.yaml:6:45 under another name"),
    ],
    "unknown-words.yaml": [
        T("AM124", "4:13", "unknown kind `lmm`", "did you mean llm?"),
        T("AM124", "5:13", "`model` is a group, not a kind", "one of edge_model, embedding_model"),
        T("AM127", "6:3", "unknown zone `cor`", "zones: default"),
        T("AM127", "6:3", "unknown stage `deploiment`", "did you mean deployment?"),
        T("AM125", "6:28", "`exposure` is publik", "did you mean public?"),
        T("AM124", "8:28", "unknown flow kind `invoke`", "did you mean invokes?"),
        T("AM127", "10:3", "no profile `outsider`", "did you mean insider?"),
        T("AM127", "11:3", "no profile `insidr`", "did you mean insider?"),
        T("AM127", "11:3", "no fact `cap.promt`", "did you mean cap.prompt"),
        T("AM127", "11:3", "no fact `out.evasin`", "did you mean out.evasion"),
        T("AM121", "11:31", "`y.skill` is expertt", "did you mean expert?"),
    ],
    "same-id-but-for-case.yaml": [
        T("AM123", "5:3", "`lake` and `Lake` differ in case only", "first at same-id-but-for-case.yaml:4:3"),
    ],
    "ids-that-are-none.yaml": [
        T("AM122", "4:3", "`` cannot be an id", "other names go into `title`"),
        T("AM122", "5:3", r"`p\u0430y` cannot be an id", "ASCII letters"),
        T("AM122", "6:3", r"`pay\u200broll` cannot be an id", "ASCII letters"),
        T("AM122", "7:3", r"`pay\u202eroll` cannot be an id", "ASCII letters"),
        T("AM122", "8:3", "`../../etc/passwd` cannot be an id", "ASCII letters"),
        T("AM122", "9:3", "`two words` cannot be an id", "ASCII letters"),
        T("AM122", "10:3", "`-dash` cannot be an id", "first a letter or digit"),
        T("AM122", "11:3", "is too long for an id", "at most 128 characters"),
        T("AM122", "12:3", "`Adversary` is a reserved word"),
    ],
    "flow-to-nowhere.yaml": [
        T("AM127", "6:5", "there is no component `scoring-appi`", "did you mean scoring-api?"),
        T("AM119", "7:5", "a flow needs `to`"),
        T("AM127", "7:5", "there is no component `nowhere`"),
        T("AM121", "8:5", "`flows[2]` should be a mapping"),
        T("AM119", "9:5", "a flow needs `from`"),
        T("AM118", "9:23", "unknown key `frm` on a flow", "did you mean from?"),
        T("AM121", "9:37", "`kind` should be a text", 'put it in quotes: kind: "3"'),
    ],
    "zone-cycle.yaml": [
        T("AM126", "4:3", "zones contain each other: a > b > c > a"),
        T("AM126", "8:3", "zones contain each other: e > e"),
        T("AM127", "9:3", "there is no zone `g`"),
    ],
    "references-to-nowhere.yaml": [
        T("AM127", "6:3", "`a` has no zone", "zones: core"),
        T("AM127", "7:3", "`b` stands in an unknown zone `cor`", "did you mean core?"),
        T("AM127", "7:3", "there is no asset `gld`", "did you mean gold?"),
        T("AM127", "11:5", "there is no component `bb`", "did you mean b?"),
        T("AM128", "13:3", "profile insider and needs `at`", "eligible here: a, b"),
        T("AM127", "14:3", "there is no component `c`"),
        T("AM127", "14:3", "there is no component `d`"),
    ],
    "sections-of-the-wrong-shape.yaml": [
        T("AM121", "3:8", "`zones` should be a mapping from id to entry"),
        T("AM121", "4:13", "`components` should be a mapping from id to entry"),
        T("AM121", "5:8", "`flows` should be a list"),
        T("AM121", "6:11", "`controls` should be a list"),
        T("AM121", "7:9", "`assets` should be a mapping from id to entry"),
        T("AM121", "8:15", "`organisation` should be a file name or a mapping"),
        T("AM121", "9:10", "`include` is a list of file names"),
    ],
    "entries-of-the-wrong-shape.yaml": [
        T("AM121", "4:6", "`components.a` should be a mapping"),
        T("AM121", "5:5", "`components.b` should be a mapping"),
        T("AM121", "6:6", "`components.c` should be a mapping"),
        T("AM121", "8:12", "`zones.default` should be a mapping"),
        T("AM121", "9:12", "`controls[0]` should be a mapping"),
        T("AM121", "10:10", "`accept[0]` should be a mapping"),
    ],
    "head.yaml": [
        T("AM119", "1:13", "format version 2 is not known", "this release reads version 1"),
        T("AM121", "2:6", "`name` should be a text", NO_HINT),
        T("AM121", "3:10", "`version` should be a text", 'put it in quotes: version: "1.10"'),
        T("AM121", "4:8", "`owner` should be a text", NO_HINT),
        T("AM121", "5:8", "`as_of` is 30.11.2026", "write a date such as 2026-11-30"),
    ],
    "head-is-missing.yaml": [T("AM119", "1:1", "`atlasmodel: 1` is missing"), T("AM119", "1:1", "`name` is missing")],
    "version-is-a-number.json": [
        T("AM119", "1:16", "format version true is not known"),
        T("AM121", "1:46", "`version` should be a text", 'put it in quotes: version: "2026.10"'),
        T("AM121", "1:64", "`as_of` is 2026-02-30", "write a date"),
    ],
    "acceptance.yaml": [
        T("AM121", "4:5", "`reason` is missing in accept[0]"),
        T("AM121", "5:49", "`accept[1].until`: should be a date such as 2026-11-30"),
        T("AM121", "6:31", "`accept[2].reason`: should have at least 3 characters"),
    ],
    "compressed.yaml.gz": [T("AM113", "1:1", "compressed input is not supported", "unpack it first")],
    "compressed.zip": [T("AM113", "1:1", "compressed input is not supported", "unpack it first")],
    "unclosed.yaml": [T("AM111", "4:1", "did not find expected ',' or '}'", "starts at line 3, column 13")],
    "unclosed.json": [T("AM111", "3:1", "unexpected end of stream", "starts at line 2, column 10")],
    "colon-in-text.yaml": [T("AM111", "3:17", "mapping values are not allowed", "written in quotes")],
    "key-is-a-list.yaml": [T("AM117", "3:3", "a key must be a text")],
    "yaml-2.yaml": [T("AM111", "1:1", "incompatible YAML document")],
    "many-mistakes.yaml": [
        T("AM121", "3:10", "`version` should be a text", 'version: "1.10"'),
        T("AM118", "4:1", "unknown key `zonee`", "did you mean zones"),
        T("AM118", "6:1", "the key `owner` stands twice", "first at many-mistakes.yaml:5:1"),
        T("AM127", "8:3", "there is no zone `cor`", "did you mean core?"),
        T("AM118", "10:40", "unknown key `data_clas`", "did you mean data_class?"),
        T("AM125", "10:74", "`writable_by` is everybody"),
        T("AM124", "11:15", "unknown kind `lmm`", "did you mean llm?"),
        T("AM122", "12:3", "`two words` cannot be an id"),
        T("AM124", "15:39", "unknown flow kind `data_flw`", "did you mean data_flow?"),
        T("AM127", "16:5", "there is no component `boot`", "did you mean bot?"),
        T("AM127", "18:5", "there is no component `lakee`", "did you mean lake?"),
        T("AM121", "18:52", "`controls[0].coverage`: should be less than or equal to 1"),
        T("AM127", "20:3", "no component `looke`", "did you mean lake?"),
        T("AM127", "20:3", "there is no fact `out.evasin`", "did you mean out.evasion"),
        T("AM120", "20:42", "`1e999` is not a finite number"),
        T("AM121", "20:56", "`x.skill` is god", "one of novice, intermediate, advanced, expert"),
        T("AM121", "22:5", "`reason` is missing in accept[0]"),
    ],
    "includes/traversal.yaml": [T("AM132", "5:10", "../../etc/passwd leaves the folder", "stay under includes/")],
    "includes/absolute.yaml": [T("AM132", "5:10", "/etc/passwd leaves the folder", "stay under includes/")],
    "includes/url.yaml": [T("AM132", "5:10", "https://example.org/x.yaml is a URL", "local files only")],
    "includes/itself.yaml": [T("AM132", "5:10", "itself.yaml > itself.yaml")],
    "includes/cycle.yaml": [
        T("AM132", "includes/cycle-b.yaml:1:11", "cycle.yaml includes itself: cycle.yaml > cycle-b.yaml > cycle.yaml"),
    ],
    "includes/twice.yaml": [T("AM132", "5:22", "./part.yaml is included twice")],
    "includes/missing.yaml": [T("AM110", "5:11", "cannot read includes/nowhere.yaml: No such file")],
    "includes/folder.yaml": [T("AM110", "5:10", "includes/parts: it is a folder", "name the file inside it")],
    "includes/not-a-name.yaml": [
        T("AM121", "5:11", "`include` is a list of file names"),
        T("AM121", "5:14", "`include` is a list of file names"),
    ],
    "includes/broken.yaml": [
        T("AM111", "includes/broken-part.yaml:1:18", "did not find expected node content"),
        T("AM112", "includes/empty-part.yaml:1:1", "empty document", NO_HINT),
    ],
    "includes/chain.yaml": [T("AM132", "includes/chain-part.yaml:1:10", "../outside.yaml leaves the folder")],
    "includes/clash.yaml": [
        T("AM123", "includes/clash-part.yaml:1:1", "`name` stands in two files", "first at includes/clash.yaml:2:1"),
        T("AM123", "includes/clash-part.yaml:4:3", "`Bot` and `bot` differ in case only", "includes/clash.yaml:4:3"),
        T("AM123", "includes/clash-part.yaml:5:3", "`bot` stands in components twice", "includes/clash.yaml:4:3"),
    ],
}  # fmt: skip
# The same mistakes as in YAML, each on lines of its own.
MANY_IN_JSON = {
    "4:14": "AM121", "5:3": "AM118", "7:3": "AM118", "9:5": "AM127", "18:7": "AM118", "19:22": "AM125",
    "22:15": "AM124", "25:5": "AM122", "39:15": "AM124", "41:5": "AM127", "48:5": "AM127", "54:19": "AM121", "58:5": "AM127",
    "60:25": "AM120", "61:16": "AM121", "69:5": "AM121",
}  # fmt: skip
READABLE = (
    "hidden-in-titles.yaml",
    "no-components.yaml",
    "windows-line-ends.yaml",
    "byte-order-mark.yaml",
    "odd-name.yaml",
)
PARTS = (
    "cycle-b.yaml",
    "part.yaml",
    "empty.yaml",
    "broken-part.yaml",
    "empty-part.yaml",
    "clash-part.yaml",
    "chain-part.yaml",
)


@pytest.fixture(autouse=True)
def in_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in the folder of the files, so that spans are short."""
    builtin_vocabulary()
    monkeypatch.chdir(HOSTILE)


def problems_of(path: Path | str, max_bytes: int = 1_000_000) -> tuple[Problem, ...]:
    """Return the mistakes of a file, found in no longer than anybody would wait; a busy machine does not count."""
    started = time.process_time()
    with pytest.raises(InputError) as caught:
        read_pipeline(path, max_bytes=max_bytes)
    assert time.process_time() - started < SECONDS
    return caught.value.problems


def only(path: Path | str, max_bytes: int = 1_000_000) -> Problem:
    (problem,) = problems_of(path, max_bytes)
    return problem


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_mistake_is_told_where_it_stands(name: str) -> None:
    found = problems_of(name)
    expected = EXPECTED[name]
    shown = "\n".join(map(str, found))
    assert [problem.code for problem in found] == [told.code for told in expected], shown
    for problem, told in zip(found, expected, strict=True):
        assert str(problem.span) == (told.place if ".yaml" in told.place else f"{name}:{told.place}"), shown
        assert told.words in problem.message
        if told.hint is not None:
            assert (told.hint in (problem.hint or "")) if told.hint else problem.hint is None
        assert "\n" not in problem.message


def test_every_file_is_expected_somewhere() -> None:
    files = {path.relative_to(HOSTILE).as_posix() for path in HOSTILE.rglob("*") if path.is_file()}
    named = {*EXPECTED, *READABLE, "many-mistakes.json", ".gitattributes"}
    assert {name for name in files - named if Path(name).name not in PARTS} == set()


def test_json_is_told_as_yaml_is() -> None:
    found = problems_of("many-mistakes.json")
    assert {str(problem.span).split(":", 1)[1]: problem.code for problem in found} == MANY_IN_JSON
    yaml_, json_ = ([problem.message for problem in problems_of(f"many-mistakes.{end}")] for end in ("yaml", "json"))
    assert yaml_ == json_


def test_nothing_is_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    problems_of(HOSTILE / "python-tag.yaml")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", READABLE)
def test_odd_but_sound(name: str) -> None:
    pipeline = read_pipeline(name)
    assert pipeline.name


def test_hidden_characters_are_a_warning() -> None:
    warnings = list(implausible(read_pipeline("hidden-in-titles.yaml"), builtin_vocabulary()))
    assert [warning.code for warning in warnings] == ["AM130", "AM130"]
    assert [str(warning.span) for warning in warnings] == ["hidden-in-titles.yaml:4:3"] * 2


def test_an_odd_name_stays_as_it_is() -> None:
    assert read_pipeline("odd-name.yaml").name == "../../CON " + "x" * 300


DEEP: dict[str, tuple[str, str]] = {
    "brackets.yaml": ("[" * 100_000, "1:65"),
    "brackets.json": ('{"a": ' + "[" * 100_000, "1:70"),
    "braces.json": ('{"a":' * 100_000, "1:321"),
    "dashes.yaml": ("- " * 100_000, "1:129"),
}


@pytest.mark.parametrize("name", sorted(DEEP))
def test_depth_is_bounded(tmp_path: Path, name: str) -> None:
    text, place = DEEP[name]
    (tmp_path / name).write_text(text)
    problem = only(tmp_path / name)
    assert (problem.code, problem.message) == ("AM116", "nesting deeper than 64")
    assert str(problem.span).endswith(place)


def test_the_number_of_values_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("_yaml", "_assembler"):
        monkeypatch.setattr(f"atlasmodel.{module}.MAX_NODES", 1000)
    (tmp_path / "many.yaml").write_text(f"a: [{'1,' * 2000}]")
    assert only(tmp_path / "many.yaml").message == "more than 1000 values"


def test_size_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"#" * 5000)
    problem = only(path, max_bytes=4999)
    assert problem.code == "AM110"
    assert problem.message.endswith("is larger than 4999 bytes")
    assert "--max-bytes" in str(problem.hint)
    path.touch()
    os.truncate(path, 1 << 40)  # a file with holes: nothing of it is read
    assert only(path).code == "AM110"


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def loop(folder: Path) -> Path:
    (folder / "loop").symlink_to(folder / "loop")
    return folder / "loop"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda folder: folder, "it is a folder"),
        (pipe, "it is not a regular file"),
        (lambda _: Path("/dev/zero"), "it is not a regular file"),
        (lambda folder: folder / "missing.yaml", "No such file"),
        (loop, "Too many levels of symbolic links"),
        (lambda folder: folder / ("x" * 5000), "File name too long"),
        (lambda folder: folder / "a\0b", "null"),
        (lambda folder: folder / "file" / "below", "Not a directory"),
    ],
    ids=["folder", "pipe", "device", "missing", "loop", "long", "nul", "below-a-file"],
)
def test_only_regular_files_are_read(tmp_path: Path, make: Callable[[Path], Path], reason: str) -> None:
    (tmp_path / "file").touch()
    problem = only(make(tmp_path))
    assert problem.code == "AM110"
    assert reason in problem.message


def test_an_include_through_a_link_out_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text("components: {}")
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "dir").symlink_to(tmp_path)
    (folder / "main.yaml").write_text("atlasmodel: 1\nname: x\ninclude: [link.yaml, dir/secret.yaml]\n")
    found = problems_of(folder / "main.yaml")
    assert [problem.code for problem in found] == ["AM132", "AM132"]


FLOODS = {
    "keys": "\n".join(f"compon{number}: 1" for number in range(20_000)),
    "twins": "\n".join("a: 1" for _ in range(20_000)),
    "attributes": "atlasmodel: 1\nname: x\ncomponents: {a: {kind: llm, "
    + ", ".join(f"expos{number}: 1" for number in range(20_000))
    + "}}",
    "references": "atlasmodel: 1\nname: x\ncomponents: {a: {kind: llm, holds: ["
    + ", ".join(f"a{number}" for number in range(20_000))
    + "]}}",
    "includes": f"atlasmodel: 1\nname: x\ninclude: [{'x.yaml,' * 20_000}]",
}


@pytest.mark.parametrize("name", sorted(FLOODS))
def test_a_flood_of_mistakes_is_cut(tmp_path: Path, name: str) -> None:
    (tmp_path / "flood.yaml").write_text(FLOODS[name])
    found = problems_of(tmp_path / "flood.yaml")
    assert len(found) == MAX_PROBLEMS + 1
    assert found[-1].code == "AM131"


def test_long_words_are_cut_in_messages(tmp_path: Path) -> None:
    long = "k" * 100_000
    text = f'atlasmodel: 1\nname: x\ncomponents: {{? "{long}" : {{kind: llm}}, a: {{kind: "{long}", ? "{long}" : 1}}}}'
    (tmp_path / "long.yaml").write_text(text)
    assert all(len(str(problem)) < 400 for problem in problems_of(tmp_path / "long.yaml"))


def test_a_deep_line_of_zones_is_refused_quickly(tmp_path: Path) -> None:
    zones = "".join(f"  z{number}: {{trust: 1, parent: z{number + 1}}}\n" for number in range(5000))
    (tmp_path / "deep.yaml").write_text(f"atlasmodel: 1\nname: x\nzones:\n{zones}")
    assert only(tmp_path / "deep.yaml").message == "zones contain each other more than 64 deep"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("billion-laughs.yaml", "billion-laughs.yaml:1:4: AM115"),
        ("many-mistakes.json", "many-mistakes.json:69:5: AM121"),
        ("[", "1:65: AM116"),
        ("/dev/zero", "/dev/zero: it is not a regular file"),
    ],
)
def test_the_command_line_leaves_with_3(tmp_path: Path, name: str, place: str) -> None:
    if name == "[":
        name = str(tmp_path / "deep.json")
        Path(name).write_text("[" * 100_000)
    done = run("check", name)
    assert done.returncode == 3, done.stderr
    assert place in done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr


def test_nothing_to_assess_is_4() -> None:
    done = run("assess", "no-components.yaml")
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a small memory and a short time."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))

    # One thread: numpy's libraries reserve memory for each.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-m", "atlasmodel", *arguments],
        capture_output=True, text=True, timeout=20, check=False,
        preexec_fn=limit, env=environment, stdin=subprocess.DEVNULL,
    )  # fmt: skip
