"""What stands inside the page: style, scripts, drawings, and the policy that allows these and nothing else."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from atlasmodel._text import visible

if TYPE_CHECKING:
    from markupsafe import Markup

STYLES = ("report.css", "graph.css", "print.css")
SCRIPTS = ("graph.js", "findings.js")
GRAPH_LIBRARY = "cytoscape.min.js"


def style(*, paper: bool = False) -> str:
    """Return the style of the page as one text."""
    return "".join(template(name) for name in (*STYLES, *(["paper.css"] if paper else [])))


def scripts() -> tuple[str, ...]:
    """Return the scripts of the page: the graph library, then our own.

    The library holds one character that cannot be seen, in a text; it is spelled out, so that the page holds none.
    """
    library = files("atlasmodel.export.html").joinpath("vendor", GRAPH_LIBRARY).read_text(encoding="utf-8")
    return (library.replace("\u200b", "\\u200b"), *(template(name) for name in SCRIPTS))


def policy(style: str, scripts: Iterable[str]) -> str:
    """Return a content security policy: just this style and these scripts, by digest; nothing is fetched."""
    ours = " ".join(_digest(text) for text in scripts)
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {ours}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def drawing(picture: str, label: str) -> Markup:
    """Return a drawing of Graphviz for use inside the page: it has escaped every text in it, and it holds no link."""
    from markupsafe import Markup, escape

    body = picture.partition("<svg ")[2].strip()
    size = re.match(r'width="(\d+)pt" height="(\d+)pt"', body)
    lying = size is not None and int(size[1]) > 1.25 * int(size[2])
    name = ' class="lying"' if lying else ""
    return Markup(f'<svg{name} role="img" aria-label="{escape(visible(label))}" {body}')  # noqa: S704


def template(name: str) -> str:
    """Return one of our own files as text."""
    return files("atlasmodel.export").joinpath("templates", name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
