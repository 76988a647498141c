"""Identity: ids, slugs, digests and UUIDs."""

import math
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FAST, ids

from atlasmodel._ids import MAX_ID, atlas_uuid, canonical_json, digest, is_identifier, own_uuid, slug


@pytest.mark.parametrize("text", ["a", "card-events", "A.b_c-9", "0", "CON", "x" * MAX_ID])
def test_ids(text: str) -> None:
    assert is_identifier(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-a",
        ".a",
        "_a",
        "a b",
        "a/b",
        "a\n",
        "é",
        "a\u200b",
        "a@b",
        "a>b",
        "x" * (MAX_ID + 1),
        "\N{CYRILLIC SMALL LETTER A}",
    ],
)
def test_not_ids(text: str) -> None:
    assert not is_identifier(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("../../x", "x"),
        ("Card Fraud", "card-fraud"),
        ("CON", "con-"),
        ("nul.txt", "nul-txt"),
        ("com1", "com1-"),
        ("a\0b", "a-b"),
        ("/etc/passwd", "etc-passwd"),
        ("日本", "unnamed"),
        ("", "unnamed"),
        ("x" * 300, "x" * 80),
    ],
)
def test_slug(text: str, expected: str) -> None:
    assert slug(text) == expected


@FAST
@given(st.text())
def test_a_slug_is_a_safe_part_of_a_file_name(text: str) -> None:
    part = slug(text)
    assert is_identifier(part)
    assert len(part) <= 81
    assert slug(part) == part


@FAST
@given(ids)
def test_drawn_ids_are_ids(text: str) -> None:
    assert is_identifier(text)


def test_canonical_json() -> None:
    assert canonical_json({"b": [1, True], "a": "é"}) == '{"a":"é","b":[1,true]}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json(math.nan)


def test_digest_of_parts_is_the_digest_of_the_whole() -> None:
    assert digest([b"ab", b"c"]) == digest(b"abc")
    assert digest(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_uuids_are_the_same_on_every_run() -> None:
    assert str(atlas_uuid("AML.T0051")) == "6ff098e9-2864-579e-bebb-a0f1c92ec772"
    assert own_uuid("finding", "x") == own_uuid("finding", "x") != own_uuid("goal", "x")
    assert own_uuid("a", "b").variant == uuid.RFC_4122
