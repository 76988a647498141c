"""Write the pipeline, or the attack graph, as GraphML for yEd, Gephi, Cytoscape, Neo4j and networkx."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from atlasmodel._ids import canonical_json
from atlasmodel._text import visible
from atlasmodel.assessment import Assessment
from atlasmodel.export.machine import one_of
from atlasmodel.export.words import places

if TYPE_CHECKING:
    import networkx as nx


def graphml(assessment: Assessment, *, graph: str = "pipeline") -> str:
    """GraphML of the pipeline with its findings counted, or of the attack graph.

    `graph` is `pipeline` (components and flows) or `attack` (facts, any of which enables; steps, which need all).
    """
    import networkx as nx

    one_of("graph", graph, ("pipeline", "attack"))
    made = _pipeline(assessment) if graph == "pipeline" else _attack(assessment)
    return "\n".join(nx.generate_graphml(made, named_key_ids=True)) + "\n"


def _pipeline(assessment: Assessment) -> nx.MultiDiGraph:
    import networkx as nx

    view = assessment.pipeline
    graph = nx.MultiDiGraph(**_plain({"name": view.name, "version": view.version, "risk": assessment.totals.risk}))
    zones = {zone["id"]: zone for zone in view.zones}
    risks: dict[str, list[float]] = {}
    for finding in assessment.findings:
        risks.setdefault(finding.component, []).append(finding.risk)
    for row in view.components:
        zone = zones.get(row["zone"], {})
        here = risks.get(row["id"], [])
        known = {
            "label": row["title"] or row["id"],
            "kind": row["kind"],
            "zone": row["zone"],
            "trust": zone.get("trust"),
        }
        known |= {"findings": len(here), "risk": max(here, default=0.0), "attributes": row["attributes"]}
        graph.add_node(row["id"], **_plain(known))
    for flow in view.flows:
        known = {"label": flow["title"] or flow["kind"], "kind": flow["kind"], "crosses": len(flow["crosses"])}
        known |= {"attributes": flow["attributes"]}
        graph.add_edge(flow["source"], flow["target"], key=flow["id"], **_plain(known))
    return graph


def _attack(assessment: Assessment) -> nx.DiGraph:
    import networkx as nx

    names = places(assessment)
    graph = nx.DiGraph(**_plain({"name": f"{assessment.pipeline.name}: attack graph"}))
    held = {fact for start in assessment.pipeline.adversaries for fact in start.facts}
    goals = {goal.fact: goal for goal in assessment.goals}
    for step in assessment.steps:
        for fact in (*(fact for clause in step.needs for fact in clause), *step.gains):
            token, _, place = fact.partition("@")
            known = {"label": f"{token} at {names.get(place, place)}", "node": "fact", "held": fact in held}
            graph.add_node(f"fact:{fact}", **_plain(known | {"goal": fact in goals}))
        known = {"label": step.title, "node": "step", "technique": step.technique, "rule": step.rule}
        known |= {"place": names.get(step.at, step.at), "probability": max(step.probability.values(), default=0.0)}
        graph.add_node(f"step:{step.id}", **_plain(known | {"effort_days": step.effort_days}))
        for number, clause in enumerate(step.needs, 1):
            for fact in clause:
                graph.add_edge(f"fact:{fact}", f"step:{step.id}", clause=number)
        for fact in step.gains:
            graph.add_edge(f"step:{step.id}", f"fact:{fact}")
    return graph


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as GraphML holds them: text, figures and truths; the rest as JSON, what is not known left out."""
    found = {}
    for name, value in values.items():
        if isinstance(value, str):
            found[name] = visible(value)
        elif isinstance(value, bool | int | float):
            found[name] = value  # type: ignore[assignment]
        elif value:
            found[name] = visible(canonical_json(value))
    return found
