"""Reading YAML and JSON: values, places, bounds; the same from libyaml and from the parser in Python."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import FAST, texts

from atlasmodel import _json
from atlasmodel._assembler import MAX_DEPTH
from atlasmodel._decoding import BAD_TEXT
from atlasmodel._yaml import Document, PathKey, dump, parse, read
from atlasmodel.errors import InputError, Problem

HOSTILE = Path(__file__).parent / "hostile"
EXAMPLES = Path(__file__).parents[1] / "examples"

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**16), 10**16)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
# A key of more than 1,024 letters is no simple key of YAML; ids have at most 128.
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


MANY = settings(FAST, max_examples=200)


def walk(data: Any, path: PathKey = ()) -> Iterator[tuple[PathKey, Any]]:
    """Yield every (path, value) of plain data, parents first."""
    yield path, data
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from walk(value, (*path, key))


def load(text: str) -> Any:
    return parse(text.encode(), "t").data


def problems_of(text: str | bytes, name: str = "t", **how: Any) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        parse(text if isinstance(text, bytes) else text.encode(), name, **how)
    return caught.value.problems


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("off", "off"), ("y", "y"), ("n", "n"), ("Null", None), ("~", None),
        ("", None), ("true", True), ("TRUE", True), ("tRue", "tRue"), ("False", False), ("0", 0), ("-0", 0), ("+7", 7),
        ("0o17", 15), ("0x1F", 31), ("1_000", "1_000"), ("1:30", "1:30"), ("1e3", 1000.0), ("1.", 1.0), (".5", 0.5),
        ("-1.5E-2", -0.015), ("1.2.3", "1.2.3"), ("2026-11-30", "2026-11-30"), ("2026-11-30T10:00:00Z", "2026-11-30T10:00:00Z"),
        ("0b11", "0b11"), ("NaN", "NaN"), ("Infinity", "Infinity"), ("=", "="), ("<<", "<<"), ("1e", "1e"), ("-", None),
        ("'no'", "no"), ('"010"', "010"), ('"1e3"', "1e3"), ('""', ""), ("'it''s'", "it's"), (r'"\u00e9\x41\t\n"', "éA\t\n"),
        ("999999999999999999", 999999999999999999), ("é", "é"), ("a b", "a b"), ("a#b", "a#b"), ("a # b", "a"),
    ],
)  # fmt: skip
def test_scalars_of_yaml_1_2(written: str, value: Any) -> None:
    if written == "-":
        assert load("-") == [None]
        return
    found = load(f"k: {written}")["k"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("010", 'write 10 for the number or "010" for the text'),
        ("-07", 'write -7 for the number or "-07" for the text'),
        ("00", 'write 0 for the number or "00" for the text'),
        ("1000000000000000000", "at most 18"),
        ("0" * 5000 + "1", "at most 18"),
        (".inf", None),
        ("-.Inf", None),
        (".NaN", None),
        ("1e999", None),
        ("9" * 400 + ".5", None),
    ],
)
def test_numbers_that_are_refused(written: str, hint: str | None) -> None:
    (problem,) = problems_of(f"k: {written}")
    assert (problem.code, problem.hint, str(problem.span)) == ("AM120", hint, "t:1:4")


def test_block_scalars() -> None:
    assert load("a: |\n  x\n  y\nb: >\n  x\n  y\n") == {"a": "x\ny\n", "b": "x y\n"}


def test_keys_are_texts_as_they_are_written() -> None:
    assert load("1: a\ntrue: b\n~: c\n2026-11-30: d\n'': e\n") == {
        "1": "a",
        "true": "b",
        "~": "c",
        "2026-11-30": "d",
        "": "e",
    }


def test_every_part_has_a_place() -> None:
    document = parse(b"a: 1\nb:\n  - x\n  - {c: 2, d: [3]}\n", "t.yaml")
    places = {path: str(document.span(*path)) for path, _ in walk(document.data)}
    assert places == {
        (): "t.yaml:1:1",
        ("a",): "t.yaml:1:4",
        ("b",): "t.yaml:3:3",
        ("b", 0): "t.yaml:3:5",
        ("b", 1): "t.yaml:4:5",
        ("b", 1, "c"): "t.yaml:4:9",
        ("b", 1, "d"): "t.yaml:4:15",
        ("b", 1, "d", 0): "t.yaml:4:16",
    }
    assert str(document.key_span("b", 1, "d")) == "t.yaml:4:12"
    assert str(document.key_span("b", 0)) == "t.yaml:3:5"
    assert str(document.span("b", 1, "missing", 7)) == "t.yaml:4:5"
    assert str(Document("x", {}, {}, {}).span("a")) == "x:1:1"


def test_a_document_remembers_how_numbers_were_written() -> None:
    document = parse(b'a: 1.10\nb: "1.10"\nc: [0x1F, yes, True, ~]\nd:\n', "t")
    assert [document.text("a"), document.text("b"), document.text("d")] == ["1.10", None, None]
    assert [document.text("c", index) for index in range(4)] == ["0x1F", None, "True", "~"]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_and_mark_of_byte_order_change_nothing(mark: str, end: str) -> None:
    document = parse(f"{mark}a: 1{end}b: |{end}  x{end}  y{end}c: 3{end}".encode(), "t")
    assert document.data == {"a": 1, "b": "x\ny\n", "c": 3}
    assert [str(document.key_span(key)) for key in "abc"] == ["t:1:1", "t:2:1", "t:5:1"]


def test_surrogate_pairs_of_json_are_one_character() -> None:
    text = (
        r'{"a": "\ud83d\ude00 \\ud83d \\\ud83d\ude00", "b\uD83D\uDE00\ud83d\ude00": 1,'
        + "\n"
        + r'"c": ["\ud83d\ude00", 2]}'
    )
    document = parse(text.encode(), "t")
    assert document.data == json.loads(text)
    lines = text.split("\n")
    key = "b\U0001f600\U0001f600"
    expected = [lines[0].index('"b'), lines[0].rindex("1"), lines[1].index("2]")]
    found = [document.key_span(key), document.span(key), document.span("c", 1)]
    assert [span.column - 1 for span in found] == expected
    assert [span.line for span in found] == [1, 1, 2]


@pytest.mark.parametrize("half", [r"\ud800", r"\udc00", r"\ude00\ud83d", r"\ud83d\ud83d", r"\ud83dx"])
def test_half_a_pair_is_refused(half: str) -> None:
    assert problems_of(f'{{"a": "{half}"}}')[0].code == "AM113"


def test_text_with_a_lone_surrogate_is_refused() -> None:
    assert problems_of("a: \ud800".encode("utf-8", "surrogatepass"))[0].code == "AM113"


def test_a_tab_may_stand_where_parsers_agree() -> None:
    assert load('{"a":\t1,\n\t"b":\t[1,\t2]}') == {"a": 1, "b": [1, 2]}
    assert load("a: b\t# c") == {"a": "b"}


def test_a_mistake_in_json_with_tabs_is_no_tab_mistake() -> None:
    (problem,) = problems_of('{\n\t"a" 1\n}')
    assert "tab" not in problem.message


def test_every_second_key_is_named_with_both_places() -> None:
    found = problems_of("a: 1\nb: {c: 1, c: 2}\na: {c: 1, d: 1}\na: {c: 1}\n")
    assert [str(problem) for problem in found] == [
        "t:2:11: AM118 the key `c` stands twice (first at t:2:5)",
        "t:3:1: AM118 the key `a` stands twice (first at t:1:1)",
        "t:4:1: AM118 the key `a` stands twice (first at t:1:1)",
    ]


def test_small_mistakes_can_be_collected() -> None:
    document = parse(b"a: 1\na: 2\nb: 010\n", "t", collect=True)
    assert document.data == {"a": 1, "b": "010"}
    assert [problem.code for problem in document.problems] == ["AM118", "AM120"]


def test_the_starter_is_shown_where_nothing_stands() -> None:
    (problem,) = problems_of("# nothing", starter="a: 1")
    assert problem.hint == "a: 1"


def test_null_alone_is_a_value() -> None:
    assert load("null") is None


def test_depth_at_the_limit_is_read() -> None:
    assert load("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert problems_of("[" * (MAX_DEPTH + 1))[0].code == "AM116"


def test_a_file_is_named_as_asked(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\na: 1\n")
    with pytest.raises(InputError, match=r"^mine:2:1: AM118"):
        read(tmp_path / "a.yaml", name="mine")


@MANY
@given(documents)
@example({"/": "\u2028\u2029\ufeff", "\U0001f600": [" ", "\n", "\t", "\\ud83d", "\\"]})
@example("")
def test_json_is_read_as_json(data: Any) -> None:
    whole = [data]
    assert load(json.dumps(whole)) == whole
    assert load(json.dumps(whole, indent="\t")) == whole
    assert load(json.dumps(whole, indent=2).replace("\n", "\r\n").replace("/", "\\/")) == whole
    plain = json.dumps(whole, ensure_ascii=False)
    if not any(letter in plain for letter in "\u2028\u2029\ufeff"):
        assert load(plain) == whole


@MANY
@given(documents)
@example("\u2028 x")
@example({"no": "no", "~": "~", "1:30": ["010", "1e3", "- a", "a: b", " ", "\t", "#", "é", "\U0001f600"]})
def test_what_is_dumped_reads_back(data: Any) -> None:
    assert load(dump(data)) == data


def test_a_dump_is_readable() -> None:
    text = dump({"name": "Card fraud", "list": [{"a": "no", "b": 1}], "same": [[1]] * 2})
    assert text == "name: Card fraud\nlist:\n- a: 'no'\n  b: 1\nsame:\n- - 1\n- - 1\n"


pieces = st.sampled_from(
    ["a", "b", ": ", ":", "\n", "  ", "- ", "[", "]", "{", "}", ", ", '"', "'", "#", "|", ">", "?", "&x", "*x", "!t", "1", "0x1",
     "\t", "\\u00e9", "é", "%", "---\n", "...", "no", "~", "\U0001f600"]
)  # fmt: skip


@MANY
@given(st.lists(pieces, max_size=25).map("".join))
@example("a: b\n")
@example("- [a, {b: c}]\n")
def test_both_parsers_agree(text: str) -> None:
    fast, slow = outcome(text, yaml.CSafeLoader), outcome(text, yaml.SafeLoader)
    # The two differ in what they take for YAML, and in where nothing stands; a text that both read is the same data.
    if fast is not None and slow is not None:
        assert fast == slow


@MANY
@given(st.lists(pieces, max_size=25).map("".join) | st.text() | st.binary())
def test_nothing_but_our_own_error_escapes(text: str | bytes) -> None:
    content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    try:
        document = parse(content, "t")
    except InputError as error:
        assert all(problem.span for problem in error.problems)
    else:
        assert not any(isinstance(value, str) and BAD_TEXT.search(value) for _, value in walk(document.data))


@pytest.mark.parametrize("path", sorted(HOSTILE.glob("*.yaml")), ids=lambda path: path.name)
def test_hostile_files_fail_in_the_other_parser_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = codes(path.read_bytes())
    monkeypatch.setattr(yaml, "CSafeLoader", yaml.SafeLoader)
    assert set(codes(path.read_bytes())) == set(fast)


def codes(content: bytes) -> list[str]:
    try:
        parse(content, "t")
    except InputError as error:
        return [problem.code for problem in error.problems]
    return []


def outcome(text: str, loader: Any) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "CSafeLoader", loader)
        try:
            return [parse(text.encode(), "t").data]
        except InputError:
            return None


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.name)
def test_both_parsers_agree_on_places(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = read(path)
    monkeypatch.setattr(yaml, "CSafeLoader", yaml.SafeLoader)
    assert read(path) == fast


json_pieces = st.sampled_from(
    ["{", "}", "[", "]", ",", ":", '"a"', '"b"', '"\\n\\""', '"\\u0007"', '"\\ud83d"', '"\\/é"', "\n", " ", "\t", "1", "-0", "01",
     "1e5", "1E999", "9" * 18, "9" * 19, "null", "true", "NaN", "-Infinity", '"\\":', "#", f'"{"k" * 160}"', " " * 100]
)  # fmt: skip


def read_whole(text: str) -> Any:
    """Return all that is known of a text, or what is wrong with it."""
    try:
        found = parse(text.encode(), "t", collect=True)
    except InputError as error:
        return error.problems
    return found.data, dict(found.spans), dict(found.keys), dict(found.written), found.problems


@MANY
@given(
    st.builds(
        lambda data, how: json.dumps([data], **how),
        documents,
        st.sampled_from([{}, {"indent": 1}, {"ensure_ascii": False}]),
    )
    | st.lists(json_pieces, max_size=25).map(lambda parts: "[" + "".join(parts) + "]")
    | st.recursive(
        json_pieces,
        lambda inner: st.lists(inner, max_size=4).map(lambda parts: "{" + ",".join(f'"a": {p}' for p in parts) + "}"),
    )
)
@example('{"a": 1, "b": {"a": [1.50, -0, null, {}]}, "c": "\\u00e9 \\" : "}\n')
@example('{"a" \n : 1}')
@example('{"a": 1, "a": [2]}')
@example('["\\ud83d\\ude00", 1]')
def test_json_and_yaml_see_the_same_in_a_text(text: str) -> None:
    found = read_whole(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_json, "read", lambda *_: None)
        assert read_whole(text) == found


def test_sound_json_is_not_read_as_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "parse", None)
    assert load('{"a" : ["\\u00e9", 1.5, null], "b":{}}') == {"a": ["é", 1.5, None], "b": {}}


def test_a_wide_gap_after_a_key_is_left_to_yaml_in_no_time() -> None:
    (problem,) = problems_of('{"a"' + " " * 200_000 + "\n: 1}")  # quadratic work would take minutes
    assert problem.code == "AM111"
    assert load('{"a"' + " " * 90 + ": 1}") == {"a": 1}
