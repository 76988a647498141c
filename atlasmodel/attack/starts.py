"""Where an adversary starts: the facts it holds before the first step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atlasmodel.attack.graph import implied_facts
from atlasmodel.match.conditions import HasAttribute, Scope
from atlasmodel.match.formula import NO, YES, Formula, Test, some
from atlasmodel.match.rule import ADVERSARY
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.pipeline import Adversary, Pipeline

PUBLIC_ENDPOINT = "acc.public_endpoint"
_PUBLIC = HasAttribute("exposure", Test("is", ("public",)))
# What a customer may use, beyond what answers to anyone: the things that have users.
_PRODUCTS = ("program", "endpoint", "agent_system", "gateway", "model", "messaging_channel")


@dataclass(frozen=True)
class Start:
    """Hold an adversary's starting facts, each with the formula under which it is held."""

    adversary: Adversary
    facts: Mapping[str, Formula]

    def names(self, *, certain: bool) -> list[str]:
        """Return the facts held for certain, or those that may be held too."""
        return [fact for fact, formula in self.facts.items() if formula == YES or not certain]


def adversaries_of(pipeline: Pipeline) -> tuple[Adversary, ...]:
    """Return the adversaries of the file; without one, somebody on the internet."""
    return pipeline.adversaries or (Adversary(id="external", profile="external"),)


def start_of(adversary: Adversary, pipeline: Pipeline, vocabulary: Vocabulary) -> Start:
    """Return what an adversary holds at the start, in the order of the file."""
    profile = vocabulary.profiles[adversary.profile]
    held: dict[str, list[Formula]] = {}

    def hold(token: str, place: str, formula: Formula) -> None:
        for fact in implied_facts(f"{token}@{place}", vocabulary.tokens):
            held.setdefault(fact, []).append(formula)

    for token in profile.adversary:
        hold(token, ADVERSARY, YES)
    for entry in adversary.holds:
        token, _, place = entry.partition("@")
        own = token in vocabulary.tokens and vocabulary.tokens[token].place == ADVERSARY
        for component in [ADVERSARY] if own else [place] if place else adversary.at:
            hold(token, component, YES)
    for component in adversary.at:
        for token in profile.at:
            hold(token, component, YES)
    if not adversary.only:
        for item in pipeline.components:
            said = item.attributes.get(_PUBLIC.name)
            if said is not None and not _PUBLIC.test.holds(said):
                continue  # most are inside and say so: nothing more to ask
            formula = _PUBLIC.evaluate(Scope(pipeline, vocabulary, item)).formula
            if formula == NO:
                continue
            for token in profile.exposed:
                if token == PUBLIC_ENDPOINT or vocabulary.is_a(item.kind, _PRODUCTS):
                    hold(token, item.id, formula)
    return Start(adversary, {fact: some(formulas) for fact, formulas in held.items()})


def skill_of(adversary: Adversary, vocabulary: Vocabulary) -> str:
    """Return the adversary's own skill, or that of its profile."""
    return adversary.skill or vocabulary.profiles[adversary.profile].skill
