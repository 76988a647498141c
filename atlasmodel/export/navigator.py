"""Write layers for the ATLAS Navigator: risk, coverage, what changed since an earlier assessment, a case study.

Layers are as ATLAS publishes them: format 4.3, domain `atlas-atlas`; another Navigator may want other versions.
An entry without a tactic stands for the technique under each of its tactics.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from atlasmodel._files import read_bounded
from atlasmodel._ids import slug
from atlasmodel.assessment import Assessment
from atlasmodel.catalog import Catalog
from atlasmodel.document import Finding
from atlasmodel.errors import InputError, Problem
from atlasmodel.export.machine import json_text, one_of
from atlasmodel.export.words import places

Entry = dict[str, Any]

LAYERS = ("risk", "coverage", "diff")
FORMAT, NAVIGATOR, DOMAIN = "4.3", "4.6.4", "atlas-atlas"
USED = ("Used in case study", "#C8E6C9")
# The colours differ in lightness too, and a score tells them apart without colour.
HEAT = ["#ffffff", "#fdb863", "#b35806"]
COVERED = {
    "open": ("#b35806", 0),
    "partly": ("#fdb863", 50),
    "accepted": ("#b2abd2", 75),
    "mitigated": ("#5e3c99", 100),
}
CHANGED = {"added": "#b35806", "higher": "#fdb863", "as before": "#e0e0e0", "lower": "#b2abd2", "removed": "#5e3c99"}


def navigator(
    assessment: Assessment,
    *,
    layer: str = "risk",
    before: Assessment | str | None = None,
    version: str = FORMAT,
    navigator: str = NAVIGATOR,
    domain: str = DOMAIN,
) -> str:
    """ATLAS Navigator layer: risk, coverage, or the difference to an earlier assessment.

    `layer` is `risk`, `coverage` or `diff`; `before` the earlier assessment, or the file it was written to as JSON.
    """
    one_of("layer", layer, LAYERS)
    entries, rest = {"risk": _risk, "coverage": _coverage, "diff": _diff}[layer](assessment, before)
    known = {row.parent for row in assessment.matrix.techniques if row.parent and row.id in entries}
    techniques = [
        {"techniqueID": technique, **entries.get(technique, {}), "showSubtechniques": technique in known}
        for technique in sorted(known | set(entries))
    ]
    return json_text(
        {
            "versions": {"layer": str(version), "navigator": str(navigator)},
            "domain": str(domain),
            "name": f"{assessment.pipeline.name}: {layer}",
            "description": _about(assessment, layer),
            "metadata": _metadata(atlas_data_version=assessment.catalog.release, pipeline=assessment.pipeline.name),
            "techniques": techniques,
            "sorting": 3,  # by score, the highest first
            **rest,
        }
    )


def case_study_layer(catalog: Catalog, identifier: str) -> str:
    """Return the layer of a case study: the techniques of its steps, and the parents under which they stand."""
    study = catalog.case_study(identifier)
    used: dict[tuple[str, str], Entry] = {}
    for step in study.steps:
        tactic = slug(catalog.tactic(step.tactic).name)
        parent = catalog.technique(step.technique).parent
        used[step.technique, tactic] = {"color": USED[1], "showSubtechniques": False}
        if parent:
            used.setdefault((parent, tactic), {})["showSubtechniques"] = True
    url = f"https://atlas.mitre.org/studies/{study.id}"
    return json_text(
        {
            "versions": {"layer": FORMAT, "navigator": NAVIGATOR},
            "domain": DOMAIN,
            "name": study.name,
            "description": study.summary,
            "metadata": _metadata(url=url, atlas_data_version=catalog.release),
            "techniques": [
                {"techniqueID": technique, "tactic": tactic, **entry} for (technique, tactic), entry in used.items()
            ],
            "legendItems": _legend({USED[0]: USED[1]}),
        }
    )


def _risk(assessment: Assessment, before: object) -> tuple[dict[str, Entry], Entry]:
    risks = _risks(assessment)
    entries: dict[str, Entry] = {
        technique: {"score": risks[technique], "comment": _comment(found, assessment)}
        for technique, found in _by_technique(assessment).items()
    }
    most = max(risks.values(), default=0.0)
    return entries, {"gradient": {"colors": HEAT, "minValue": 0, "maxValue": most or 1}}


def _coverage(assessment: Assessment, before: object) -> tuple[dict[str, Entry], Entry]:
    entries = {}
    for technique, found in _by_technique(assessment).items():
        colour, score = COVERED[covered(found)]
        entries[technique] = {"color": colour, "score": score, "comment": _comment(found, assessment)}
    return entries, {"legendItems": _legend({word: colour for word, (colour, _) in COVERED.items()})}


def _diff(assessment: Assessment, before: Assessment | str | None) -> tuple[dict[str, Entry], Entry]:
    was, now = _risks(_earlier(before)), _risks(assessment)
    entries = {}
    for technique in sorted({*was, *now}):
        old, new = was.get(technique), now.get(technique)
        word = _change(old, new)
        told = f"{word}: risk {0 if old is None else old:g} before, {0 if new is None else new:g} now"
        entries[technique] = {"color": CHANGED[word], "score": round((new or 0) - (old or 0), 4), "comment": told}
    return entries, {"legendItems": _legend(CHANGED)}


def covered(found: Iterable[Finding]) -> str:
    """Say how far the findings of a technique are dealt with: open, partly, accepted or mitigated."""
    states = {("partly" if item.status == "open" and item.lowered_by else item.status) for item in found}
    return next(iter(states)) if len(states) == 1 else "partly" if states != {"accepted", "mitigated"} else "accepted"


def _change(old: float | None, new: float | None) -> str:
    if old is None or new is None:
        return "added" if old is None else "removed"
    return "as before" if old == new else "higher" if new > old else "lower"


def _earlier(before: Assessment | str | None) -> Assessment:
    if isinstance(before, Assessment):
        return before
    if before is None:
        hint = "name an earlier assessment: before=FILE, written with `assess FILE --format json`"
        raise InputError(Problem("AM148", "a diff needs something to compare with", hint=hint))
    try:
        return Assessment.from_json(read_bounded(Path(str(before))).decode())
    except ValueError:
        hint = "write one with `assess FILE --format json`"
        raise InputError(Problem("AM148", f"{before} is no assessment that can be read", hint=hint)) from None


def _by_technique(assessment: Assessment) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in assessment.findings:
        found.setdefault(finding.technique, []).append(finding)
    return found


def _risks(assessment: Assessment) -> dict[str, float]:
    return {name: max(item.risk for item in found) for name, found in _by_technique(assessment).items()}


def _comment(found: Iterable[Finding], assessment: Assessment) -> str:
    names = places(assessment)
    return "\n".join(f"{names.get(item.component, item.component)}: {item.title} ({item.status})" for item in found)


def _about(assessment: Assessment, layer: str) -> str:
    meaning = {
        "risk": "Score: the highest risk of a finding of the technique.",
        "coverage": "Score: 0 nothing acts against the technique, 50 something does, 75 accepted, 100 mitigated.",
        "diff": "Score: by how much the highest risk of a finding of the technique rose or fell.",
    }
    return (
        f"{meaning[layer]} ATLAS {assessment.catalog.release}, {assessment.tool['name']} {assessment.tool['version']}."
    )


def _metadata(**values: str | None) -> list[dict[str, str]]:
    return [{"name": name, "value": str(value)} for name, value in values.items()]


def _legend(colours: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"label": label, "color": colour} for label, colour in colours.items()]
