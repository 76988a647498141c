"""Attack Flow: valid for the official schema; actions, conditions and operators say what the tree and the path say."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from atlasmodel.assessment import Assessment
from atlasmodel.errors import InputError
from atlasmodel.export.attack_flow import attack_flow

stix2validator = pytest.importorskip("stix2validator", reason="install the extra `dev` for the STIX schemas")
COMMON = Path(stix2validator.__file__).parent / "schemas-2.1" / "schemas" / "common"
FLOW = ("attack-flow", "attack-action", "attack-condition", "attack-operator", "attack-asset")


def objects(text: str) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in json.loads(text)["objects"]}


def of(found: dict[str, dict[str, Any]], *types: str) -> list[dict[str, Any]]:
    return [item for item in found.values() if item["type"] in types]


def leads(item: dict[str, Any]) -> Iterable[str]:
    return [*item.get("effect_refs", ()), *item.get("on_true_refs", ())]


def graph(found: dict[str, dict[str, Any]]) -> nx.DiGraph:
    edges = nx.DiGraph()
    edges.add_nodes_from(item["id"] for item in of(found, *FLOW[1:4]))
    edges.add_edges_from((item["id"], target) for item in of(found, *FLOW[1:4]) for target in leads(item))
    return edges


@pytest.fixture(scope="module")
def schema(shared: Path) -> Draft202012Validator:
    """The official schema; the common STIX schemas it refers to come with stix2-validator."""

    @cache
    def retrieve(uri: str) -> Resource[Any]:
        content = json.loads((COMMON / uri.rpartition("/")[2]).read_text())
        return Resource.from_contents(content, default_specification=DRAFT202012)

    official = json.loads((shared / "attack-flow" / "attack-flow-schema-2.0.0.json").read_text())
    return Draft202012Validator(official, registry=Registry(retrieve=retrieve))


@pytest.mark.parametrize("options", [{}, {"path": 1}, {"path": 2}, {"depth": 3, "width": 1}])
def test_flows_are_valid(
    schema: Draft202012Validator, assessment: Assessment, hostile: Assessment, options: dict[str, int]
) -> None:
    for document in (assessment, hostile) if options else (assessment,):
        found = objects(attack_flow(document, **options))  # type: ignore[arg-type]
        assert len(of(found, "attack-flow")) == 1
        for item in of(found, *FLOW):
            schema.validate(item)
            for name, value in item.items():
                if name.endswith("_refs"):
                    assert set(value) <= set(found)


def test_the_schema_refuses_what_is_wrong(schema: Draft202012Validator, assessment: Assessment) -> None:
    (operator, *_) = of(objects(attack_flow(assessment)), "attack-operator")
    assert not schema.is_valid(operator | {"operator": "XOR"})
    assert not schema.is_valid({name: value for name, value in operator.items() if name != "extensions"})


def test_a_tree_becomes_a_flow_from_the_start_to_the_goal(assessment: Assessment) -> None:
    found = objects(attack_flow(assessment))
    flow, edges = of(found, "attack-flow")[0], graph(found)
    assert flow["scope"] == "attack-tree"
    assert nx.is_directed_acyclic_graph(edges)
    (goal,) = [item for item in of(found, "attack-condition") if assessment.goals[0].meaning in item["description"]]
    assert all(nx.has_path(edges, node, goal["id"]) for node in edges)
    reached = set(flow["start_refs"]).union(*(nx.descendants(edges, start) for start in flow["start_refs"]))
    assert reached == set(edges)
    operators = {item["operator"] for item in of(found, "attack-operator")}
    assert operators == {"AND", "OR"}
    assert all(edges.in_degree(item["id"]) > 1 for item in of(found, "attack-operator"))
    steps = {node.id for node in assessment.tree().root.walk() if node.kind == "step"}
    techniques = {assessment.step_by_id[step].technique for step in steps} - {None}
    assert {item.get("technique_id") for item in of(found, "attack-action")} - {None} == techniques


def test_a_path_has_its_steps_as_actions(assessment: Assessment) -> None:
    path = assessment.paths(limit=2)[1]
    found = objects(attack_flow(assessment, path=2))
    actions = of(found, "attack-action")
    assert len(actions) == len(path.steps)
    assert sorted(filter(None, (item.get("technique_id") for item in actions))) == sorted(
        step.technique for step in path.steps if step.technique
    )
    edges = graph(found)
    assert nx.is_directed_acyclic_graph(edges)
    assert set(of(found, "attack-flow")[0]["start_refs"]) == {node for node in edges if edges.in_degree(node) == 0}
    assert not any(item["operator"] == "OR" for item in of(found, "attack-operator"))


def test_techniques_and_assets_are_in_the_bundle(assessment: Assessment) -> None:
    found = objects(attack_flow(assessment))
    assert all(item["technique_ref"] in found for item in of(found, "attack-action") if "technique_id" in item)
    assert {item["name"] for item in of(found, "attack-asset")} <= {
        row["title"] for row in assessment.pipeline.components
    }


def test_a_goal_can_be_chosen_and_a_missing_path_is_told(assessment: Assessment) -> None:
    other = next(goal for goal in assessment.goals if goal.fact != assessment.goals[0].fact)
    token, _, at = other.fact.partition("@")
    assert other.fact in attack_flow(assessment, goal=token, at=at)
    with pytest.raises(InputError, match="AM149"):
        attack_flow(assessment, path=-1)
    with pytest.raises(InputError, match="AM150"):
        attack_flow(assessment, goal="out.nothing")
