"""The attack tree of one goal: its AND/OR proofs down to the adversary's start, bounded in depth and width.

The graph has cycles and shared parts, a tree has none: a part that was shown before is marked as shared and not shown
again, and a way that would need what it is to prove is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from atlasmodel.attack.paths import Move, relax

Kind = Literal["goal", "fact", "step", "start"]


@dataclass(frozen=True)
class TreeNode:
    """Be one node: a fact (any child proves it), a step (all children are needed), or a start."""

    kind: Kind
    id: str
    children: tuple[TreeNode, ...] = ()
    shared: bool = False  # shown in full elsewhere in the tree
    left_out: int = 0  # further ways, cut by the bounds

    def walk(self) -> list[TreeNode]:
        """Return this node and all below it, parents first."""
        nodes, stack = [], [self]
        while stack:
            node = stack.pop()
            nodes.append(node)
            stack.extend(reversed(node.children))
        return nodes

    @property
    def is_cut(self) -> bool:
        """Tell whether the bounds left something out."""
        return any(node.left_out for node in self.walk())


@dataclass(frozen=True)
class AttackTree:
    """Hold the tree of a goal with what its drawings need: the moves by id and the countermeasures at each step."""

    goal: str
    adversary: str
    root: TreeNode
    titles: Mapping[str, str]
    measures: Mapping[str, tuple[str, ...]]

    def text(self) -> str:
        """Return the tree as indented text."""
        lines: list[str] = []
        stack = [(self.root, 0)]
        while stack:
            node, depth = stack.pop()
            sign = {"goal": "GOAL", "fact": "any of", "step": "step", "start": "start"}[node.kind]
            more = f"  (+{node.left_out} more ways)" if node.left_out else ""
            again = "  (shown above)" if node.shared else ""
            lines.append(f"{'  ' * depth}{sign}: {self.titles.get(node.id, node.id)}{again}{more}")
            lines += [
                f"{'  ' * (depth + 1)}against it: {measure}"
                for measure in self.measures.get(node.id, ())
                if node.kind == "step"
            ]
            stack.extend((child, depth + 1) for child in reversed(node.children))
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"AttackTree({self.goal!r}, {self.adversary!r}, {len(self.root.walk())} nodes)"


def grow_tree(moves: Sequence[Move], starts: Collection[str], goal: str, depth: int = 12, width: int = 3) -> TreeNode:
    """Return the tree of a goal: at most `width` ways to each fact, cheapest first, at most `depth` steps down.

    >>> moves = [Move("a", (("s",),), ("x",), 1.0), Move("b", (("x",), ("y",)), ("g",), 1.0)]
    >>> [node.id for node in grow_tree(moves, {"s", "y"}, "g").walk()]
    ['g', 'b', 'x', 'a', 's', 'y']
    """
    return _Grower(moves, starts, depth, width).fact(goal, (), kind="goal")


class _Grower:
    """Expand facts and steps, remembering what was shown."""

    def __init__(self, moves: Sequence[Move], starts: Collection[str], depth: int, width: int) -> None:
        self.starts, self.depth, self.width = starts, depth, width
        self.costs = {fact: cost for fact, (cost, _) in relax(moves, starts, (), additive=True).items()}
        self.gaining: dict[str, list[Move]] = {}
        for move in moves:
            for fact in move.gains:
                self.gaining.setdefault(fact, []).append(move)
        self.shown: set[str] = set()

    def fact(self, fact: str, above: tuple[str, ...], kind: Kind = "fact") -> TreeNode:
        if fact in self.starts:
            return TreeNode("start", fact)
        if fact in self.shown:
            return TreeNode(kind, fact, shared=True)
        ways = [move for move in self.gaining.get(fact, ()) if self._usable(move, (*above, fact))]
        ways.sort(key=lambda move: (self._cost(move), move.id))
        if len(above) >= self.depth:
            return TreeNode(kind, fact, left_out=len(ways))
        self.shown.add(fact)
        children = tuple(self.step(move, (*above, fact)) for move in ways[: self.width])
        return TreeNode(kind, fact, children, left_out=max(0, len(ways) - self.width))

    def step(self, move: Move, above: tuple[str, ...]) -> TreeNode:
        children = []
        for clause in move.needs:
            options = [fact for fact in clause if fact in self.costs and fact not in above]
            best = min(options, key=lambda fact: (fact not in self.starts, self.costs[fact], fact))
            children.append(self.fact(best, above))
        return TreeNode("step", move.id, tuple(dict.fromkeys(children)), left_out=0)

    def _usable(self, move: Move, above: tuple[str, ...]) -> bool:
        return all(any(fact in self.costs and fact not in above for fact in clause) for clause in move.needs)

    def _cost(self, move: Move) -> float:
        return move.weight + sum(
            min(self.costs[fact] for fact in clause if fact in self.costs) for clause in move.needs
        )
