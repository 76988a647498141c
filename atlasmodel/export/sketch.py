"""An attack tree made small enough for a page: what is certain is folded into the lines, what is shared is drawn once.

The cheapest proof is always whole. Further ways are added while there is room, first those nearest to the goal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from atlasmodel._calls import Call, call
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
        stack = [self]
        while stack:
            item = stack.pop()
            yield item
            stack.extend(reversed(item.children))

    @property
    def levels(self) -> int:
        """Return the number of rows."""
        row, count = [self], 0
        while row:
            row, count = [child for item in row for child in item.children], count + 1
        return count

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
class _Draft:
    """Be a node while it is folded: `through` and `facts` grow from below, the last is the first."""

    kind: Kind
    node: TreeNode
    children: list[_Draft] = field(default_factory=list)
    through: list[TreeNode] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    more: int = 0


@dataclass
class _Folding:
    """Fold a tree, with a given number of ways at each choice (one where none is given)."""

    tree: AttackTree
    ways: dict[str, int]
    spare: dict[str, int] = field(default_factory=dict)  # choices with further ways -> depth
    drawn: dict[str, None] = field(default_factory=dict)
    above: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.full = {node.id: node for node in self.tree.root.walk() if node.children and node.kind != "step"}
        self.root = _merged(call(self.choice(self.tree.root, 0)) or _Draft("goal", self.tree.root))
        self.size = sum(1 for _ in self.root.walk())

    def choice(self, node: TreeNode, depth: int) -> Call[_Draft | None]:
        """Return a fact or a choice of facts; None where it would rest on itself."""
        whole = self.full.get(node.id, node)
        if node.kind == "start":
            return _Draft("start", node, facts=[node.id])
        if node.id in self.above:
            return None
        if node.id in self.drawn:
            return _Draft("again", node)
        self.above.add(node.id)
        made, left_out = yield self.some_ways(whole, depth)
        self.above.discard(node.id)
        if not made:
            return None if whole.children else _Draft("cut", node, more=node.left_out)
        more = left_out + whole.left_out
        if node.kind != "goal" and len(made) == 1:
            only: _Draft = made[0]
            only.facts.append(node.id)
            only.more += more
            return only
        return _Draft("goal" if node.kind == "goal" else "or", node, made, facts=[node.id], more=more)

    def some_ways(self, node: TreeNode, depth: int) -> Call[tuple[list[_Draft], int]]:
        """Return as many ways as this choice may show, and the number of those not looked at."""
        made: list[_Draft] = []
        tried = 0
        self.drawn[node.id] = None
        for way in node.children:
            if len(made) == self.ways.get(node.id, 1):
                break
            tried += 1
            part = yield self.part(way, depth + 1)
            made += [part] if part else []
        if not made:
            self.drawn.pop(node.id, None)
        elif tried < len(node.children):
            self.spare[node.id] = depth
        return made, len(node.children) - tried

    def part(self, node: TreeNode, depth: int) -> Call[_Draft | None]:
        """Return what stands below a choice: a step, or one of several facts."""
        if node.kind != "step":
            whole: _Draft | None = yield self.choice(node, depth)
            return whole
        before = len(self.drawn)
        made: list[_Draft | None] = []
        for child in node.children:
            made.append((yield self.choice(child, depth)))
        children = [part for part in made if part]
        if len(children) < len(made):
            while len(self.drawn) > before:
                self.drawn.popitem()  # what was begun here is not in the drawing
            return None
        label = self.tree.step(node)
        certain = label.technique is None and label.probability >= 1 and not label.measures
        if certain and len(children) == 1:
            children[0].through.append(node)
            return children[0]
        return _Draft("step", node, children)


def _merged(draft: _Draft) -> Sketch:
    """Return the sketch, with a choice directly below a choice drawn as one, unless something refers to it."""
    wanted: set[str] = set()
    stack = [draft]
    while stack:
        item = stack.pop()
        stack += item.children
        wanted |= {item.node.id} if item.kind == "again" else set()

    def merge(item: _Draft) -> Call[Sketch]:
        children: list[Sketch] = []
        more = item.more
        for below in item.children:
            child = yield merge(below)
            alone = child.kind == "or" and not child.through and wanted.isdisjoint(child.facts)
            if alone and item.kind in ("or", "goal"):
                children += child.children
                more += child.more
            else:
                children.append(child)
        through, facts = tuple(reversed(item.through)), tuple(reversed(item.facts))
        return Sketch(item.kind, item.node, tuple(children), through, facts, more)

    return call(merge(draft))
