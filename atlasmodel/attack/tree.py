"""The attack tree of one goal: its AND/OR proofs down to the adversary's start, bounded in depth and width.

The graph has cycles and shared parts, a tree has none: a part that was shown before is marked as shared and not shown
again, and a way that would need what it is to prove is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from atlasmodel import plugins

Kind = Literal["goal", "fact", "any", "step", "start"]
INDENTED = 64  # levels of the text
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
class Figures:
    """Say what a fact takes at least, and how likely it is had, where that is known.

    `effort_days` adds up what a step needs, so that a step that serves twice counts twice: the cheapest attack takes no
    more. `skill` and `detection` are those of the hardest and of the most noticed step, and exact.
    """

    effort_days: float
    skill: str | None
    detection: float
    probability: float | None = None

    def __str__(self) -> str:
        chance = [] if self.probability is None else [f"P {self.probability:.3g}"]
        skill = [self.skill] if self.skill else []
        return ", ".join([*chance, f"{self.effort_days:.3g} days", *skill, f"noticed {self.detection:.2g}"])


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
    effort_days: float = 0.0
    skill: str | None = None
    detection: float = 0.0

    def __str__(self) -> str:
        technique = f" ({self.technique})" if self.technique else ""
        chance = f", p {self.probability:g}" if self.probability < 1 else ""
        return f"{self.title}{technique} [{self.place}{chance}]"


@dataclass(frozen=True)
class AttackTree:
    """Hold the tree of a goal with what its drawings write: what each step is, and the names of the places.

    `figures` are those of facts, by fact, and of starts that may not be held; `method` says how they were found.
    """

    goal: str
    adversary: str
    root: TreeNode
    meaning: str = ""
    steps: Mapping[str, StepLabel] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    pipeline: str = ""
    figures: Mapping[str, Figures] = field(default_factory=dict)
    method: str | None = None

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
            # Deep down the level is a number: indents as long as the way down would outgrow any screen, and memory.
            indent = "  " * depth if depth <= INDENTED else f"{'  ' * INDENTED}{depth - INDENTED} further down: "
            more = f"  (+{node.left_out} more ways)" if node.left_out else ""
            again = "  (shown above)" if node.shared else ""
            figures = self.figures.get(node.id) if node.kind in ("goal", "fact") and not node.shared else None
            told = f"  [{figures}]" if figures else ""
            if node.kind == "start" and (start := self.figures.get(node.id)) is not None:
                told = f"  [not known whether it is held, P {start.probability:.3g}]"
            lines.append(f"{indent}{_SIGN[node.kind]}: {self._says(node)}{told}{again}{more}")
            if node.kind == "step":
                lines += [f"{indent}  against it: {measure}" for measure in self.step(node).measures]
            stack.extend((child, depth + 1) for child in reversed(node.children))
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the tree as plain data: a list of nodes, parents first, each with the numbers of its children.

        Countermeasures are nodes too, below the steps that they weaken. `cut` says that the bounds left something out.
        """
        nodes: list[dict[str, Any]] = []
        stack: list[tuple[TreeNode, int]] = [(self.root, -1)]
        while stack:
            node, parent = stack.pop()
            number = len(nodes)
            entry: dict[str, Any] = {
                "node": number,
                "kind": node.kind,
                "id": node.id,
                "text": self._says(node),
                "children": [],
            }
            entry |= {"shared": node.shared, "left_out": node.left_out}
            nodes.append(entry)
            if parent >= 0:
                nodes[parent]["children"].append(number)
            if node.kind == "step":
                step = self.step(node)
                entry |= {"technique": step.technique, "technique_name": step.technique_name, "place": step.place}
                entry |= {"probability": step.probability, "effort_days": step.effort_days}
                entry |= {"skill": step.skill, "detection": step.detection, "suggestion": step.suggestion}
                for measure in step.measures:
                    against: dict[str, Any] = {
                        "node": len(nodes),
                        "kind": "countermeasure",
                        "id": measure.name,
                        "text": str(measure),
                    }
                    entry["children"].append(len(nodes))
                    nodes.append(against | {"children": [], "place": measure.place, "state": measure.state})
            elif (figures := self.figures.get(node.id)) is not None:
                entry |= {"probability": figures.probability, "effort_days": figures.effort_days}
                entry |= {"skill": figures.skill, "detection": figures.detection}
            stack.extend((child, number) for child in reversed(node.children))
        head = {"goal": self.goal, "meaning": self.meaning, "adversary": self.adversary, "method": self.method}
        return head | {"cut": self.root.is_cut, "nodes": nodes}

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
