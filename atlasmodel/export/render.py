"""Draw DOT with Graphviz: SVG, PNG or PDF, within a time limit, the same bytes on every run."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from subprocess import TimeoutExpired

from atlasmodel._files import check_target, write_whole
from atlasmodel.errors import InputError, MissingTool, Problem

FORMATS = ("svg", "png", "pdf", "dot")
SECONDS = 20
MAX_SOURCE = 8 * 1024 * 1024
_INSTALL = "install Graphviz: apt install graphviz, dnf install graphviz, or brew install graphviz"
_NAMES = re.compile(r"<title>[^<]*</title>\n?")  # generated ids, of no use to a reader
_IDS = re.compile(r' id="(?:graph|node|edge|clust)[0-9]+"')  # two drawings on one page would share them
_DATE = re.compile(rb"(/CreationDate \(D:)[0-9]{14}")
_PLACE = re.compile(r"^node (n[0-9]+) ([-0-9.e]+) ([-0-9.e]+) ([0-9.e]+) ([0-9.e]+) ", re.MULTILINE)
_COMMENTS = re.compile(r"<!--.*?-->\n?", re.DOTALL)


def render(dot: str, path: Path | str, *, overwrite: bool = False) -> Path:
    """Draw DOT into a file, in the format its name ends in, and return its path."""
    target = Path(path)
    kind = target.suffix.lstrip(".").lower()
    if kind not in FORMATS:
        hint = f"end the name in {', '.join(f'.{name}' for name in FORMATS)}"
        raise InputError(Problem("AM151", f"cannot draw into {target.name}", hint=hint))
    check_target(target, overwrite=overwrite)
    return write_whole(target, picture(dot, kind), overwrite=overwrite)


def picture(dot: str, kind: str) -> bytes:
    """Return the drawing as bytes; raise MissingTool AM301 without Graphviz, AM303 where it fails."""
    if kind == "dot":
        return dot.encode()
    if kind == "svg":
        return svg(dot).encode()
    return _DATE.sub(b"\\g<1>19700101000000", _run(dot, kind)) if kind == "pdf" else _run(dot, kind)


def svg(dot: str) -> str:
    """Return the drawing as one `<svg>` element in an XML document, free of everything that varies between machines."""
    drawn = _IDS.sub("", _NAMES.sub("", _COMMENTS.sub("", _run(dot, "svg").decode())))
    return drawn.replace("\r\n", "\n")


def coordinates(dot: str) -> dict[str, tuple[float, float, float, float]]:
    """Return middle, width and height of every node by its name, in points from the upper left corner."""
    laid_out = _run(dot, "plain").decode()
    height = float(laid_out.split(maxsplit=4)[3])
    return {
        name: (72 * float(x), 72 * (height - float(y)), 72 * float(wide), 72 * float(high))
        for name, x, y, wide, high in _PLACE.findall(laid_out)
    }


def mimebundle(text: str, dot: Callable[[], str]) -> dict[str, str]:
    """Return what a notebook shows: the drawing where Graphviz is there, and the text always."""
    try:
        return {"image/svg+xml": svg(dot()), "text/plain": text}
    except MissingTool:
        return {"text/plain": text}


def _run(dot: str, kind: str) -> bytes:
    from graphviz.backend.execute import CalledProcessError, ExecutableNotFound, run_check

    source = dot.encode()
    if len(source) > MAX_SOURCE:
        raise MissingTool(
            Problem("AM303", "the picture is too large for Graphviz", hint="use a format without pictures")
        )
    try:
        done = run_check(["dot", f"-T{kind}"], input=source, capture_output=True, quiet=True, timeout=SECONDS)
    except (ExecutableNotFound, PermissionError):
        raise MissingTool(Problem("AM301", "Graphviz (`dot`) is not installed", hint=_INSTALL)) from None
    except TimeoutExpired:
        raise MissingTool(Problem("AM303", f"Graphviz did not finish within {SECONDS} seconds")) from None
    except CalledProcessError as error:
        reason = (error.stderr or b"").decode(errors="replace").strip().splitlines()
        raise MissingTool(Problem("AM303", f"Graphviz failed: {reason[0] if reason else error}")) from None
    if not done.stdout:
        raise MissingTool(Problem("AM303", "Graphviz answered with nothing"))
    return bytes(done.stdout)
