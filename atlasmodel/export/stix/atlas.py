"""Write ATLAS itself as a STIX 2.1 bundle: matrix, tactics, techniques, mitigations, and case studies as campaigns."""

from __future__ import annotations

from collections.abc import Iterable

from atlasmodel.assembly import matrix as matrix_of
from atlasmodel.catalog import Catalog
from atlasmodel.catalog.records import CaseStudy, stix_id
from atlasmodel.export.machine import UNDATED
from atlasmodel.export.stix import objects as make
from atlasmodel.export.stix.bundle import technique
from atlasmodel.export.stix.objects import Object, extended, of_atlas, relation

PROPERTIES = ("step", "tactic")


def catalog_bundle(catalog: Catalog, *, case_studies: bool = True, date: str | None = None) -> str:
    """Return a catalogue as a bundle; relationships are dated with its newest date, or with `date`.

    Every `mitigates` and `uses` has an id of its own, also where its text is that of another.
    """
    day = date or matrix_of(catalog).date or UNDATED
    objects = [*make.preamble(day, PROPERTIES), *_techniques(catalog, day), *_mitigations(catalog, day)]
    if case_studies:
        objects += [item for study in catalog.case_studies for item in _campaign(study, catalog, day)]
    return make.serialise(objects)


def _techniques(catalog: Catalog, date: str) -> Iterable[Object]:
    view = matrix_of(catalog)
    slugs = {tactic.id: tactic.slug for tactic in view.tactics}
    for tactic in catalog.tactics:
        values = {"description": tactic.summary, "x_mitre_shortname": slugs[tactic.id]}
        yield of_atlas(tactic.id, tactic.name, _day(tactic.created), **values)
    yield make.matrix("ATLAS Matrix", [str(stix_id(tactic.id)) for tactic in catalog.tactics])
    rows = {row.id: row for row in view.techniques}
    for row in view.techniques:
        yield technique(row, rows.get(row.parent or ""), slugs, catalog.technique(row.id).summary)
        if row.parent:
            yield relation(str(stix_id(row.id)), "subtechnique-of", str(stix_id(row.parent)), date)


def _mitigations(catalog: Catalog, date: str) -> Iterable[Object]:
    for item in catalog.mitigations:
        yield of_atlas(item.id, item.name, _day(item.created), description=item.summary)
        for link in item.links:
            target = str(stix_id(link.technique))
            yield relation(str(stix_id(item.id)), "mitigates", target, date, description=link.use)


def _campaign(study: CaseStudy, catalog: Catalog, date: str) -> Iterable[Object]:
    campaign = of_atlas(study.id, study.name, _day(study.date), description=study.summary)
    yield campaign
    for number, step in enumerate(study.steps, 1):
        known = extended({"step": number, "tactic": catalog.tactic(step.tactic).id})
        target = str(stix_id(step.technique))
        yield relation(campaign["id"], "uses", target, date, str(number), description=step.summary, **known)


def _day(date: object) -> str | None:
    return str(date) if date else None
