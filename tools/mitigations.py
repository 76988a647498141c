"""Write docs/mitigations.md: technique by technique, how many mitigations there are, from whom, of which class.

Run it as `python tools/mitigations.py`, after techniques, rules or mitigations have changed.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from atlasmodel._text import markdown_text
from atlasmodel.mitigate.answer import ACTING, Answers, answers
from atlasmodel.workspace import Workspace

PAGE = Path(__file__).parents[1] / "docs" / "mitigations.md"
HEAD = """# Mitigations by technique

This page is written by `python tools/mitigations.py` from the library (`mitigations/`), the rules and ATLAS {release};
a test says when it is out of date. `atlasmodel mitigations coverage` prints the same with names,
`atlasmodel mitigations coverage FILE` for a pipeline, with the state of each measure there.

Who links a mitigation to a technique: **ATLAS** itself; **parent**, ATLAS for the parent technique; **ATT&CK**, our own
that carries out a mitigation of MITRE ATT&CK, for a technique that ATLAS refers to ATT&CK; **own**, our suggestion
alone. Classes: T technical, A technical against AI, P policy, R process, H people. Every strength behind a link is an
assumption with its reason.

{acting} of {all} techniques act on a component (scope target or impact): {none} of them have no mitigation, {one} have
those of one class only. {atlas} of all techniques have one from ATLAS, {parent} more through their parent.

| technique | name | scope | ATLAS | parent | ATT&CK | own | classes |
|---|---|---|---|---|---|---|---|
"""
LETTERS = {"technical_cyber": "T", "technical_ai": "A", "policy": "P", "process": "R", "people": "H"}


def page(workspace: Workspace) -> str:
    """Return the page as text."""
    known = answers(workspace.catalog, workspace.rules, workspace.library)
    acting = [row for row in known if row.scope in ACTING]
    origins = [{item.origin for item in row.mitigations} for row in known]
    head = HEAD.format(
        release=workspace.catalog.release,
        all=len(known),
        acting=len(acting),
        none=sum(not row.mitigations for row in acting),
        one=sum(len(row.classes) == 1 for row in acting),
        atlas=sum("atlas" in found for found in origins),
        parent=sum("parent" in found and "atlas" not in found for found in origins),
    )
    return head + "".join(f"{_row(row)}\n" for row in known)


def _row(row: Answers) -> str:
    counts = Counter(item.origin for item in row.mitigations)
    letters = "".join(letter for name, letter in LETTERS.items() if name in row.classes)
    cells = [row.technique.id, markdown_text(row.technique.name), row.scope]
    cells += [str(counts[origin] or "") for origin in ("atlas", "parent", "attack", "own")]
    return f"| {' | '.join([*cells, letters or row.gap or ''])} |"


if __name__ == "__main__":
    PAGE.write_text(page(Workspace.builtin()), encoding="utf-8")
