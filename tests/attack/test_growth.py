"""Attack trees: every way is one of the graph, nothing rests on itself, bounds are told, figures are those of the graph."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.attack import growth
from atlasmodel.attack.growth import grow_tree
from atlasmodel.attack.search.moves import Move
from atlasmodel.attack.tree import AttackTree, Countermeasure, Figures, StepLabel, TreeNode
from atlasmodel.export.sketch import sketch
from attack.making import relax
from attack.test_paths import GOAL, Drawn, systems

steady = settings(derandomize=True, deadline=None, max_examples=150)


@steady
@given(systems(), st.integers(1, 6), st.integers(1, 3))
def test_a_tree_shows_steps_that_can_be_done_and_nothing_rests_on_itself(drawn: Drawn, depth: int, width: int) -> None:
    moves, starts = drawn
    if GOAL not in {fact for move in moves for fact in move.gains}:
        return
    by_id = {move.id: move for move in moves}
    reached = relax(moves, starts, additive=True)
    stack: list[tuple[TreeNode, frozenset[str]]] = [(grow_tree(moves, starts, GOAL, depth, width), frozenset())]
    while stack:
        node, above = stack.pop()
        if node.kind == "step":
            assert len(node.children) <= len(by_id[node.id].needs)
        elif node.kind == "start":
            assert node.id in starts
        elif node.kind == "any":
            assert len(node.children) <= width
        else:
            assert node.id not in above
            assert len(node.children) <= width
            assert all(node.id in by_id[child.id].gains for child in node.children)
            assert (node.id in reached) == bool(node.children or node.left_out or node.shared)
        below = above | {node.id} if node.kind in ("goal", "fact") else above
        stack += [(child, below) for child in node.children]


def test_what_the_bounds_leave_out_is_told() -> None:
    moves = [Move(f"w{number}", (), (GOAL,), 1.0) for number in range(5)]
    assert grow_tree(moves, (), GOAL, width=2).left_out == 3
    chain = [Move(f"m{n:06}", ((f"n{n}",),), (f"n{n + 1}",), 1.0) for n in range(2000)]
    tree = grow_tree(chain, {"n0"}, "n2000", depth=10)
    assert tree.is_cut
    assert sum(node.kind == "step" for node in tree.walk()) == 10


def test_a_tree_as_data_has_countermeasures_and_figures_as_nodes_say() -> None:
    root = grow_tree([Move("a", (("s@x",),), ("g@x",), 1.0)], {"s@x"}, "g@x")
    against = Countermeasure("Signing", "X", "in place")
    tree = AttackTree(
        "g@x", "me", root, "Gone.", {"a": StepLabel("Take it", "X", measures=(against,), probability=0.5)},
        figures={"g@x": Figures(1.5, "novice", 0.25, 0.5)}, method="exact",
    )  # fmt: skip
    plain = tree.to_dict()
    goal, step, measure, start = plain["nodes"]
    assert (goal["children"], step["children"], measure["children"], start["children"]) == ([1], [2, 3], [], [])
    assert (goal["probability"], goal["effort_days"], goal["skill"], goal["detection"]) == (0.5, 1.5, "novice", 0.25)
    assert (measure["kind"], measure["state"], start["kind"]) == ("countermeasure", "in place", "start")
    assert not plain["cut"] and plain["method"] == "exact"
    assert "[P 0.5, 1.5 days, novice, noticed 0.25]" in tree.text()


def line(length: int) -> list[Move]:
    return [Move(f"m{n:06}", ((f"n{n}",),), (f"n{n + 1}",), 1.0) for n in range(length)]


def test_a_chain_of_20_000_steps_grows_without_recursion() -> None:
    length = 20_000
    root = grow_tree(line(length), {"n0"}, f"n{length}", depth=length)
    assert sum(node.kind == "step" for node in root.walk()) == length
    assert not root.is_cut


def test_a_deep_tree_is_folded_and_told_without_recursion() -> None:
    length = 10_000
    tree = AttackTree("goal", "me", grow_tree(line(length), {"n0"}, f"n{length}", depth=length))
    assert [len(item.through) for item in sketch(tree).walk()] == [0, length]
    assert tree.text().splitlines()[-1].endswith("start: n0")


def test_what_goes_in_circles_stops_at_a_bound_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "WORK", 20_000)
    root = grow_tree([*line(500), Move("back", (("n500",),), ("n1",), 1.0)], {"n0"}, "n500", depth=1000)
    assert root.is_cut
    assert 10 < sum(node.kind == "step" for node in root.walk()) < 500
