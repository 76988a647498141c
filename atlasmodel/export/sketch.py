"""An attack tree made small enough for a page: what is certain is folded into the lines, what is shared is drawn once.

The cheapest proof is always whole. Further ways are added while there is room, first those nearest to the goal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from atlasmodel.attack.tree import AttackTree, TreeNode

Kind = Literal["goal", "or", "step", "start", "again", "cut"]
NODES, LEAVES, LEVELS = 30, 8, 9  # what can still be read on one A4 page


@dataclass(frozen=True)
class Sketch:
    """Be one drawn node: `through` are the steps folded into the line above it, `facts` what it stands for."""

    kind: Kind
    node: TreeNode
    children: tuple[Sketch, ...] = ()
    through: tuple[TreeNode, ...] = ()
    facts: tuple[str, ...] = ()
    more: int = 0  # further ways beside this one

    def walk(self) -> Iterator[Sketch]:
        """Yield this node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def levels(self) -> int:
        """Return the number of rows."""
        return 1 + max((child.levels for child in self.children), default=0)

    @property
    def leaves(self) -> int:
        """Return the number of nodes with nothing below."""
        return sum(not item.children for item in self.walk())


def sketch(tree: AttackTree, nodes: int = NODES, leaves: int = LEAVES, levels: int = LEVELS) -> Sketch:
    """Return the tree within bounds that keep it on a page; the cheapest proof is whole, whatever it takes."""
    ways: dict[str, int] = {}
    best = _Folding(tree, ways)
    deepest = max(levels, best.root.levels)
    growing = True
    while growing:
        growing = False
        for choice in sorted(best.spare, key=lambda item: (ways.get(item, 1), best.spare[item], item)):
            trial = {**ways, choice: ways.get(choice, 1) + 1}
            tried = _Folding(tree, trial)
            if tried.size <= nodes and tried.root.leaves <= leaves and tried.root.levels <= deepest:
                best, ways, growing = tried, trial, True
                break
    return best.root


@dataclass
class _Folding:
    """Fold a tree, with a given number of ways at each choice (one where none is given)."""

    tree: AttackTree
    ways: dict[str, int]
    spare: dict[str, int] = field(default_factory=dict)  # choices with further ways -> depth
    drawn: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.full = {node.id: node for node in self.tree.root.walk() if node.children and node.kind != "step"}
        root = self.choice(self.tree.root, frozenset(), 0)
        self.root = _merged(root) if root else Sketch("goal", self.tree.root)
        self.size = sum(1 for _ in self.root.walk())

    def choice(self, node: TreeNode, above: frozenset[str], depth: int) -> Sketch | None:
        """Return a fact or a choice of facts; None where it would rest on itself."""
        whole = self.full.get(node.id, node)
        if node.kind == "start":
            return Sketch("start", node, facts=(node.id,))
        if node.id in above:
            return None
        if node.id in self.drawn:
            return Sketch("again", node)
        made, left_out = self.some_ways(whole, above | {node.id}, depth)
        if not made:
            return None if whole.children else Sketch("cut", node, more=node.left_out)
        more = left_out + whole.left_out
        if node.kind != "goal" and len(made) == 1:
            return replace(made[0], facts=(node.id, *made[0].facts), more=made[0].more + more)
        return Sketch("goal" if node.kind == "goal" else "or", node, tuple(made), facts=(node.id,), more=more)

    def some_ways(self, node: TreeNode, above: frozenset[str], depth: int) -> tuple[list[Sketch], int]:
        """Return as many ways as this choice may show, and the number of those not looked at."""
        made: list[Sketch] = []
        tried = 0
        self.drawn.add(node.id)
        for way in node.children:
            if len(made) == self.ways.get(node.id, 1):
                break
            tried += 1
            part = self.part(way, above, depth + 1)
            made += [part] if part else []
        if not made:
            self.drawn.discard(node.id)
        elif tried < len(node.children):
            self.spare[node.id] = depth
        return made, len(node.children) - tried

    def part(self, node: TreeNode, above: frozenset[str], depth: int) -> Sketch | None:
        """Return what stands below a choice: a step, or one of several facts."""
        if node.kind != "step":
            return self.choice(node, above, depth)
        before = set(self.drawn)
        parts = [self.choice(child, above, depth) for child in node.children]
        children = tuple(part for part in parts if part)
        if len(children) < len(parts):
            self.drawn = before  # what was begun here is not in the drawing
            return None
        label = self.tree.step(node)
        certain = label.technique is None and label.probability >= 1 and not label.measures
        if certain and len(children) == 1:
            return replace(children[0], through=(node, *children[0].through))
        return Sketch("step", node, children)


def _merged(item: Sketch) -> Sketch:
    """Return the sketch with a choice directly below a choice drawn as one, unless something refers to it."""
    wanted = {part.node.id for part in item.walk() if part.kind == "again"}

    def merge(part: Sketch) -> Sketch:
        children: list[Sketch] = []
        more = part.more
        for child in map(merge, part.children):
            alone = child.kind == "or" and not child.through and wanted.isdisjoint(child.facts)
            if alone and part.kind in ("or", "goal"):
                children += child.children
                more += child.more
            else:
                children.append(child)
        return replace(part, children=tuple(children), more=more)

    return merge(item)
