"""Descriptions as plain text."""

import time

import pytest

from atlasmodel.catalog.prose import plain, reference
from atlasmodel.catalog.records import Reference


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Plain words.\n", "Plain words."),
        ("See [Impact](/tactics/AML.TA0011) here.", "See Impact here."),
        ("See [a page]( https://en.wikipedia.org/wiki/A_(b) ).", "See a page."),
        ("Said so.[[note-one]]", "Said so."),
        ("Said so.[^1^]", "Said so."),
        (r"Said so[<sup>\[1\]</sup>][1][<sup>\[2\]</sup>][2].", "Said so."),
        ('<div style="a: b">x<br />y</div>', "xy"),
        ("<profile_name> and <img src=x> are quoted", "<profile_name> and <img src=x> are quoted"),
        ("a list [1, 2] stays", "a list [1, 2] stays"),
    ],
)
def test_plain(markdown: str, text: str) -> None:
    assert plain(markdown).text == text


def test_footnotes_and_counts() -> None:
    prose = plain(
        'Text [x](/techniques/AML.T0051)<br>.\n\n[1]: https://example.org/a "A title"\n[2]: https://example.org/b'
    )
    assert prose.text == "Text x."
    assert prose.notes == (
        Reference("A title", "https://example.org/a"),
        Reference("example.org", "https://example.org/b"),
    )
    assert (prose.site_links, prose.tags) == (1, 1)


@pytest.mark.parametrize("mark", ["[", "[[", "[[a", "[a](", "<div", "[^", r"[\[", "[1]: "])
def test_hostile_marks_take_no_time(mark: str) -> None:
    start = time.perf_counter()
    plain(mark * 20_000)
    plain(mark + "x " * 20_000)
    plain("[a](" + mark + "x" * 40_000)
    assert time.perf_counter() - start < 1  # 0.02 s on a laptop; quadratic would be minutes


@pytest.mark.parametrize(
    ("url", "title"), [("https://example.org/", "example.org"), ("http://[x", "http://[x"), ("", "")]
)
def test_reference_without_a_title(url: str, title: str) -> None:
    assert reference(None, url).title == title
