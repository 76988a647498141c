"""The attack tree of one goal: its AND/OR proofs down to the adversary's start, bounded in depth and width.

The graph has cycles and shared parts, a tree has none: a part that was shown before is marked as shared and not shown
again, and a way that would need what it is to prove is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from atlasmodel import plugins
from atlasmodel.attack.paths import Move, relax

Kind = Literal["goal", "fact", "any", "step", "start"]
_SIGN = {"goal": "GOAL", "fact": "needs", "any": "any of", "step": "step", "start": "start"}


@dataclass(frozen=True)
class TreeNode:
    """Be one node: a fact or a choice of facts (any child will do), a step (all children are needed), or a start."""

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
class Countermeasure:
    """Be a measure that stands against a step: what it is, where it is put, in which state."""

    name: str
    place: str
    state: str

    def __str__(self) -> str:
        return f"{self.name} at {self.place} ({self.state})"


@dataclass(frozen=True)
class StepLabel:
    """Say what a drawing writes at a step: what is done, where, how likely, what stands against it, what could."""

    title: str
    place: str = ""
    technique: str | None = None
    technique_name: str | None = None
    probability: float = 1.0
    measures: tuple[Countermeasure, ...] = ()
    suggestion: str | None = None

    def __str__(self) -> str:
        technique = f" ({self.technique})" if self.technique else ""
        chance = f", p {self.probability:g}" if self.probability < 1 else ""
        return f"{self.title}{technique} [{self.place}{chance}]"


@dataclass(frozen=True)
class AttackTree:
    """Hold the tree of a goal with what its drawings write: what each step is, and the names of the places."""

    goal: str
    adversary: str
    root: TreeNode
    meaning: str = ""
    steps: Mapping[str, StepLabel] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    pipeline: str = ""

    def step(self, node: TreeNode) -> StepLabel:
        """Return the label of a step."""
        return self.steps.get(node.id, StepLabel(node.id))

    def fact(self, fact: str) -> str:
        """Return a fact with the name of its place: `acc.query at Scoring interface`."""
        token, _, place = fact.partition("@")
        return token if place in ("", "adversary") else f"{token} at {self.places.get(place, place)}"

    def text(self) -> str:
        """Return the tree as indented text."""
        lines: list[str] = []
        stack = [(self.root, 0)]
        while stack:
            node, depth = stack.pop()
            indent = "  " * depth
            more = f"  (+{node.left_out} more ways)" if node.left_out else ""
            again = "  (shown above)" if node.shared else ""
            lines.append(f"{indent}{_SIGN[node.kind]}: {self._says(node)}{again}{more}")
            if node.kind == "step":
                lines += [f"{indent}  against it: {measure}" for measure in self.step(node).measures]
            stack.extend((child, depth + 1) for child in reversed(node.children))
        return "\n".join(lines)

    @property
    def dot(self) -> str:
        """Return the drawing as DOT; it fits on a page, so it shows less than the text."""
        return str(plugins.shipped("attack_tree").tree_dot(self))

    def render(self, path: Path | str, *, overwrite: bool = False) -> Path:
        """Draw the tree into a `.svg`, `.png`, `.pdf` or `.dot` file; all but the last need Graphviz."""
        target: Path = plugins.shipped("render").render(self.dot, path, overwrite=overwrite)
        return target

    def _says(self, node: TreeNode) -> str:
        if node.kind == "goal":
            return f"{self.meaning} ({node.id})" if self.meaning else node.id
        if node.kind == "any":
            return f"{len(node.children) + node.left_out} facts, each enough"
        return str(self.step(node)) if node.kind == "step" else self.fact(node.id)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        bundle: dict[str, str] = plugins.shipped("render").mimebundle(self.text(), lambda: self.dot)
        return bundle

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
    return _Grower(moves, starts, depth, width).fact(goal, frozenset(), kind="goal")


class _Grower:
    """Expand facts and steps, remembering what was shown."""

    def __init__(self, moves: Sequence[Move], starts: Collection[str], depth: int, width: int) -> None:
        self.moves, self.starts, self.depth, self.width = moves, frozenset(starts), depth, width
        self.costs = {fact: cost for fact, (cost, _) in relax(moves, starts, (), additive=True).items()}
        self.gaining: dict[str, list[Move]] = {}
        for move in moves:
            for fact in move.gains:
                self.gaining.setdefault(fact, []).append(move)
        self.shown: set[str] = set()

    def fact(self, fact: str, above: frozenset[str], kind: Kind = "fact") -> TreeNode:
        if fact in self.starts:
            return TreeNode("start", fact)
        if fact in self.shown:
            return TreeNode(kind, fact, shared=True)
        above |= {fact}
        held = self._held_without(above)
        ways = [move for move in self.gaining.get(fact, ()) if _possible(move, held)]
        ways.sort(key=lambda move: (self._cost(move), move.id))
        if len(above) > self.depth:
            return TreeNode(kind, fact, left_out=len(ways))
        self.shown.add(fact)
        children = tuple(self.step(move, above, held) for move in ways[: self.width])
        return TreeNode(kind, fact, children, left_out=max(0, len(ways) - self.width))

    def step(self, move: Move, above: frozenset[str], held: Collection[str]) -> TreeNode:
        children = [self.clause(clause, above, held) for clause in move.needs]
        return TreeNode("step", move.id, tuple(dict.fromkeys(children)))

    def clause(self, clause: tuple[str, ...], above: frozenset[str], held: Collection[str]) -> TreeNode:
        options = [fact for fact in clause if fact in held]
        options.sort(key=lambda fact: (fact not in self.starts, self.costs[fact], fact))
        # What the adversary holds already leaves no reason to work for another alternative.
        if len(options) == 1 or options[0] in self.starts:
            return self.fact(options[0], above)
        children = tuple(self.fact(fact, above) for fact in options[: self.width])
        return TreeNode("any", " | ".join(options), children, left_out=max(0, len(options) - self.width))

    def _held_without(self, above: frozenset[str]) -> set[str]:
        """Return the facts that can be had without those above, so that nothing rests on itself."""
        held = set(self.starts)
        waiting = self.moves
        while True:
            ready = [move for move in waiting if _possible(move, held)]
            new = {fact for move in ready for fact in move.gains} - above - held
            if not new:
                return held
            held |= new
            done = {move.id for move in ready}
            waiting = [move for move in waiting if move.id not in done]

    def _cost(self, move: Move) -> float:
        return move.weight + sum(
            min(self.costs[fact] for fact in clause if fact in self.costs) for clause in move.needs
        )


def _possible(move: Move, held: Collection[str]) -> bool:
    return all(any(fact in held for fact in clause) for clause in move.needs)
