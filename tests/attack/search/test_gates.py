"""What is held, needed or gained only if an unknown turns out so: a path through it pays for it, others do not."""

from __future__ import annotations

from math import exp, log

import pytest

from atlasmodel.assessment import Assessment, assess
from atlasmodel.attack.paths import best_paths
from atlasmodel.attack.search.gates import Gate, gated, gates_of, is_gate
from atlasmodel.attack.search.moves import Move
from atlasmodel.document import AttackPath, rounded
from atlasmodel.model.builder import PipelineBuilder
from atlasmodel.options import Options

CHANCES = {"~x~a": 0.1, "~t~b": 0.5, "~s": 0.25}


def test_a_gate_is_passed_only_where_it_must_be() -> None:
    steps = [
        Move("a", (), ("x", "y"), -log(0.8)),
        Move("b", (("t", "u"),), ("g",), -log(0.9)),
        Move("c", (("x",),), ("g",), -log(0.9)),
        Move("d", (("s",),), ("g",), -log(0.9)),
    ]
    gates = gates_of([("a", ["x"], ["x", "y"]), ("b", ["t"], ["g"])], ["s"])
    assert [gate.id for gate in gates] == ["~s", "~t~b", "~x~a"]
    assert all(map(is_gate, CHANCES))
    unsure = {"a": ["x"], "b": ["t"]}
    moves = [gated(move, unsure.get(move.id, ())) for move in steps]
    moves += [Move(m.id, m.needs, m.gains, -log(CHANCES[m.id]), m.key) for m in map(Gate.move, gates)]
    found = best_paths(moves, {"t"}, "g", 5).paths
    assert [[name for name in path.steps if not is_gate(name)] for path in found] == [["b"], ["d"], ["a", "c"]]
    assert [exp(-path.weight) for path in found] == pytest.approx([0.9 * 0.5, 0.9 * 0.25, 0.8 * 0.1 * 0.9])
    for path in best_paths(moves, {"t", "u"}, "g", 1).paths:
        assert path.steps == ("b",)  # the other option is sure
    for path in best_paths(moves, {"t", "s"}, "g", 1).paths:
        assert path.steps == ("d",)  # a start that is held needs no gate


@pytest.fixture(scope="module")
def unsaid() -> Assessment:
    """A front that may be exposed and may run code, before a model: nothing is said of either."""
    builder = PipelineBuilder("unsaid")
    front = builder.add("front", kind="inference_api")
    store = builder.add("store", kind="dataset")
    bot = builder.add("bot", kind="llm")
    builder.flow(front, bot, kind="serves")
    builder.flow(store, bot, kind="trains_on")
    return assess(builder.build(), options=Options(path_goals=100, paths=3))


def joint(path: AttackPath, document: Assessment, adversary: str, goal: str) -> float:
    """Return the share of worlds in which the steps of a path alone lead to the goal."""
    attack = next(item for item in document.analysis.attacks if item.adversary.id == adversary)
    kept = {document.analysis.graph.number_of[step.id] for step in path.steps}
    ((share,),) = attack.point.what_if([{step: 0 for step in attack.point.possible if step not in kept}], [goal])
    return share


def test_no_path_is_likelier_than_its_steps_make_the_goal(unsaid: Assessment) -> None:
    assumed = 0
    for goal in unsaid.goals:
        for path in goal.paths:
            assumed += bool(path.assumes)
            share = joint(path, unsaid, goal.adversary, goal.fact)
            error = (share * (1 - share) / 4096) ** 0.5
            assert path.probability <= share + 4 * error + 1e-3, (goal.fact, path)
            assert rounded(share) <= goal.probability.point
    assert assumed


def test_a_path_names_what_it_counts_on_and_the_document_alone_tells_the_same(unsaid: Assessment) -> None:
    again = Assessment.from_json(unsaid.to_json())
    goal = next(goal for goal in unsaid.goals if any(path.assumes for path in goal.paths))
    assert again.routes(goal.fact) == unsaid.routes(goal.fact)
    for path in again.paths(goal.fact):
        product = 1.0
        for chance in (*path.assumes.values(), *(step.probability for step in path.steps)):
            assert 0 < chance <= 1
            product *= chance
        assert path.probability == pytest.approx(product, rel=2e-3)
        assert not any(is_gate(name) for step in path.steps for name in (step.id, *step.needs, *step.gains))


def test_gates_are_named_nowhere_else(unsaid: Assessment) -> None:
    for goal in unsaid.goals:
        assert not any(is_gate(point.id) for point in unsaid.choke_points(goal.fact))
        cuts = unsaid.cuts(goal.fact, size=2)
        assert not any(map(is_gate, cuts.uncut))


def test_the_tree_marks_a_start_that_may_not_be_held(unsaid: Assessment) -> None:
    trees = [unsaid.tree(goal.fact, adversary=goal.adversary, depth=64, width=32) for goal in unsaid.goals]
    tree = next(tree for tree in trees if any(node.kind == "start" for node in tree.root.walk()))
    start = next(node for node in tree.root.walk() if node.kind == "start")
    chance = unsaid.table(tree.adversary).starts[start.id]
    assert 0 < chance < 1
    assert f"[not known whether it is held, P {chance:.3g}]" in tree.text()
    assert any(node["id"] == start.id and node["probability"] == rounded(chance) for node in tree.to_dict()["nodes"])
