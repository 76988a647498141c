"""The few words of DOT that the drawings use. Node names are made up; everything a user wrote is a label."""

from __future__ import annotations

from collections.abc import Iterable

from atlasmodel._text import dot_html, wrap

FONT = "Arial"  # what Liberation Sans and Helvetica measure alike
INK, MUTED = "#1a1a1a", "#555555"


def attributes(**pairs: str | float) -> str:
    """Return an attribute list; a value that begins with `<` or a quote is taken as it stands.

    >>> attributes(shape="box", label='"x"')
    '[shape="box", label="x"]'
    """
    shown = (f"{name}={value}" if str(value)[:1] in '<"' else f'{name}="{value}"' for name, value in pairs.items())
    return f"[{', '.join(shown)}]"


def text(words: str, *, size: float | None = None, bold: bool = False, colour: str | None = None) -> str:
    """Return words as a piece of an HTML-like label."""
    shown = dot_html(words)
    if bold:
        shown = f"<B>{shown}</B>"
    style = "".join(
        f' {name}="{value}"' for name, value in (("POINT-SIZE", size), ("COLOR", colour)) if value is not None
    )
    return f"<FONT{style}>{shown}</FONT>" if style else shown


def lines(
    words: str,
    width: int,
    most: int | None = None,
    *,
    left: bool = False,
    size: float | None = None,
    bold: bool = False,
    colour: str | None = None,
) -> str:
    """Return words broken into lines as a piece of an HTML-like label."""
    end = '<BR ALIGN="LEFT"/>' if left else "<BR/>"
    return end.join(text(line, size=size, bold=bold, colour=colour) for line in wrap(words, width, most))


def badge(words: str) -> str:
    """Return a small dark cell that stands out in black and white as well."""
    return cell(text(words, bold=True, colour="white"), bgcolor=INK, border=0)


def cell(content: str, **pairs: str | float) -> str:
    """Return a table cell."""
    style = "".join(f' {name.upper()}="{value}"' for name, value in pairs.items())
    return f"<TD{style}>{content}</TD>"


def table(rows: Iterable[str], **pairs: str | float) -> str:
    """Return an HTML-like label that is a table; each row is its cells."""
    style = "".join(f' {name.upper()}="{value}"' for name, value in pairs.items())
    return f"<<TABLE{style}>{''.join(f'<TR>{row}</TR>' for row in rows)}</TABLE>>"
