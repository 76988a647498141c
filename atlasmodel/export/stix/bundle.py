"""Write an assessment as a STIX 2.1 bundle: the pipeline, the techniques that apply to it, what stands against them.

A pipeline, its zones and components are infrastructure, its people and organisations identities. A finding is a
relationship between technique and component; with `findings=vulnerabilities` it is an object of its own instead, which
takes more room but uses only relationships that STIX suggests and OpenCTI takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from atlasmodel._ids import canonical_json, digest, own_uuid
from atlasmodel.assessment import Assessment
from atlasmodel.catalog.records import stix_id
from atlasmodel.document import Finding, Measure, TechniqueRow
from atlasmodel.export.machine import date_of, one_of, timestamp
from atlasmodel.export.stix.objects import Object, extended, made, of_atlas, phases, preamble, relation, serialise
from atlasmodel.export.words import sentences

PROPERTIES = (
    "adversaries", "because", "certainty", "finding", "how", "kind", "lowered_by", "origin", "probability", "risk",
    "rule", "severity", "state", "status", "strength", "trust",
)  # fmt: skip

_IDENTITIES = {"person": ("identity", "individual"), "party": ("identity", "organization")}


def stix(
    assessment: Assessment, *, report_id: str = "stable", findings: str = "relationships", date: str | None = None
) -> str:
    """STIX 2.1 bundle: pipeline, techniques, findings, mitigations and a report.

    `report_id` is `stable` (one id for all reports of a pipeline) or `content` (a new id whenever something changes),
    `findings` is `relationships` or `vulnerabilities`, `date` the day that objects of ours say they were made on.
    """
    one_of("report_id", report_id, ("stable", "content"))
    one_of("findings", findings, ("relationships", "vulnerabilities"))
    writer = _Writer(assessment, date_of(assessment, date))
    objects = [*writer.places(), *writer.techniques(), *writer.measures()]
    objects += writer.vulnerabilities() if findings == "vulnerabilities" else writer.targets()
    key = assessment.pipeline.name if report_id == "stable" else digest(canonical_json(objects).encode())
    return serialise([*preamble(writer.date, PROPERTIES), *objects, writer.report(key, objects)])


@dataclass(frozen=True)
class _Writer:
    assessment: Assessment
    date: str

    def places(self) -> Iterable[Object]:
        """Yield the pipeline, its owner, zones, components and flows."""
        view = self.assessment.pipeline
        yield (whole := self._made("infrastructure", "*", view.name, description=view.description))
        if view.owner:
            owner = made("identity", f"owner|{view.owner}", self.date, name=view.owner, identity_class="organization")
            yield owner
            yield relation(whole["id"], "related-to", owner["id"], self.date, description="owned by")
        zones = {zone["id"]: self._zone(zone) for zone in view.zones}
        yield from zones.values()
        for zone in view.zones:
            yield self._holds(zones.get(zone["parent"], whole), zones[zone["id"]])
        components = {row["id"]: self._component(row) for row in view.components}
        for row in view.components:
            yield components[row["id"]]
            yield self._holds(zones.get(row["zone"], whole), components[row["id"]])
        for flow in view.flows:
            source, target = components[flow["source"]], components[flow["target"]]
            technical = {source["type"], target["type"]} == {"infrastructure"}
            words = ": ".join(filter(None, (flow["kind"].replace("_", " "), flow["title"])))
            verb = "communicates-with" if technical else "related-to"
            yield relation(source["id"], verb, target["id"], self.date, flow["id"], description=words)

    def techniques(self) -> Iterable[Object]:
        """Yield every technique with a finding, and the parents of sub-techniques."""
        rows = technique_rows(self.assessment)
        slugs = {tactic.id: tactic.slug for tactic in self.assessment.matrix.tactics}
        for name in sorted({finding.technique for finding in self.assessment.findings}):
            row = rows[name]
            parent = rows.get(row.parent or "")
            for one in filter(None, (row, parent)):
                yield technique(one, parent if one is row else None, slugs)
            if parent:
                yield relation(str(stix_id(row.id)), "subtechnique-of", str(stix_id(parent.id)), self.date)

    def measures(self) -> Iterable[Object]:
        """Yield every mitigation of a finding, and which technique it works against."""
        created = {row.id: row.created for row in self.assessment.matrix.mitigations}
        for finding in self.assessment.findings:
            for measure in finding.mitigations:
                yield (action := self._action(measure, created.get(measure.id)))
                known = extended({name: getattr(measure, name) for name in ("origin", "how", "strength")})
                yield relation(action["id"], "mitigates", self._technique(finding), self.date, **known)

    def targets(self) -> Iterable[Object]:
        """Yield every finding as a relationship between technique and component."""
        for finding in self.assessment.findings:
            yield relation(
                self._technique(finding),
                "targets",
                self._place(finding.component),
                self.date,
                finding.id,
                description=f"{finding.title}\n\n{finding.rationale}".strip(),
                **extended(_figures(finding)),
            )

    def vulnerabilities(self) -> Iterable[Object]:
        """Yield every finding as a vulnerability that a component has, a technique targets and measures mitigate."""
        for finding in self.assessment.findings:
            weakness = made(
                "vulnerability",
                self._key(finding.id),
                self.date,
                name=finding.title,
                description=finding.rationale,
                external_references=[{"source_name": "atlasmodel", "external_id": finding.id}],
                **extended(_figures(finding)),
            )
            yield weakness
            place = self._place(finding.component)
            verb = "has" if place.startswith("infrastructure") else "related-to"
            yield relation(place, verb, weakness["id"], self.date)
            yield relation(self._technique(finding), "targets", weakness["id"], self.date)
            for measure in finding.mitigations:
                state = extended({"state": measure.state or "absent"})
                yield relation(self._action(measure, None)["id"], "mitigates", weakness["id"], self.date, **state)

    def report(self, key: str, objects: Iterable[Object]) -> Object:
        """Return the report that ties all together."""
        view = self.assessment.pipeline
        return made(
            "report",
            key,
            self.date,
            name=f"Threat model of {view.name} {view.version or ''}".strip(),
            description="\n\n".join(sentences(self.assessment)),
            report_types=["threat-report"],
            published=timestamp(self.date),
            object_refs=sorted({item["id"] for item in objects}),
            **extended({"risk": self.assessment.totals.risk}),
        )

    def _key(self, inner: str) -> str:
        return f"{self.assessment.pipeline.name}|{inner}"

    def _made(self, type: str, key: str, name: str, known: dict[str, Any] | None = None, **values: Any) -> Object:
        return made(type, self._key(key), self.date, name=name, **values, **extended(known or {}))

    def _zone(self, row: dict[str, Any]) -> Object:
        key, title = f"zone|{row['id']}", row["title"] or row["id"]
        return self._made("infrastructure", key, title, {"trust": row["trust"]})

    def _component(self, row: dict[str, Any]) -> Object:
        values = {"description": row["description"] or row["kind_meaning"]}
        title = row["title"] or row["id"]
        type, sort = _type_of(row)
        if sort:
            values["identity_class"] = sort
        return self._made(type, row["id"], title, {"kind": row["kind"]}, **values)

    def _place(self, component: str) -> str:
        type = self._types[component]
        return f"{type}--{own_uuid(type, self._key(component))}"

    @cached_property
    def _types(self) -> Mapping[str, str]:
        return {row["id"]: _type_of(row)[0] for row in self.assessment.pipeline.components}

    def _holds(self, outer: Object, inner: Object) -> Object:
        verb = "consists-of" if inner["type"] == "infrastructure" else "related-to"
        return relation(outer["id"], verb, inner["id"], self.date)

    def _technique(self, finding: Finding) -> str:
        return str(stix_id(finding.technique))

    def _action(self, measure: Measure, created: str | None) -> Object:
        if measure.id.startswith("AML."):
            return of_atlas(measure.id, measure.name, created)
        reference = {"source_name": "atlasmodel", "external_id": measure.id}
        return made("course-of-action", measure.id, self.date, name=measure.name, external_references=[reference])


def technique_rows(assessment: Assessment) -> dict[str, TechniqueRow]:
    """Return the techniques by id: of the matrix, and those of findings that a document without a matrix knows."""
    told = (
        TechniqueRow(id=item.technique, name=item.technique_name, parent=None, tactics=(), created=None)
        for item in assessment.findings
    )
    return {row.id: row for row in (*told, *assessment.matrix.techniques)}


def technique(row: TechniqueRow, parent: TechniqueRow | None, slugs: Mapping[str, str], summary: str = "") -> Object:
    """Return a technique as MITRE names it: a sub-technique without the name of its parent."""
    return of_atlas(
        row.id,
        row.name.removeprefix(f"{parent.name}: ") if parent else row.name,
        row.created,
        description=summary,
        kill_chain_phases=phases(slugs[tactic] for tactic in row.tactics),
        x_mitre_is_subtechnique=row.parent is not None,
    )


def _figures(finding: Finding) -> dict[str, Any]:
    return {
        "finding": finding.id,
        "rule": finding.rule,
        "risk": finding.risk,
        "severity": finding.severity,
        "probability": finding.probability.point,
        "certainty": finding.certainty,
        "status": finding.status,
        "adversaries": [item.adversary for item in finding.reachable_by],
        "because": [" ".join(filter(None, (item.fact, f"at {item.at}", item.span))) for item in finding.because],
        "lowered_by": list(finding.lowered_by),
    }


def _type_of(row: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return the STIX type of a component, and the class where it is an identity."""
    return next((_IDENTITIES[group] for group in row["line"] if group in _IDENTITIES), ("infrastructure", None))
