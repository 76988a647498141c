"""Say why a rule or a technique applies, may apply, or does not, at the places where it could stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from atlasmodel.catalog.records import kind_of
from atlasmodel.errors import CatalogError, InputError, Problem, nearest
from atlasmodel.match.conditions import Condition, Outcome, Scope
from atlasmodel.match.engine import Grounding
from atlasmodel.match.formula import truth
from atlasmodel.match.ground import Index, ground
from atlasmodel.match.rule import ADVERSARY, Rule
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.workspace import Workspace

VERDICTS = {"yes": "applies", "unknown": "may apply", "no": "does not apply"}


@dataclass(frozen=True)
class Explanation:
    """Hold the verdict of one rule at one place, with every term that was looked at."""

    rule: Rule
    place: str
    verdict: str
    terms: tuple[str, ...]
    requires: tuple[str, ...]
    gains: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"{self.rule.id} at {self.place}: {self.verdict}", f"  {self.rule.title}. {self.rule.rationale}"]
        lines += [f"  - {term}" for term in self.terms]
        lines += [f"  needs {clause}" for clause in self.requires]
        lines += [f"  gains {', '.join(self.gains)}"] if self.gains else []
        return "\n".join(lines)


def rules_for(word: str, workspace: Workspace) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """Return the rules that a rule id, finding id or technique names, and a warning where the id is an old one.

    A parent technique stands for its sub-techniques too. Raises InputError AM160 for a word that names nothing.
    """
    name = word.partition("@")[0]
    if name in workspace.rule_by_id:
        return (workspace.rule_by_id[name],), ()
    if name.startswith("AM-"):
        hint = nearest(name, workspace.rule_by_id) or "`atlasmodel rules list` names them"
        raise InputError(Problem("AM160", f"there is no rule `{name}`", hint=hint))
    try:
        current, warning = workspace.catalog.resolve(name)
    except CatalogError as error:
        raise InputError(
            Problem("AM160", f"`{word}` is no rule, finding or technique", hint=error.problems[0].hint)
        ) from None
    if kind_of(current) != "technique":
        raise InputError(Problem("AM160", f"{workspace.catalog.display_name(current)} ({current}) is no technique"))
    family = {current, *(child.id for child in workspace.catalog.children(current))}
    found = tuple(rule for rule in workspace.rules if rule.technique in family)
    if not found:
        raise InputError(Problem("AM160", f"no rule speaks of {workspace.catalog.display_name(current)} ({current})"))
    return found, (warning,) if warning else ()


def explain(
    pipeline: Pipeline, word: str, workspace: Workspace | None = None, component: str | None = None
) -> tuple[Explanation, ...]:
    """Return why the rules that `word` names apply, may apply or do not, at one component or wherever they could stand.

    What applies comes first, what does not comes last.

    Raises InputError for a word or component that does not exist.
    """
    space = workspace or Workspace.builtin()
    rules, _ = rules_for(word, space)
    place = component or (word.partition("@")[2] or None)
    known = {ADVERSARY, *pipeline.by_id, *pipeline.flow_by_id}
    if place is not None and place not in known:
        raise InputError(Problem("AM127", f"there is no component or flow `{place}`", hint=nearest(place, known)))
    index = Index(pipeline, space.vocabulary)
    found = []
    for rule in rules:
        groundings = [item for item in ground(rule, index) if place in (None, item.component, item.flow)]
        found += [_explained(item, index) for item in groundings]
        if not groundings and place is not None:
            found.append(_elsewhere(rule, place, pipeline))
    order = list(VERDICTS.values())
    return tuple(sorted(found, key=lambda item: order.index(item.verdict)))


def _elsewhere(rule: Rule, place: str, pipeline: Pipeline) -> Explanation:
    kind = pipeline.by_id[place].kind if place in pipeline.by_id else "flow" if ">" in place else ADVERSARY
    if rule.on:
        term = (
            f"it stands on flows of kind {', '.join(rule.on)}, and none of them arrives at {place} from a fitting kind"
        )
    elif rule.at:
        term = f"it stands at {', '.join(rule.at)}; {place} is a {kind}"
    else:
        term = "it happens off the system, at no component"
    return Explanation(rule, place, VERDICTS["no"], (term,), (), ())


def _explained(grounding: Grounding, index: Index) -> Explanation:
    component = index.pipeline.by_id.get(grounding.component)
    terms: tuple[str, ...] = ()
    if component is not None:
        flow = index.pipeline.flow_by_id.get(grounding.flow) if grounding.flow else None
        terms = tuple(
            dict(_terms(grounding.rule.when, Scope(index.pipeline, index.vocabulary, component, flow))).values()
        )
    return Explanation(
        rule=grounding.rule,
        place=grounding.flow or grounding.component,
        verdict=VERDICTS[grounding.certainty],
        terms=terms or ("its kind is all it asks for",),
        requires=tuple(
            " or ".join(option.fact for option in clause) or "a neighbour that is not there"
            for clause in grounding.clauses
        ),
        gains=tuple(option.fact for option in grounding.gains),
    )


def _terms(condition: Condition, scope: Scope) -> Iterable[tuple[object, str]]:
    """Yield every piece of evidence of every leaf of a condition, with how it came out; nothing is cut short.

    Each comes with what makes it one of its own: a flow that several leaves look at, from either end, is told once.
    """
    if condition.children():
        for child in condition.children():
            yield from _terms(child, scope)
        return
    outcome: Outcome = condition.evaluate(scope)
    for item in dict.fromkeys(outcome.evidence):
        where = f" [{item.span}]" if item.span else ""
        came_out = truth(item.formula)
        yield (came_out, item.fact, item.span or item.at), f"{came_out}: {item.fact} (at {item.at}){where}"
