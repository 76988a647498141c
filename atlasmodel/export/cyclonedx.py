"""Write findings as vulnerabilities of a CycloneDX bill of materials: of one that came in, or of a fresh one.

A bill that came in stays as it is; it gains vulnerabilities and a note. A finding at a component that the bill does not
list, such as a person or a decision, stands at the product as a whole and names the component.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from atlasmodel import _yaml
from atlasmodel._ids import own_uuid, slug
from atlasmodel.assessment import Assessment
from atlasmodel.document import Finding
from atlasmodel.errors import InputError, Problem, shown
from atlasmodel.export.machine import date_of, in_order, shown_plainly
from atlasmodel.export.words import number, sentences

Record = dict[str, Any]

SPEC = "1.6"
SPECS = ("1.4", "1.5", "1.6", "1.7")
OURS = "atlasmodel:"  # how our references and properties begin
# By the nearest group of a component's kind.
TYPES = {
    "model": "machine-learning-model", "model_artifact": "machine-learning-model", "ml_library": "library",
    "data_work": "application", "data": "data", "runtime": "platform", "access": "platform", "hardware": "device",
}  # fmt: skip


def cyclonedx(assessment: Assessment, *, bom: str | None = None, date: str | None = None) -> str:
    """CycloneDX 1.6: findings as vulnerabilities of the pipeline, or of the bill of materials in a file.

    `bom` is a bill in JSON (1.4 to 1.7) whose components are found again by reference or name, `date` the day that the
    note says it was made on.
    """
    day = f"{date_of(assessment, date)}T00:00:00Z"
    bill = _fresh(assessment, day) if bom is None else _read(str(bom))
    if bom is not None:
        bill["version"] = bill.get("version", 1) + 1  # as the standard asks of a bill that changes
    whole = bill.setdefault("metadata", {}).setdefault(
        "component", {"type": "application", "name": assessment.pipeline.name}
    )
    product = whole.setdefault("bom-ref", f"{OURS}pipeline")
    known = _references(bill)
    places = {
        row["id"]: next((known[word] for word in _words(row) if word in known), None)
        for row in assessment.pipeline.components
    }
    weak = [_vulnerability(item, places.get(item.component), product) for item in assessment.findings]
    bill["vulnerabilities"] = [*_others(bill.get("vulnerabilities", ())), *shown_plainly(weak)]
    if bill["specVersion"] != "1.4":
        note = {
            "bom-ref": f"{OURS}summary",
            "subjects": [product],
            "annotator": {"component": _tool(assessment)},
            "timestamp": day,
            "text": " ".join(sentences(assessment)),
        }
        bill["annotations"] = [*_others(bill.get("annotations", ())), shown_plainly(note)]
    return json.dumps(bill, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _fresh(assessment: Assessment, day: str) -> Record:
    view = assessment.pipeline
    listed = [row for row in view.components if "people" not in row["line"]]
    whole = {"type": "application", "bom-ref": f"{OURS}pipeline", "name": view.name}
    told = {"version": view.version, "description": view.description}
    whole |= {name: value for name, value in told.items() if value}
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "serialNumber": f"urn:uuid:{own_uuid('bom', view.digest)}",
        "version": 1,
        "metadata": {"timestamp": day, "tools": {"components": [_tool(assessment)]}, "component": whole},
        "components": [_component(row) for row in listed],
        "dependencies": [{"ref": f"{OURS}pipeline", "dependsOn": [row["id"] for row in listed]}],
    }
    return dict(shown_plainly(bill))


def _component(row: Mapping[str, Any]) -> Record:
    type = next((TYPES[group] for group in row["line"] if group in TYPES), "application")
    told = {"kind": row["kind"], "zone": row["zone"]} | in_order(row["attributes"])
    return {
        "type": type,
        "bom-ref": row["id"],
        "name": row["title"] or row["id"],
        "description": row["description"] or row["kind_meaning"],
        "properties": [_property(name, value) for name, value in told.items()],
    }


def _vulnerability(finding: Finding, place: str | None, product: str) -> Record:
    because = "; ".join(f"{item.fact} at {item.at}" for item in finding.because)
    waived = {"response": ["will_not_fix"]} if finding.status == "accepted" else {}
    told = {
        "finding": finding.id,
        "rule": finding.rule,
        "component": finding.component,
        "status": finding.status,
        "certainty": finding.certainty,
        "probability": finding.probability.point,
    }
    return {
        "bom-ref": f"{OURS}{finding.id}",
        "id": str(finding.technique),
        "source": {"name": "MITRE ATLAS", "url": f"https://atlas.mitre.org/techniques/{finding.technique}"},
        "ratings": [
            {"source": {"name": "atlasmodel"}, "score": finding.risk, "severity": finding.severity, "method": "other"}
        ],
        "description": finding.title,
        "detail": f"{finding.rationale} Because: {because}.",
        "recommendation": "; ".join(f"{item.name} ({item.id})" for item in finding.mitigations),
        "analysis": {"state": "exploitable" if finding.certainty == "yes" else "in_triage", **waived}
        | {"detail": f"Risk {number(finding.risk)}; lowered by: {'; '.join(finding.lowered_by) or 'nothing'}."},
        "affects": [{"ref": place or product}],
        "properties": [_property(name, value) for name, value in told.items()],
    }


def _property(name: str, value: Any) -> Record:
    return {
        "name": f"{OURS}{name}",
        "value": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False),
    }


def _tool(assessment: Assessment) -> Record:
    return {"type": "application", **assessment.tool}


def _read(file: str) -> Record:
    """Return a bill of materials; raise InputError AM148 for anything that cannot be worked with."""
    document = _yaml.read(Path(file))
    bill = document.data
    hint = f"bring CycloneDX in JSON, {', '.join(SPECS)}"
    if not isinstance(bill, dict) or bill.get("bomFormat") != "CycloneDX":
        raise InputError(Problem("AM148", f"{file} is no CycloneDX bill of materials", document.span(), hint))
    if bill.get("specVersion") not in SPECS:
        wrong = f"its specVersion is {shown(bill.get('specVersion'))}"
        raise InputError(Problem("AM148", f"{file} cannot be used: {wrong}", document.span("specVersion"), hint))
    whole = bill.get("metadata", {})
    for name, fits in (
        ("version", isinstance(bill.get("version", 1), int)),
        ("metadata", isinstance(whole, dict) and _is_named(whole.get("component", {"name": ""}))),
        ("vulnerabilities", _are_records(bill.get("vulnerabilities", []))),
        ("annotations", _are_records(bill.get("annotations", []))),
        ("components", all(map(_is_named, _items(bill)))),
    ):
        if not fits:
            wrong = f"`{name}` is not as the standard wants it"
            raise InputError(Problem("AM148", f"{file} cannot be used: {wrong}", document.span(name), hint))
    return bill


def _items(bill: Mapping[str, Any]) -> Iterator[Any]:
    """Yield all components and services, also those inside others."""
    waiting = [bill]
    while waiting:
        item = waiting.pop()
        yield from () if item is bill else (item,)
        if isinstance(item, dict):
            inner = [item.get(part, []) for part in ("services", "components")]
            waiting += [one for part in inner for one in reversed(part if isinstance(part, list) else [part])]


def _is_named(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("name"), str) and isinstance(item.get("bom-ref", ""), str)


def _are_records(items: Any) -> bool:
    return isinstance(items, list) and all(isinstance(item, dict) for item in items)


def _references(bill: Mapping[str, Any]) -> dict[str, str]:
    """Return the references of all components and services by what may name them; those without one get one."""
    found: dict[str, str] = {}
    for position, item in enumerate(_items(bill)):
        reference = item.setdefault("bom-ref", f"{OURS}{slug(item['name'])}-{position}")
        for word in (reference, item["name"], slug(reference), slug(item["name"])):
            found.setdefault(word, reference)
    return found


def _words(row: Mapping[str, Any]) -> Iterable[str]:
    names = (row["id"], row["title"] or row["id"])
    return (*names, *map(slug, names))


def _others(items: Iterable[Record]) -> list[Record]:
    """Return what others wrote; what we wrote earlier is written anew."""
    return [item for item in items if not str(item.get("bom-ref", "")).startswith(OURS)]
