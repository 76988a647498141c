"""Write docs/paper.md: every statement of the paper, the checks that carry it out, what a fail and a pass look like.

Run it as `python tools/paper.py`. The examples are what the checks' own tests give, so they are never invented.
"""

from __future__ import annotations

from pathlib import Path

from atlasmodel._text import markdown_text
from atlasmodel.govern.check import Check
from atlasmodel.govern.listing import statements
from atlasmodel.govern.read_checks import builtin_checks
from atlasmodel.govern.reading import Verdict
from atlasmodel.govern.selftest import result_of
from atlasmodel.govern.statement import builtin_statements
from atlasmodel.governance import Assessor
from atlasmodel.workspace import Workspace

PAGE = Path(__file__).parents[1] / "docs" / "paper.md"
HEAD = """\
# From the paper to checks

*Securing Machine Learning Operations (MLOps): An organisational approach* (D. Ashenden, H. Nguyen, G. Pogrebna; UNSW
Institute for Cyber Security) says that the security of MLOps is policy, process and people as much as technology. Each
of its statements, numbered in reading order and said here in our own words, is carried out by one or more checks.
**Computed** means that the answer follows from the modelled graph, from findings or from ordinary facts, and not from a
field that asks the question. [The organisation file](organisation.md) explains how results are read;
`atlasmodel govern --list` prints the questions.

This page is written by `python tools/paper.py` from `catalogs/organisation`; the examples are what the checks' own
tests give.

| | statement | check | example of a fail | example of a pass |
|---|---|---|---|---|
"""


def page(assessor: Assessor) -> str:
    """Return the page as text."""
    by_statement = statements(builtin_checks())
    rows = []
    for statement in builtin_statements():
        for position, check in enumerate(by_statement[statement.id]):
            said = statement.says if position == 0 else ""
            kind = f"{check.type}, computed" if check.computed else check.type
            cells = [
                str(statement.id) if position == 0 else "",
                markdown_text(said),
                f"`{check.id}` ({kind})",
                markdown_text(example(check, "fail", assessor)),
                markdown_text(example(check, "pass", assessor)),
            ]
            rows.append(f"| {' | '.join(cells)} |")
    return HEAD + "\n".join(rows) + "\n"


def example(check: Check, verdict: Verdict, assessor: Assessor) -> str:
    """Return what the first test of a check with some result rests on.

    What rests on findings is said in general, since the rules it follows from grow; so is what a score means.
    """
    for test in check.tests:
        if test.result == verdict:
            result = result_of(check, test, assessor.workspace, lambda pipeline: assessor.later(pipeline)())
            facts = list(dict.fromkeys(reason.fact for reason in result.because))[:2]
            return "; ".join(facts) if facts and "findings" not in check.reads else result.says
    return f"{check.says[verdict]} ({len(check.over)} checks)"


if __name__ == "__main__":
    PAGE.write_text(page(Assessor(Workspace.builtin())), encoding="utf-8")
