"""Check rules beyond what the reader refuses: one small class a check, see `CHECKS`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from atlasmodel.match.lint import condition_checks, fact_checks, flow_checks, naming_checks, text_checks
from atlasmodel.match.lint.check import Check, Context, LintProblem, Severity
from atlasmodel.match.rule import Rule
from atlasmodel.model.kinds import Vocabulary

CHECKS: tuple[type[Check], ...] = (
    condition_checks.AlwaysTrue,
    condition_checks.NeverTrue,
    condition_checks.KindNeverFits,
    condition_checks.AttributeNotThere,
    condition_checks.KindAsked,
    condition_checks.ControlAsked,
    condition_checks.HearsayAsked,
    condition_checks.NotOverStructure,
    flow_checks.FlowNeverDrawn,
    flow_checks.FlowPartNeverDrawn,
    flow_checks.UnusedName,
    fact_checks.Unreachable,
    fact_checks.DeadAlternative,
    fact_checks.Unneeded,
    fact_checks.GainsNothing,
    fact_checks.SelfSupporting,
    fact_checks.SuperfluousGain,
    naming_checks.UnknownTechnique,
    naming_checks.UnknownReference,
    naming_checks.Duplicate,
    naming_checks.MissingTest,
    naming_checks.MissingQuestion,
    naming_checks.ScopeAmiss,
    naming_checks.FreeStep,
    naming_checks.Unruled,
    text_checks.ProductName,
    text_checks.EmptyText,
    text_checks.SplitSentence,
    text_checks.TextForm,
)


def lint(
    rules: Iterable[Rule],
    vocabulary: Vocabulary,
    techniques: Collection[str],
    case_studies: Collection[str],
    unruled: Mapping[str, str],
    *,
    retired: Mapping[str, str | None] | None = None,
    names: Iterable[str] = (),
) -> list[LintProblem]:
    """Return every problem of the rules, in the order of files and lines, those of the set last.

    `techniques` and `case_studies` are the ids of the release, `retired` maps ids that left ATLAS to their successors,
    `unruled` gives techniques without a rule the reason, `names` are product and company names to keep out of texts.
    """
    context = Context(
        tuple(rules),
        vocabulary,
        frozenset(techniques),
        frozenset(case_studies),
        dict(unruled),
        dict(retired or {}),
        tuple(dict.fromkeys(names)),
    )
    checks = [check() for check in CHECKS]
    found = [problem for check in checks for rule in context.rules for problem in check.check(rule, context)]
    found += [problem for check in checks for problem in check.finalize(context)]
    return sorted(dict.fromkeys(found), key=_order)


def _order(problem: LintProblem) -> tuple[bool, str, int, str, str, str]:
    span = problem.span
    place = (span.file, span.line) if span else ("", 0)
    return (problem.rule is None, *place, problem.rule or "", problem.code, problem.message)


__all__ = ["CHECKS", "Check", "Context", "LintProblem", "Severity", "lint"]
