"""GraphML: read back by networkx as the graph that the assessment holds."""

import io

import networkx as nx
import pytest

from atlasmodel.assessment import Assessment
from atlasmodel.errors import InputError
from atlasmodel.export.graphml import graphml


def read(text: str) -> nx.Graph:
    return nx.read_graphml(io.BytesIO(text.encode()))


def test_the_pipeline_reads_back(assessment: Assessment, hostile: Assessment) -> None:
    for document in (assessment, hostile):
        graph, view = read(graphml(document)), document.pipeline
        assert list(graph.nodes) == [row["id"] for row in view.components]
        assert sorted(graph.edges()) == sorted((row["source"], row["target"]) for row in view.flows)
        counts = dict(graph.nodes(data="findings"))
        assert sum(counts.values()) == len(document.findings)
        assert {graph.nodes[row["id"]]["label"] for row in view.components} == {
            row["title"] or row["id"] for row in view.components
        }


def test_parallel_flows_stay_apart(assessment: Assessment) -> None:
    reviews = [
        row for row in assessment.pipeline.flows if (row["source"], row["target"]) == ("dispute-desk", "decline")
    ]
    assert len(reviews) == 2
    graph = read(graphml(assessment))
    kinds = [
        kind for source, target, kind in graph.edges(data="kind") if (source, target) == ("dispute-desk", "decline")
    ]
    assert sorted(kinds) == sorted(row["kind"] for row in reviews)


def test_the_attack_graph_leads_from_the_start_to_the_goals(assessment: Assessment) -> None:
    graph = read(graphml(assessment, graph="attack"))
    steps = [name for name, node in graph.nodes(data="node") if node == "step"]
    assert len(steps) == len(assessment.steps)
    goals = {name for name, goal in graph.nodes(data="goal") if goal}
    assert goals == {f"fact:{goal.fact}" for goal in assessment.goals}
    held = [name for name, start in graph.nodes(data="held") if start]
    reached = set(held).union(*(nx.descendants(graph, name) for name in held))
    free = {f"step:{step.id}" for step in assessment.steps if not step.needs}
    reached |= free.union(*(nx.descendants(graph, name) for name in free))
    assert goals <= reached


def test_an_unknown_graph_is_told(assessment: Assessment) -> None:
    with pytest.raises(InputError, match="AM147"):
        graphml(assessment, graph="tree")
