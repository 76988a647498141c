"""The bytes of a file -> text, free of what no text holds; what is wrong is said where it stands."""

from __future__ import annotations

import re
from dataclasses import replace

from atlasmodel.errors import InputError, Problem, Span

BAD_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff]")
# As they stand, YAML 1.1 ends a line at the first two and YAML 1.2 does not; the third is the mark of byte order.
_RAW_BAD_TEXT = re.compile(BAD_TEXT.pattern[:-1] + r"\u2028\u2029\ufeff]")
_PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


def decode(content: bytes, name: str) -> str:
    """Return the text of a file; raise InputError for what is no UTF-8 or holds characters that no text does."""
    start = Span(name, 1, 1)
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        raise InputError(Problem("AM113", "the file is UTF-16 or UTF-32", start, "save it as UTF-8"))
    if content.startswith(_PACKED):
        raise InputError(Problem("AM113", "compressed input is not supported", start, "unpack it first"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise InputError(
            Problem("AM113", "the file is not valid UTF-8", Span(name, line, column), "save it as UTF-8")
        ) from None
    # YAML ends a document at NUL and libyaml refuses controls without a good place: say it ourselves.
    text = text.replace("\r\n", "\n")
    bad = _RAW_BAD_TEXT.search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - text.rfind("\n", 0, bad.start())
        hint = {"\r": "end lines with LF or CR LF", "\0": "is the file UTF-16? save it as UTF-8"}.get(bad.group())
        problem = bad_character(bad.group(), Span(name, line, column))
        raise InputError(replace(problem, hint=problem.hint or hint))
    return text


def bad_character(letter: str, span: Span) -> Problem:
    """Return what is wrong with a character, in words for what it is."""
    code = f"U+{ord(letter):04X}"
    if "\ud800" <= letter <= "\udfff":
        return Problem("AM113", f"{code} is half of a surrogate pair, which is no character", span)
    if letter in "\u2028\u2029\ufeff":
        escape = f'write it as "\\u{ord(letter):04X}" in a quoted text, or leave it out'
        return Problem("AM113", f"the invisible character {code} is not allowed as it is", span, escape)
    return Problem("AM113", f"control character {code} is not allowed", span)
