"""The matcher a second time, naively: no index, every rule at every component and flow, its own search for neighbours.

It shares the formulas and the way values are looked up with the package, nothing else: it says what a rule means in the
fewest words, so that the indexed engine can be compared with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from atlasmodel.match.conditions import (
    All,
    Always,
    AtLeast,
    Condition,
    HasAttribute,
    HasFlow,
    Holds,
    IsKind,
    Neighbour,
    Not,
    ZoneTrust,
)  # fmt: skip
from atlasmodel.match.formula import NO, YES, Formula, Leaf, at_least, every, negate, some
from atlasmodel.match.rule import Fact, Rule
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.pipeline import Component, Flow, Pipeline

Bindings = dict[str, dict[str, list[Formula]]]


@dataclass(frozen=True)
class Found:
    """Hold what the engine says of a grounding, without evidence."""

    id: str
    formula: Formula
    clauses: tuple[frozenset[tuple[str, Formula]], ...]
    gains: frozenset[tuple[str, Formula]]


def match_naively(pipeline: Pipeline, rules: Iterable[Rule], vocabulary: Vocabulary) -> list[Found]:
    """Return all that applies or may apply, sorted by id."""
    asker = _Asker(pipeline, vocabulary)
    found = [item for rule in rules for item in asker.groundings(rule) if item.formula != NO]
    return sorted(found, key=lambda item: item.id)


@dataclass
class _Asker:
    pipeline: Pipeline
    vocabulary: Vocabulary

    def groundings(self, rule: Rule) -> Iterator[Found]:
        if not rule.at and not rule.on:
            yield self.grounding(rule, None, None)
        for component in self.pipeline.components:
            if rule.at and not rule.on and self.fits(component, rule.at):
                yield self.grounding(rule, component, None)
        for flow in self.pipeline.flows:
            source, target = self.component(flow.source), self.component(flow.target)
            if flow.kind in rule.on and self.fits(source, rule.source) and self.fits(target, rule.target):
                yield self.grounding(rule, target, flow)

    def grounding(self, rule: Rule, here: Component | None, flow: Flow | None) -> Found:
        bindings: Bindings = {}
        formula: Formula = YES if here is None else self.ask(rule.when, here, flow, bindings)
        gains = self.options(rule.gains, here, flow, bindings)
        for extra in rule.gains_if if here is not None else ():
            more = {name: {place: list(parts) for place, parts in fits.items()} for name, fits in bindings.items()}
            further = self.ask(extra.when, here, flow, more)  # type: ignore[arg-type]
            gains += [(fact, every([further, under])) for fact, under in self.options(extra.gains, here, flow, more)]
        merged = {fact: some([under for other, under in gains if other == fact]) for fact, _ in gains}
        place = flow.id if flow else here.id if here else "adversary"
        return Found(
            f"{rule.id}@{place}",
            formula,
            tuple(frozenset(self.options(clause, here, flow, bindings)) for clause in rule.requires),
            frozenset((fact, under) for fact, under in merged.items() if under != NO),
        )

    def options(
        self, facts: Iterable[Fact], here: Component | None, flow: Flow | None, bindings: Bindings
    ) -> list[tuple[str, Formula]]:
        options: list[tuple[str, Formula]] = []
        for fact in facts:
            if fact.place == "adversary":
                options.append((f"{fact.token}@adversary", YES))
            elif fact.place == "self" and here is not None:
                options.append((f"{fact.token}@{here.id}", YES))
            elif fact.place in ("from", "to") and flow is not None:
                options.append((f"{fact.token}@{flow.source if fact.place == 'from' else flow.target}", YES))
            else:
                fits = bindings.get(fact.place, {})
                options += [(f"{fact.token}@{place}", some(parts)) for place, parts in sorted(fits.items())]
        return options

    def ask(self, node: Condition, here: Component, flow: Flow | None, bindings: Bindings) -> Formula:
        if isinstance(node, Always):
            return YES
        if isinstance(node, All):
            return every([self.ask(part, here, flow, bindings) for part in node.parts])
        if isinstance(node, AtLeast):
            # What a part binds counts only where the part can hold.
            parts = []
            for part in node.parts:
                own: Bindings = {}
                parts.append(self.ask(part, here, flow, own))
                if parts[-1] != NO:
                    _join(bindings, own)
            return at_least(node.count, parts)
        if isinstance(node, Not):
            return negate(self.ask(node.part, here, flow, {}))
        if isinstance(node, IsKind):
            return YES if self.fits(here, node.kinds) else NO
        if isinstance(node, ZoneTrust):
            trust = next((zone.trust for zone in self.pipeline.zones if zone.id == here.zone), 0)
            above = node.at_least is None or trust >= node.at_least
            return YES if above and (node.at_most is None or trust <= node.at_most) else NO
        if isinstance(node, Holds):
            return self.holds(node, here)
        if isinstance(node, HasAttribute):
            return self.attribute(node, here, flow)
        if isinstance(node, HasFlow):
            return some(
                [self.flow(node, arrow) for arrow in self.pipeline.flows if _touches(arrow, here, node.direction)]
            )
        assert isinstance(node, Neighbour)
        return self.neighbour(node, here, bindings)

    def neighbour(self, node: Neighbour, here: Component, bindings: Bindings) -> Formula:
        """Take every walk of at most `within` flows; where it may have come to is enough to know its last flow."""
        parts = []
        ends = {here.id}
        for _ in range(node.within):
            walked = [pair for pair in self.arrows(node) if pair[0] in ends]
            for near, arrow, far in walked:
                if far == here.id and near != here.id:
                    continue
                other = self.component(far)
                if node.kinds and not self.fits(other, node.kinds):
                    continue
                formula = every([self.attribute(part, other, arrow) for part in node.attributes])
                parts.append(formula)
                if node.name and formula != NO:
                    bindings.setdefault(node.name, {}).setdefault(far, []).append(formula)
            ends |= {far for _, _, far in walked}
        return some(parts)

    def arrows(self, node: Neighbour) -> Iterator[tuple[str, Flow, str]]:
        """Yield every flow that the walk may take, with the end it starts from and the end it leads to."""
        for arrow in self.pipeline.flows:
            if node.flows and arrow.kind not in node.flows:
                continue
            if node.crosses is not None and self.crosses(arrow) != node.crosses:
                continue
            if node.direction in ("upstream", "neighbour"):
                yield arrow.target, arrow, arrow.source
            if node.direction in ("downstream", "neighbour"):
                yield arrow.source, arrow, arrow.target

    def flow(self, node: HasFlow, arrow: Flow) -> Formula:
        if node.kinds and arrow.kind not in node.kinds:
            return NO
        if node.crosses is not None and self.crosses(arrow) != node.crosses:
            return NO
        return every([self.attribute(part, self.component(arrow.target), arrow) for part in node.attributes])

    def attribute(self, node: HasAttribute, here: Component, flow: Flow | None) -> Formula:
        place: Component | Flow = here
        if flow is not None and node.of != "self":
            ends = {"flow": flow, "from": self.component(flow.source), "to": self.component(flow.target)}
            place = ends[node.of]
        value = place.attributes.get(node.name)
        known = node.name in place.attributes
        if not known and isinstance(place, Component):
            known = node.name in self.vocabulary.attributes_of(place.kind)
            default = self.vocabulary.default(place.kind, node.name) if known else None
            value = default.value if default else None
        elif not known:
            known = self.vocabulary.attributes[node.name].flow
        if not known:
            return NO
        if value is None:
            return Leaf(place.id, node.name, node.test, node.stated and node.name not in place.attributes)
        return YES if node.test.holds(value) else NO

    def holds(self, node: Holds, here: Component) -> Formula:
        order = ("low", "medium", "high", "critical")
        for asset in self.pipeline.assets:
            if asset.id not in here.holds:
                continue
            said = {
                name: word
                for name in ("confidentiality", "integrity", "availability", "safety")
                if (word := getattr(asset, name)) and node.dimension in (None, name)
            }
            worthy = node.worth is None or any(order.index(word) >= order.index(node.worth) for word in said.values())
            if worthy and (said or node.dimension is None):
                return YES
        return NO

    def crosses(self, arrow: Flow) -> bool:
        return self.around(arrow.source) != self.around(arrow.target)

    def around(self, component: str) -> set[str]:
        zones = {zone.id: zone.parent for zone in self.pipeline.zones}
        line: set[str] = set()
        zone: str | None = self.component(component).zone
        while zone is not None and zone not in line:
            line.add(zone)
            zone = zones.get(zone)
        return line

    def fits(self, component: Component, kinds: Iterable[str]) -> bool:
        here: str | None = component.kind
        while here is not None:
            if here in kinds or "*" in kinds:
                return True
            entry = self.vocabulary.kinds.get(here) or self.vocabulary.groups.get(here)
            here = entry.parent if entry else None
        return False

    def component(self, identifier: str) -> Component:
        return next(item for item in self.pipeline.components if item.id == identifier)


def _touches(arrow: Flow, here: Component, direction: str) -> bool:
    arrives, leaves = arrow.target == here.id, arrow.source == here.id
    return {"in": arrives, "out": leaves, "any": arrives or leaves}[direction]


def _join(bindings: Bindings, more: Bindings) -> None:
    for name, fits in more.items():
        for place, parts in fits.items():
            bindings.setdefault(name, {}).setdefault(place, []).extend(parts)
