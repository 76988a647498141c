"""The pipeline as text, the twin of the drawing: zones with their components, flows with what they cross."""

from __future__ import annotations

from collections.abc import Iterator

from atlasmodel._text import terminal
from atlasmodel.assessment import Assessment
from atlasmodel.document import SEVERITIES
from atlasmodel.export.words import places


def pipeline_text(assessment: Assessment) -> str:
    """Pipeline as indented text: zones, components with their findings counted, flows with what they cross."""
    view, names = assessment.pipeline, places(assessment)
    zones = {row["id"]: row["title"] or row["id"] for row in view.zones}
    lines = [f"{view.name} {view.version or ''}".strip(), *_zones(assessment, None, 1)]
    for flow in view.flows:
        crossed = ", ".join(zones.get(zone, zone) for zone in flow["crosses"])
        note = f"  (crosses {crossed})" if crossed else ""
        kind = flow["kind"].replace("_", " ")
        lines.append(f"  {names[flow['source']]} --{kind}--> {names[flow['target']]}{note}")
    return "\n".join(terminal(" ".join(line.split("\n"))) for line in lines) + "\n"


def _zones(assessment: Assessment, parent: str | None, depth: int) -> Iterator[str]:
    view, indent = assessment.pipeline, "  " * depth
    for zone in view.zones:
        if zone["parent"] == parent:
            yield f"{indent}[{zone['title'] or zone['id']}, trust {zone['trust']}]"
            for row in view.components:
                if row["zone"] == zone["id"]:
                    found = [item.severity for item in assessment.findings if item.component == row["id"]]
                    counts = ", ".join(f"{found.count(name)} {name}" for name in SEVERITIES[:4] if name in found)
                    kind = row["kind"].replace("_", " ")
                    yield f"{indent}  {row['title'] or row['id']} ({kind}){': ' if counts else ''}{counts}"
            yield from _zones(assessment, zone["id"], depth + 1)
