"""Run the tests that a rule carries: it fires, asks or stays silent on small pipelines of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from atlasmodel.errors import AtlasModelError, Problem
from atlasmodel.match.engine import Grounding
from atlasmodel.match.formula import is_listed
from atlasmodel.match.ground import Index, ground
from atlasmodel.match.rule import Rule, RuleTest
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.reader import pipeline_from

_CERTAINTY = {"fires": "yes", "asks": "unknown"}


def run_tests(rule: Rule, vocabulary: Vocabulary) -> list[Problem]:
    """Return a problem for every test of the rule that does not come out as it says."""
    problems = []
    for number, test in enumerate(rule.tests, 1):
        for message in run_test(rule, test, vocabulary):
            problems.append(Problem("AM220", f"{rule.id} test {number} ({test.verdict}): {message}", rule.span))
    return problems


def run_test(rule: Rule, test: RuleTest, vocabulary: Vocabulary) -> list[str]:
    """Return what differs between a test and what the rule does."""
    try:
        pipeline = sample_pipeline(test, vocabulary)
    except AtlasModelError as error:
        return [f"its pipeline is unsound: {problem}" for problem in error.problems]
    groundings = [item for item in ground(rule, Index(pipeline, vocabulary)) if is_listed(item.formula)]
    if test.verdict == "silent":
        return [f"applies ({item.certainty}) at {item.component}" for item in groundings]
    wrong = []
    wanted = _CERTAINTY[test.verdict]
    hit = {item.component for item in groundings if item.certainty == wanted}
    for place in test.expect or ((),):
        if not place:
            wrong += [] if hit else [f"nowhere with certainty {wanted}"]
        elif place not in hit:
            wrong.append(f"not at {place} with certainty {wanted}")
    if test.yields:
        reached = chain(groundings, test.given)
        wrong += [
            f"does not yield {fact} from {', '.join(test.given) or 'nothing'}"
            for fact in test.yields
            if fact not in reached
        ]
    return wrong


def sample_pipeline(test: RuleTest, vocabulary: Vocabulary) -> Pipeline:
    """Return the small pipeline of a test; components without a zone stand in one of trust 2."""
    zones = test.zones or {"inside": {"trust": 2}}
    first = next(iter(zones))
    components = {name: {"zone": first, **data} for name, data in test.components.items()}
    data: dict[str, Any] = {
        "atlasmodel": 1,
        "name": "test",
        "zones": zones,
        "components": components,
        "flows": list(test.flows),
    }
    if test.assets:
        data["assets"] = test.assets
    return pipeline_from(data, vocabulary=vocabulary)


def chain(groundings: Iterable[Grounding], given: Iterable[str]) -> set[str]:
    """Return the facts that follow from those given, by these groundings alone."""
    reached = set(given)
    grew = True
    while grew:
        grew = False
        for item in groundings:
            if all(any(option.fact in reached for option in clause) for clause in item.clauses):
                new = {option.fact for option in item.gains} - reached
                grew |= bool(new)
                reached |= new
    return reached
