"""Write findings as SARIF 2.1.0: each at its line in the user's file, with the attack path it is a part of.

Code hosts reject a whole file for one result without a file and a line, so what was not read from a file has no place
at all. GitHub's bounds on a run are kept; what does not fit is left out from the end, where the risk is lowest, and the
file says so.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

from atlasmodel._ids import digest, slug
from atlasmodel._text import markdown_text
from atlasmodel.assessment import Assessment
from atlasmodel.document import AttackPath, Finding, GoalResult
from atlasmodel.export.machine import json_text, place_of
from atlasmodel.export.words import number, percent, places

Record = dict[str, Any]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MAX_RESULTS = 25_000
MAX_GZIP = 10_000_000
MAX_LOCATIONS = 1_000  # of a result, and of a path
MAX_TAGS = 20
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "none": "note"}
# GitHub reads the severity of a rule as a figure: over 9.0 critical, from 7.0 high, from 4.0 medium, from 0.1 low.
SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0", "none": "0.0"}


def sarif(assessment: Assessment, *, root: str = "", limit: int = MAX_RESULTS) -> str:
    """SARIF 2.1.0: findings at their lines in the pipeline file, with attack paths as code flows.

    `root` is the folder that file names are relative to, `limit` the number of results at most.
    """
    run = _Run(assessment, str(root))
    count = max(0, min(limit, MAX_RESULTS, len(assessment.findings)))
    text = json_text(run.log(count))
    while count and len(gzip.compress(text.encode(), mtime=0)) > MAX_GZIP:
        count //= 2
        text = json_text(run.log(count))
    return text


class _Run:
    """Make the parts of one run; what several results look up is looked up once."""

    def __init__(self, assessment: Assessment, root: str) -> None:
        self.assessment, self.root = assessment, root
        self.names = places(assessment)
        self.spans = {row["id"]: row["span"] for row in assessment.pipeline.components}
        self.accepted = {item.finding: item.reason for item in assessment.accepted if item.in_force}

    def log(self, count: int) -> Record:
        """Return the log with the first findings, which are those of highest risk."""
        shown = self.assessment.findings[:count]
        rules: dict[str, list[Finding]] = {}
        for finding in shown:
            rules.setdefault(finding.rule, []).append(finding)
        techniques = {str(finding.technique): finding.technique_name for finding in shown}
        numbers = {name: position for position, name in enumerate(techniques)}
        order = {name: position for position, name in enumerate(rules)}
        tool = self.assessment.tool
        driver = {
            "name": tool["name"],
            "version": tool["version"],
            "rules": [self._rule(found, numbers) for found in rules.values()],
            "supportedTaxonomies": [{"name": "MITRE ATLAS", "index": 0}],
        }
        atlas = {
            "name": "MITRE ATLAS",
            "version": self.assessment.catalog.release,
            "informationUri": "https://atlas.mitre.org",
            "taxa": [{"id": name, "name": title, "helpUri": _page(name)} for name, title in techniques.items()],
        }
        run = {
            "tool": {"driver": driver},
            "taxonomies": [atlas],
            "automationDetails": {"id": f"{tool['name']}/{slug(self.assessment.pipeline.name)}/"},
            "columnKind": "unicodeCodePoints",
            "invocations": [self._invocation(count)],
            "results": [self._result(finding, order) for finding in shown],
        }
        return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}

    def _invocation(self, count: int) -> Record:
        left_out = len(self.assessment.findings) - count
        words = f"{left_out} findings of lowest risk are left out: a run holds {count} here."
        cut = [{"level": "warning", "message": {"text": words}}] if left_out else []
        return {"executionSuccessful": True, "toolExecutionNotifications": cut}

    def _rule(self, found: list[Finding], numbers: Mapping[str, int]) -> Record:
        first = found[0]
        slugs = {tactic.id: tactic.slug for tactic in self.assessment.matrix.tactics}
        tags = ["security", "mitre-atlas", str(first.technique), *(slugs.get(name, name) for name in first.tactics)]
        worst = max((item.severity for item in found), key=lambda word: float(SCORES[word]))
        target = {"id": first.technique, "index": numbers[first.technique]}
        return {
            "id": first.rule,
            "shortDescription": {"text": first.title},
            "fullDescription": {"text": first.rationale or first.title},
            "helpUri": _page(first.technique),
            "help": {"text": first.rationale or first.title, "markdown": _help(first)},
            "defaultConfiguration": {"level": LEVELS[worst]},
            "properties": {"tags": tags[:MAX_TAGS], "security-severity": SCORES[worst], "precision": "medium"},
            "relationships": [
                {"target": target | {"toolComponent": {"name": "MITRE ATLAS", "index": 0}}, "kinds": ["relevant"]}
            ],
        }

    def _result(self, finding: Finding, order: Mapping[str, int]) -> Record:
        mark = digest(finding.id.encode()).partition(":")[2][:32]
        result: Record = {
            "ruleId": finding.rule,
            "ruleIndex": order[finding.rule],
            "level": LEVELS[finding.severity],
            "message": {"text": self._message(finding)},
            "partialFingerprints": {"atlasmodelFinding/v1": mark, "primaryLocationLineHash": f"{mark[:16]}:1"},
            "rank": min(100.0, finding.risk),
            "properties": {
                "finding": finding.id,
                "risk": finding.risk,
                "certainty": finding.certainty,
                "status": finding.status,
            },
        }
        # Where nothing was read from a file there is no place: half a place would cost the reader the whole upload.
        if location := self._location(finding.span):
            result["locations"] = [location]
            result["relatedLocations"] = list(self._evidence(finding))[:MAX_LOCATIONS]
            result["codeFlows"] = list(self._flows(finding))
        if finding.id in self.accepted:
            reason = self.accepted[finding.id]
            result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
        return {name: value for name, value in result.items() if value != []}

    def _message(self, finding: Finding) -> str:
        sure = "" if finding.certainty == "yes" else " (may apply)"
        who = ", ".join(item.adversary for item in finding.reachable_by) or "nobody described here"
        because = "; ".join(item.fact for item in finding.because)
        return _plain(
            f"{finding.title}{sure}. At {self.names.get(finding.component, finding.component)}, because {because}. "
            f"{finding.technique} {finding.technique_name}; risk {number(finding.risk)}, reached by {who}."
        )

    def _evidence(self, finding: Finding) -> Iterable[Record]:
        for item in finding.because:
            if location := self._location(item.span):
                yield location | {"message": {"text": _plain(f"{item.fact} ({item.at})")}}

    def _flows(self, finding: Finding) -> Iterable[Record]:
        """Yield the likeliest path of the worst goal of which the finding is a step."""
        if finding.id not in self._path_of:
            return
        goal, path = self._path_of[finding.id]
        steps, before = [], list[str]()
        for position, step in enumerate(path.steps, 1):
            before.append(f"{position}. {step.title}" + (f" ({step.technique})" if step.technique else ""))
            if location := self._location(self.spans.get(step.at)):
                words = {"message": {"text": _plain("; ".join(before))}}
                weight = "essential" if step.id == finding.id else "important"
                steps.append({"location": location | words, "importance": weight})
                before = []
        if steps:
            about = f"{goal.meaning} ({goal.adversary}, chance of this path {percent(path.probability)})"
            yield {"message": {"text": _plain(about)}, "threadFlows": [{"locations": steps[:MAX_LOCATIONS]}]}

    @cached_property
    def _path_of(self) -> Mapping[str, tuple[GoalResult, AttackPath]]:
        found: dict[str, tuple[GoalResult, AttackPath]] = {}
        for goal in self.assessment.goals:
            for path in goal.paths:
                for step in path.steps:
                    found.setdefault(step.id, (goal, path))
        return found

    def _location(self, span: str | None) -> Record | None:
        """Return a place in a file, or None where there is no file."""
        place = place_of(span)
        if place is None:
            return None
        file, line, column = place
        region = {"startLine": line, "startColumn": column}
        return {"physicalLocation": {"artifactLocation": {"uri": _uri(file, self.root)}, "region": region}}


def _uri(file: str, root: str) -> str:
    r"""Return a file name as a relative URI, or as a `file:` URI where it stands outside the root.

    >>> _uri("ml/my pipeline.yaml", ""), _uri("/repo/a.yaml", "/repo"), _uri("/other/a.yaml", "/repo")
    ('ml/my%20pipeline.yaml', 'a.yaml', 'file:///other/a.yaml')
    """
    windows = "\\" in file or re.match(r"[A-Za-z]:", file)
    kind = PureWindowsPath if windows else PurePosixPath
    path = kind(file)
    if root and path.is_relative_to(root):
        path = path.relative_to(root)
    plain = quote(path.as_posix().removeprefix("./"), safe="/:" if path.is_absolute() else "/")
    return f"file:///{plain.lstrip('/')}" if path.is_absolute() else plain


def _plain(text: str) -> str:
    r"""Return text for a message, in which brackets would be a link and a number in braces an argument.

    >>> print(_plain("[here](http://evil.example) {0}"))
    \[here\](http://evil.example) {{0}}
    """
    escaped = re.sub(r"([\\\[\]])", r"\\\1", " ".join(text.split()))
    return re.sub(r"\{(\d+)\}", r"{{\1}}", escaped)


def _page(technique: str) -> str:
    return f"https://atlas.mitre.org/techniques/{technique}"


def _help(finding: Finding) -> str:
    lines = [markdown_text(finding.rationale or finding.title), ""]
    if finding.false_positives:
        lines += ["No finding if:", "", *(f"- {markdown_text(line)}" for line in finding.false_positives), ""]
    if finding.mitigations:
        named = (f"- {markdown_text(item.name)} ({item.id})" for item in finding.mitigations)
        lines += ["What helps:", "", *named, ""]
    return "\n".join(lines).rstrip()
