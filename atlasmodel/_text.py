"""Every escape in one place: what a user wrote arrives as text, whatever it is shown in. HTML is jinja2's autoescape.

Each function first makes characters visible that are not: control characters, direction marks, zero-width characters.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from html import escape

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_COMMAND = re.compile(r"^(\s*):(?=:)", re.MULTILINE)  # a line a CI log would take as an order
_MARKDOWN = re.compile(r"([\\`*_\[\]#|~$]|^[-+=](?=\s|[-+=])|(?<=^\d)[.)])")
_MERMAID_SAFE = frozenset(" .,-_/()")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
            "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip


def visible(text: str) -> str:
    r"""Return the text with characters that cannot be seen spelled out; line breaks and tabs stay.

    >>> visible("pay\u202eroll\x1b[0m")
    'pay\\u202Eroll\\u001B[0m'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spelled(letter) for letter in text)


def terminal(text: str) -> str:
    r"""Return the text for a terminal or a CI log: nothing moves the cursor, no line gives an order.

    >>> terminal("::add-mask::secret")
    '\\u003A:add-mask::secret'
    """
    return _COMMAND.sub(r"\1\\u003A", visible(text)).replace("##[", "\\u0023#[")


def dot_label(text: str) -> str:
    r"""Return the text as a quoted DOT string in which nothing has a meaning: no escapes, no HTML.

    >>> print(dot_label('<b>\\N "x"'))
    "<b>\\N \"x\""
    """
    literal = visible(text).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + literal.replace("&", "&amp;").replace("\t", " ").replace("\n", "\\n") + '"'


def dot_html(text: str) -> str:
    """Return the text for the inside of an HTML-like DOT label.

    >>> dot_html("<b>&")
    '&lt;b&gt;&amp;'
    """
    return escape(visible(text)).replace("\t", " ").replace("\n", "<BR/>")


def mermaid_label(text: str) -> str:
    """Return the text for a quoted Mermaid label: all but letters, digits and harmless marks become entities.

    >>> mermaid_label('a"]; click x')
    'a#34;#93;#59; click x'
    """
    flat = " ".join(visible(text).split())
    return "".join(letter if letter.isalnum() or letter in _MERMAID_SAFE else f"#{ord(letter)};" for letter in flat)


def markdown_text(text: str) -> str:
    r"""Return the text for a line or table cell of Markdown: no markup, no HTML, no link, nobody is called by name.

    >>> markdown_text("<b>|x|\n@team")
    '&lt;b&gt;\\|x\\| @\u2060team'
    """
    flat = " ".join(visible(text).split())
    plain = _MARKDOWN.sub(r"\\\1", flat).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Names are called and addresses linked in the finished page, so only a character in between keeps them text.
    return re.sub(r"@(?=\w)", "@\u2060", re.sub(r"(?i)\b(https?:|www\.)", "\\1\u2060", plain))


def csv_cell(value: object) -> str:
    """Return a value for a CSV cell; text that a spreadsheet would take as a formula gets an apostrophe in front.

    >>> csv_cell("=1+1"), csv_cell(-0.5), csv_cell(None)
    ("'=1+1", '-0.5', '')
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    shown = visible(value)
    return f"'{shown}" if value.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA) else shown


def wrap(text: str, width: int, lines: int | None = None) -> list[str]:
    """Return the text in lines of at most `width` characters, at most `lines` of them, a cut marked.

    >>> wrap("Somebody changes the training data", 14, 2)
    ['Somebody', 'changes the…']
    """
    flat = " ".join(visible(text).split())
    return textwrap.wrap(flat, width, max_lines=lines, placeholder="…", break_on_hyphens=True) or [""]


def _spelled(letter: str) -> str:
    noncharacter = ord(letter) & 0xFFFE == 0xFFFE  # XML forbids them
    if letter in "\n\t" or not (noncharacter or unicodedata.category(letter) in _HIDDEN):
        return letter
    return f"\\u{ord(letter):04X}" if ord(letter) <= 0xFFFF else f"\\U{ord(letter):08X}"
