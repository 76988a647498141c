"""Turn the Markdown and HTML of published descriptions into plain text, and collect the footnotes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from atlasmodel.catalog.records import Reference

_NOTE = re.compile(r'^\[([^\]\s]+)\]:[ \t]*(\S+)(?:[ \t]+"(.*)")?[ \t]*$', re.MULTILINE)
_MARK = re.compile(
    r"\[\[[a-z][a-z0-9-]{0,99}\]\]|\[\^[^\]]{0,99}\]|\[(?:<sup>)?\\\[[^\]]{0,9}\\\](?:</sup>)?\]\[[^\]]{0,99}\]"
)
_LINK = re.compile(r"\[([^\[\]]*+)\]\(\s*+([^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)*+)[^()]*+\)")
_LOOKS = re.compile(r"</?(?:span|div|sup|sub|br|p|b|i|em|strong|u)\b[^<>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Prose:
    """Hold a plain text, the footnotes that stood in it, and how much was rewritten: links of the site, HTML tags."""

    text: str
    notes: tuple[Reference, ...]
    site_links: int
    tags: int


def plain(markdown: str) -> Prose:
    """Return the text without links, marks of footnotes and tags that only change the looks.

    Other angle brackets stay: some descriptions quote an attack, and whoever shows a text escapes it.

    >>> plain("Uses [Impact](/tactics/AML.TA0011).[[one]]<br>").text
    'Uses Impact.'
    """
    if not any(mark in markdown for mark in "[<"):
        return Prose(markdown.strip(), (), 0, 0)
    notes = tuple(reference(found[3], found[2]) for found in _NOTE.finditer(markdown))
    text = _MARK.sub("", _NOTE.sub("", markdown))
    site_links = sum(found[2].startswith("/") for found in _LINK.finditer(text))
    text, tags = _LOOKS.subn("", _LINK.sub(r"\1", text))
    return Prose(text.strip(), notes, site_links, tags)


def reference(title: str | None, url: str) -> Reference:
    """Return a reference; one without a title is named after its host.

    >>> reference("", "https://example.org/a").title
    'example.org'
    """
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    return Reference((title or "").strip() or host or url, url)
