"""Check files -> checks, with every mistake in its place; one mistaken check never hides another's mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from atlasmodel import _yaml
from atlasmodel._files import data_root
from atlasmodel._located import Record, validate
from atlasmodel._yaml import Document, PathKey
from atlasmodel.errors import CatalogError, Problem, nearest, shown
from atlasmodel.govern.check import ACTIONS, SOURCES, STATEMENTS, VERDICTS, Check, CheckTest, Phase, Pillar, Type
from atlasmodel.govern.measures import MEASURES
from atlasmodel.govern.read_conditions import SECTIONS, CheckConditionReader
from atlasmodel.govern.reading import Target
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.read_kinds import builtin_vocabulary


class _Limit(Record):
    is_: bool | None = Field(default=None, alias="is")
    at_least: float | None = None
    at_most: float | None = None
    because: str = ""


class _Says(Record):
    passed: str = Field(alias="pass")
    failed: str = Field(alias="fail")
    unknown: str
    not_applicable: str = "Nothing here calls for it."


class _Written(Record):
    """Be a check as its file holds it."""

    id: str = Field(pattern="^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$")
    title: str = Field(min_length=3)
    type: Type
    statements: tuple[int | str, ...] = Field(min_length=1)
    computed: bool = False
    reads: tuple[str, ...] = ()
    pillar: Pillar | None = None
    phases: tuple[Phase, ...] = ()
    question: str = Field(min_length=10)
    about: Any = "organisation"
    where: Any = None
    passes: Any = None
    measure: dict[str, Any] | None = None
    target: _Limit | None = None
    share: _Limit | None = None
    unit: str = ""
    over: tuple[str, ...] = ()
    says: _Says
    advice: str = Field(min_length=10)
    references: tuple[str, ...] = ()
    tests: tuple[dict[Literal["pass", "fail", "unknown", "not_applicable"], Any], ...] = ()


def load_checks(folders: Iterable[Path], vocabulary: Vocabulary) -> tuple[Check, ...]:
    """Read every file below the folders' `checks/`; raise CatalogError with all problems.

    The checks come in the order of the statements they carry out, scores last.
    """
    checks: dict[str, Check] = {}
    problems: list[Problem] = []
    for folder in folders:
        for path in sorted((folder / "checks").glob("*.yaml")):
            document = _yaml.read(path, name=f"{folder.name}/checks/{path.name}")
            for check in read_checks(document, vocabulary, problems):
                if check.id in checks:
                    first = checks[check.id].span
                    problems.append(Problem("AM293", f"`{check.id}` stands twice", check.span, f"first at {first}"))
                checks[check.id] = check
    for check in checks.values():
        for name in check.over:
            if name not in checks:
                problems.append(Problem("AM294", f"{check.id}: no check `{name}`", check.span, nearest(name, checks)))
    if problems:
        raise CatalogError(problems)
    order = {number: position for position, number in enumerate((*STATEMENTS, *ACTIONS))}
    return tuple(sorted(checks.values(), key=lambda check: (check.type == "score", order[check.statements[0]])))


@cache
def builtin_checks() -> tuple[Check, ...]:
    """Return the checks that come with the library, in the order of the statements; they are read once a process."""
    return load_checks([data_root() / "catalogs" / "organisation"], builtin_vocabulary())


def with_own_checks(folders: Iterable[Path], vocabulary: Vocabulary) -> tuple[Check, ...]:
    """Return the packaged checks and those in `organisation/checks` of some folders."""
    own = data_root() / "catalogs" / "organisation"
    return load_checks([own, *(folder / "organisation" for folder in folders)], vocabulary)


def read_checks(document: Document, vocabulary: Vocabulary, problems: list[Problem]) -> Iterator[Check]:
    """Yield the sound checks of a document; what is wrong with the others is added to the problems."""
    if not isinstance(document.data, list):
        problems.append(Problem("AM290", "a file of checks is a list of checks", document.span()))
        return
    for index, data in enumerate(document.data):
        written, wrong = validate(_Written, data, document, (index,), "AM291")
        if written is not None:
            check = _check(written, document, (index,), vocabulary, wrong)
            if not wrong:
                yield check
        problems += wrong


def _check(
    written: _Written, document: Document, path: PathKey, vocabulary: Vocabulary, problems: list[Problem]
) -> Check:
    reader = CheckConditionReader(document, vocabulary, problems)
    about, kinds = _about(written.about, document, path, reader, problems)
    options = dict(written.measure or {})
    measure = options.pop("name", None)
    problems += _misfits(written, measure, document, path)
    says = {"pass": written.says.passed, "fail": written.says.failed, "unknown": written.says.unknown}
    return Check(
        id=written.id, title=written.title, type=written.type, statements=written.statements,
        computed=written.computed, reads=written.reads, pillar=written.pillar, phases=written.phases,
        question=written.question, says={**says, "not_applicable": written.says.not_applicable},  # type: ignore[dict-item]
        advice=written.advice, references=written.references,
        tests=tuple(_tests(written, document, path, problems)),
        about=about, kinds=kinds,
        where=None if written.where is None else reader.read(written.where, (*path, "where")),
        passes=None if written.passes is None else reader.read(written.passes, (*path, "passes")),
        measure=measure, options=options, target=_target(written.target), share=_target(written.share),
        unit=written.unit, over=written.over, span=document.span(*path),
    )  # fmt: skip


def _about(
    value: Any, document: Document, path: PathKey, reader: CheckConditionReader, problems: list[Problem]
) -> tuple[str, tuple[str, ...]]:
    if value == "organisation" or value in SECTIONS:
        return str(value), ()
    if isinstance(value, dict) and set(value) == {"components"}:
        return "components", reader.of_rules.kinds(value["components"], (*path, "about", "components"))
    known = ("organisation", *SECTIONS)
    hint = nearest(str(value), known) or "write organisation, a section, or {components: [kinds]}"
    problems.append(Problem("AM291", f"`about` is {shown(value)}", document.span(*path, "about"), hint))
    return "organisation", ()


def _target(limit: _Limit | None) -> Target | None:
    if limit is None:
        return None
    if limit.is_ is not None:
        return Target("is", float(limit.is_), limit.because)
    if limit.at_least is not None:
        return Target("at_least", limit.at_least, limit.because)
    return Target("at_most", float(limit.at_most or 0), limit.because)


def _misfits(written: _Written, measure: Any, document: Document, path: PathKey) -> Iterator[Problem]:
    """Yield what does not go together in one check."""
    span = document.span(*path)
    for statement in written.statements:
        if statement not in (*STATEMENTS, *ACTIONS):
            hint = "the statements are 1 to 68 and R1 to R6"
            yield Problem(
                "AM295", f"there is no statement {shown(statement)}", document.span(*path, "statements"), hint
            )
    for name in written.reads:
        if name not in SOURCES:
            yield Problem("AM291", f"`reads` names `{shown(name)}`", span, f"one of {', '.join(SOURCES)}")
    if written.measure is not None and measure not in MEASURES:
        yield Problem("AM294", f"unknown measure `{shown(measure)}`", span, nearest(str(measure), MEASURES))
    ways = [written.passes is not None, written.measure is not None, bool(written.over)]
    if ways.count(True) != 1:
        yield Problem("AM291", f"{written.id} has one of `passes`, `measure`, `over`", span)
    if (written.measure is not None or written.over) and written.target is None:
        yield Problem("AM291", f"{written.id} needs a `target`", span)
    for limit in (written.target, written.share):
        if limit and [limit.is_, limit.at_least, limit.at_most].count(None) != len(("at_least", "at_most")):
            yield Problem("AM291", f"{written.id}: a limit has one of is, at_least, at_most", span)
        elif limit and limit.is_ is None and not limit.because:
            yield Problem("AM291", f"{written.id}: a limit needs `because`, the reason for the figure", span)
    if written.type != "score" and (written.pillar is None or not written.phases or not written.reads):
        yield Problem("AM291", f"{written.id} needs `pillar`, `phases` and `reads`", span)


def _tests(written: _Written, document: Document, path: PathKey, problems: list[Problem]) -> Iterator[CheckTest]:
    seen = set()
    for number, test in enumerate(written.tests):
        for result, given in test.items():
            data: Mapping[str, Any] = given if isinstance(given, dict) else {}
            unknown = set(data) - {"organisation", "pipelines"}
            span = document.span(*path, "tests", number)
            if unknown or result not in VERDICTS:
                problems.append(Problem("AM296", "a test holds `organisation` and `pipelines`", span))
            seen.add(result)
            yield CheckTest(result, data.get("organisation") or {}, data.get("pipelines") or {}, span)
    if written.type != "score" and not {"pass", "fail"} <= seen:
        problems.append(
            Problem("AM296", f"{written.id} needs a test that passes and one that fails", document.span(*path))
        )
