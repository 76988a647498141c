"""Write an attack tree or an attack path as an Attack Flow 2.0: what an attacker does, and what a step makes possible.

A fact is a condition, a step an action, a component an asset. Where all of several conditions are needed an operator
AND stands before the action, where one of several ways is enough an operator OR before the condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from atlasmodel.assessment import Assessment
from atlasmodel.attack.tree import AttackTree, TreeNode
from atlasmodel.catalog.records import stix_id
from atlasmodel.document import GoalResult, StepRow
from atlasmodel.errors import InputError, Problem
from atlasmodel.export.machine import date_of
from atlasmodel.export.stix.bundle import technique, technique_rows
from atlasmodel.export.stix.objects import Object, made, preamble, serialise
from atlasmodel.export.words import places

EXTENSION = "extension-definition--fb9c968a-745b-4ade-9b25-c324172197f4"
CENTER = "identity--d673f8cb-c168-42da-8ed4-0cb26725f86c"
BORN = "2022-08-02T19:34:35.143Z"
SITE = "https://center-for-threat-informed-defense.github.io/attack-flow"
NEW = {EXTENSION: {"extension_type": "new-sdo"}}


def attack_flow(
    assessment: Assessment,
    *,
    goal: str | None = None,
    at: str | None = None,
    path: int = 0,
    depth: int = 14,
    width: int = 3,
    date: str | None = None,
) -> str:
    """Attack Flow 2.0 of the attack tree of a goal, or of one of its paths.

    `goal` and `at` choose the goal (else that of highest risk), `path` a path by its rank from 1 (0: the whole tree),
    `depth` and `width` bound the tree, `date` is the day the objects say they were made on.
    """
    result = assessment.goal(goal, at)
    flow = _Flow(assessment, result, date_of(assessment, date))
    if path:
        flow.follow(path)
    else:
        flow.climb(assessment.tree(result.fact, depth=depth, width=width))
    return serialise(flow.objects())


class _Flow:
    """Gather conditions, actions and operators, and which leads to which."""

    def __init__(self, assessment: Assessment, result: GoalResult, date: str) -> None:
        self.assessment, self.result, self.date = assessment, result, date
        self.scope = "other"
        self.key = f"{assessment.pipeline.name}|{result.fact}|{result.adversary}"
        self.names = places(assessment)
        self.rows = technique_rows(assessment)
        self.nodes: dict[str, Object] = {}
        self.leads: dict[str, dict[str, None]] = {}
        self.starts: dict[str, None] = {}
        self.cited: dict[str, None] = {}

    def climb(self, tree: AttackTree) -> None:
        """Turn an attack tree upside down: from what the adversary holds to the goal."""
        self.scope, self.key = "attack-tree", f"{self.key}|tree"
        stack = [(tree.root, self._condition(tree.goal))]
        while stack:
            node, this = stack.pop()
            below = [(child, self._node(child, this)) for child in node.children]
            sources = [source for _, source in below]
            if node.kind == "any":
                for source in sources:
                    self._lead(source, this)
            else:
                self._join("AND" if node.kind == "step" else "OR", sources, this)
            if not sources and not node.shared:
                self.starts[this] = None
            stack.extend(reversed(below))

    def follow(self, rank: int) -> None:
        """Turn an attack path into a flow: each step needs what the adversary holds or what steps before it gained."""
        paths = self.assessment.paths(self.result.fact, limit=max(rank, 1))
        if not 1 <= rank <= len(paths):
            raise InputError(Problem("AM149", f"there is no path {rank}", hint=f"{self.result.fact} has {len(paths)}"))
        self.key = f"{self.key}|path {rank}"
        held = sorted(self.assessment.starts(self.result.adversary))
        self.starts = dict.fromkeys(map(self._condition, held))
        for step in paths[rank - 1].steps:
            row = self.assessment.step_by_id[step.id]
            # What was gained last is what the step before was done for.
            needs = [next(fact for fact in reversed(held) if fact in clause) for clause in row.needs]
            action = self._action(row, "")
            self._join("AND", [self._condition(fact) for fact in dict.fromkeys(needs)], action)
            for fact in row.gains:
                self._lead(action, self._condition(fact))
                held.append(fact)
            if not needs:
                self.starts[action] = None
        unused = [this for this in self.starts if this not in self.leads]
        for this in unused:
            del self.starts[this], self.nodes[this]

    def objects(self) -> Iterable[Object]:
        """Yield the flow with all that it refers to."""
        yield preamble(self.date, ())[0]
        yield from _declaration()
        yield self._made(
            "attack-flow",
            "",
            name=f"{self.assessment.pipeline.name}: {self.result.fact}",
            description=f"{self.result.meaning} Adversary: {self.result.adversary}.",
            scope=self.scope,
            start_refs=list(self.starts),
        )
        slugs = {tactic.id: tactic.slug for tactic in self.assessment.matrix.tactics}
        for name in self.cited:
            row = self.rows[name]
            yield technique(row, self.rows.get(row.parent or ""), slugs)
        for this, node in self.nodes.items():
            onward = "on_true_refs" if node["type"] == "attack-condition" else "effect_refs"
            yield node | ({onward: list(self.leads[this])} if this in self.leads else {})

    def _node(self, node: TreeNode, above: str) -> str:
        """Return the object of a node; a step or choice has one at every place, a fact is the same everywhere."""
        if node.kind == "step":
            return self._action(self.assessment.step_by_id[node.id], above)
        if node.kind == "any":
            return self._operator("OR", f"{above}|{node.id}")
        return self._condition(node.id)

    def _condition(self, fact: str) -> str:
        token, _, place = fact.partition("@")
        words = token if place in ("", "adversary") else f"{token} at {self.names.get(place, place)}"
        if fact == self.result.fact:
            words = f"{self.result.meaning} ({words})"
        return self._add("attack-condition", fact, description=words)

    def _action(self, row: StepRow, above: str) -> str:
        cited = {}
        known = self.rows.get(row.technique or "")
        if known:
            self.cited |= dict.fromkeys((known.id, known.parent or known.id))
            tactic = known.tactics[0] if known.tactics else None
            cited = {"technique_id": known.id, "technique_ref": stix_id(known.id), "tactic_id": tactic}
        place = self.names.get(row.at, row.at)
        asset = self._add("attack-asset", row.at, name=place) if row.at != "adversary" else None
        return self._add(
            "attack-action",
            f"{row.id}|{above}",
            name=known.name if known else row.title,
            description=f"{row.title} ({row.rule}, p {row.probability.get(self.result.adversary, 0):g})",
            asset_refs=[asset] if asset else [],
            **cited,
        )

    def _operator(self, operator: str, key: str) -> str:
        return self._add("attack-operator", f"{operator}|{key}", operator=operator)

    def _join(self, operator: str, sources: Sequence[str], target: str) -> None:
        """Lead from all sources to a target, through an operator where there are several."""
        if len(sources) > 1:
            joint = self._operator(operator, target)
            self._lead(joint, target)
            target = joint
        for source in sources:
            self._lead(source, target)

    def _lead(self, source: str, target: str) -> None:
        self.leads.setdefault(source, {})[target] = None

    def _add(self, type: str, key: str, **values: Any) -> str:
        node = self._made(type, key, **values)
        self.nodes[node["id"]] = node
        return str(node["id"])

    def _made(self, type: str, key: str, **values: Any) -> Object:
        return made(type, f"{self.key}|{key}", self.date, **values, extensions=NEW)


def _declaration() -> Iterable[Object]:
    """Yield the declaration of Attack Flow as its makers publish it, and who they are."""
    head = {"spec_version": "2.1", "created_by_ref": CENTER, "created": BORN, "modified": BORN}
    yield head | {
        "type": "extension-definition",
        "id": EXTENSION,
        "name": "Attack Flow",
        "schema": f"{SITE}/stix/attack-flow-schema-2.0.0.json",
        "version": "2.0.0",
        "extension_types": ["new-sdo"],
        "external_references": [{"source_name": "Documentation", "url": SITE}],
    }
    name, sort = "MITRE Center for Threat-Informed Defense", "organization"
    yield head | {"type": "identity", "id": CENTER, "name": name, "identity_class": sort}
