"""Every escape, with the rows of the hostile list that it answers."""

import pytest

from atlasmodel._text import csv_cell, dot_html, dot_label, markdown_text, mermaid_label, terminal, visible, wrap

HOSTILE = [
    "</script><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "<b>x</b>",
    "\\N \\l \\",
    'a"b\nc',
    "javascript:alert(1)",
    "pay\u202eroll\u200b\x1b[31m\x00",
    "[/foo] [link](http://x)",
    '%%{init}%% click a "javascript:x"',
    "=cmd|' /C calc'!A0",
    "::add-mask::secret",
    "line one\n::error::two",
    "@team #12 ~x~ `code` | cell",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hidden_survives(text: str) -> None:
    for shown in (visible(text), terminal(text), dot_label(text), markdown_text(text), mermaid_label(text)):
        assert not any(letter in shown for letter in "\x00\x1b\u202e\u200b")


@pytest.mark.parametrize("letter", ["\x07", "\x85", "\u2028", "\ufeff", "\u2066", "\ud800", "\uffff", "\U000e0041"])
def test_letters_that_cannot_be_seen_are_spelled(letter: str) -> None:
    assert visible(f"a{letter}b") == f"a{visible(letter)}b"
    assert visible(letter).startswith("\\") and visible(letter).isascii()


def test_plain_text_of_any_script_stays() -> None:
    assert visible("Zahlung über 5 €, 支払い\n\tja") == "Zahlung über 5 €, 支払い\n\tja"


@pytest.mark.parametrize("text", ["::add-mask::x", "  ::error::x", "a\n::warning::x", "a\n\t::x"])
def test_no_line_gives_an_order_to_a_ci_log(text: str) -> None:
    assert not any(line.lstrip().startswith("::") for line in terminal(text).splitlines())


def test_old_style_orders_are_neutralised_too() -> None:
    assert "##[" not in terminal("x ##[add-mask]y")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_dot_label_is_one_closed_string(text: str) -> None:
    label = dot_label(text)
    assert label[0] == label[-1] == '"' and "\n" not in label
    inside = label[1:-1].replace("\\\\", "")
    assert '"' not in inside.replace('\\"', "")
    assert not inside.endswith("\\")


def test_a_dot_label_means_nothing() -> None:
    assert dot_label("<b>x</b>") == '"<b>x</b>"'  # quoted, so no HTML label
    assert dot_label("\\N") == '"\\\\N"'
    assert dot_label("&lt;") == '"&amp;lt;"'


@pytest.mark.parametrize("text", HOSTILE)
def test_html_like_labels_hold_no_tags(text: str) -> None:
    assert "<" not in dot_html(text).replace("<BR/>", "")
    assert '"' not in dot_html(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_mermaid_labels_hold_no_syntax(text: str) -> None:
    assert not set('"[]{}<>%|;`:\\\n') & set(mermaid_label(text).replace("#", "").replace(";", ""))


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_is_one_line_without_markup(text: str) -> None:
    shown = markdown_text(text)
    assert "\n" not in shown and "<" not in shown
    assert "|" not in shown.replace("\\|", "") and "`" not in shown.replace("\\`", "")
    assert "[" not in shown.replace("\\[", "")


@pytest.mark.parametrize("text", ["see https://example.org", "www.example.org", "@team"])
def test_markdown_links_nothing(text: str) -> None:
    assert "\u2060" in markdown_text(text)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\N{FULLWIDTH EQUALS SIGN}1"])
def test_formulas_are_text(text: str) -> None:
    assert csv_cell(text).startswith("'")


def test_figures_stay_figures() -> None:
    assert csv_cell(-1.5) == "-1.5"
    assert csv_cell(None) == ""


def test_wrap_breaks_long_words_and_marks_cuts() -> None:
    assert max(map(len, wrap("x" * 90, 20))) == 20
    assert wrap("one two three four", 9, 1) == ["one two…"]
    assert wrap("", 9) == [""]
