"""Write the pipeline with its threats and mitigations as an Open Threat Model 0.2.0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from atlasmodel._ids import slug
from atlasmodel.assessment import Assessment
from atlasmodel.document import Finding, Measure
from atlasmodel.export.machine import in_order, json_text, place_of

Record = dict[str, Any]

WORTH = {None: 0, "low": 25, "medium": 50, "high": 75, "critical": 100}  # OTM rates from 0 to 100
SEVERITY = {"none": 0, "low": 25, "medium": 50, "high": 75, "critical": 100}
STATES = {"open": "exposed", "mitigated": "mitigated", "accepted": "accepted"}
DONE = {"verified": "implemented", "in_place": "implemented", "partial": "required", "planned": "required"}


def otm(assessment: Assessment) -> str:
    """Open Threat Model 0.2.0: zones, components, flows, assets, threats and mitigations."""
    view = assessment.pipeline
    found: dict[str, list[Finding]] = {}
    flows = {flow["id"] for flow in view.flows}
    for finding in assessment.findings:
        place = finding.id.partition("@")[2]
        found.setdefault(place if place in flows else finding.component, []).append(finding)
    inside = max((zone["trust"] for zone in view.zones), default=0) or 1
    project = {
        "name": view.name,
        "id": slug(view.name),
        "description": view.description,
        "owner": view.owner,
        "attributes": {"version": view.version, "risk": assessment.totals.risk, "digest": view.digest},
    }
    return json_text(
        {
            "otmVersion": "0.2.0",
            "project": project,
            "representations": [{"name": "Pipeline file", "id": "pipeline-file", "type": "code"}],
            "assets": [_asset(row) for row in view.assets],
            "trustZones": [_zone(row, inside) for row in view.zones],
            "components": [_component(row, found.get(row["id"], [])) for row in view.components],
            "dataflows": [_flow(row, found.get(row["id"], [])) for row in view.flows],
            "threats": list(_threats(assessment)),
            "mitigations": list(_mitigations(assessment)),
        }
    )


def _asset(row: Mapping[str, Any]) -> Record:
    worth = {name: WORTH[row[name]] for name in ("confidentiality", "integrity", "availability")}
    others = {name: row[name] for name in ("safety", "loss") if row.get(name) is not None}
    return {"name": row["title"] or row["id"], "id": row["id"], "risk": worth, "attributes": in_order(others)}


def _zone(row: Mapping[str, Any], inside: int) -> Record:
    parent = {"parent": {"trustZone": row["parent"]}} if row["parent"] else {}
    rating = {"trustRating": round(100 * row["trust"] / inside, 1)}
    return {"id": row["id"], "name": row["title"] or row["id"], "risk": rating, **parent} | {
        "attributes": {"trust": row["trust"]}
    }


def _component(row: Mapping[str, Any], found: Iterable[Finding]) -> Record:
    return {
        "id": row["id"],
        "name": row["title"] or row["id"],
        "type": row["kind"],
        "description": row["description"],
        "parent": {"trustZone": row["zone"]},
        "representations": list(_representation(row)),
        "assets": {"processed": [], "stored": row["holds"]},
        "threats": _threats_at(found),
        "tags": row["tags"],
        "attributes": in_order(row["attributes"]),
    }


def _representation(row: Mapping[str, Any]) -> Iterable[Record]:
    if place := place_of(row["span"]):
        yield {"representation": "pipeline-file", "id": f"{row['id']}-line", "file": place[0], "line": place[1]}


def _flow(row: Mapping[str, Any], found: Iterable[Finding]) -> Record:
    return {
        "id": row["id"],
        "name": row["title"] or row["kind"].replace("_", " "),
        "description": row["description"],
        "bidirectional": False,
        "source": row["source"],
        "destination": row["target"],
        "threats": _threats_at(found),
        "tags": row["tags"],
        "attributes": in_order(row["attributes"]) | {"kind": row["kind"]},
    }


def _threats_at(found: Iterable[Finding]) -> list[Record]:
    """Return the findings of one place, each rule once: of highest risk, since findings come by risk."""
    first: dict[str, Finding] = {}
    for finding in found:
        first.setdefault(finding.rule, finding)
    return [
        {
            "threat": finding.rule,
            "state": STATES[finding.status],
            "mitigations": [
                {"mitigation": measure.id, "state": DONE.get(measure.state or "", "recommended")}
                for measure in finding.mitigations
            ],
        }
        for finding in first.values()
    ]


def _threats(assessment: Assessment) -> Iterable[Record]:
    names = {tactic.id: tactic.name for tactic in assessment.matrix.tactics}
    rules: dict[str, list[Finding]] = {}
    for finding in assessment.findings:
        rules.setdefault(finding.rule, []).append(finding)
    for rule, found in sorted(rules.items()):
        first = found[0]
        yield {
            "id": rule,
            "name": first.title,
            "description": first.rationale,
            "categories": [names.get(tactic, tactic) for tactic in first.tactics],
            "risk": {
                "likelihood": round(100 * max(item.probability.point for item in found), 1),
                "likelihoodComment": "Chance that the step works when it is tried; an assumption.",
                "impact": max(SEVERITY[item.severity] for item in found),
                "impactComment": "The severity of the gravest finding, as a figure.",
            },
            "tags": [str(first.technique), first.technique_name],
            "attributes": {"technique": first.technique, "risk": max(item.risk for item in found)},
        }


def _mitigations(assessment: Assessment) -> Iterable[Record]:
    measures: dict[str, list[Measure]] = {}
    for finding in assessment.findings:
        for measure in finding.mitigations:
            measures.setdefault(measure.id, []).append(measure)
    for name, found in sorted(measures.items()):
        yield {
            "id": name,
            "name": found[0].name,
            "riskReduction": round(100 * max(item.strength for item in found), 1),
            "attributes": {"origin": "own" if found[0].origin == "own" else "atlas", "how": found[0].how},
        }
