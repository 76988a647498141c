"""The command on the organisation: govern."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atlasmodel.cli import display, options, reading
from atlasmodel.errors import InputError, Problem

if TYPE_CHECKING:
    from atlasmodel.document import Because
    from atlasmodel.govern.check import Check
    from atlasmodel.govern.result import Governance
    from atlasmodel.governance import Survey
    from atlasmodel.options import Options

MARKS = {"pass": "pass", "fail": "FAIL", "unknown": "?", "not_applicable": "-"}
ORDER = ("fail", "unknown", "pass")
MEASURES = 40  # tried for the pages of the parties, which show the best


class Format(StrEnum):
    """Name the ways a report is printed; Markdown is for the page of one party."""

    table = "table"
    json = "json"
    markdown = "markdown"


def govern(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="An organisation file, or several of different days; pipeline files.",
            show_default=False,
            readable=False,
        ),
    ] = None,
    *,
    listed: Annotated[bool, typer.Option("--list", help="List every check with its question and statements.")] = False,
    view: Annotated[
        str | None,
        typer.Option("--view", help="The page of one party: ciso, finance, legal, hr, end-users and others."),
    ] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Today's date, for checks on dates.")] = None,
    format: Annotated[
        Format, typer.Option("--format", "-f", help="How to print; markdown with --view.")
    ] = Format.table,
    catalogs: options.Catalogs = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
) -> None:
    """Check the organisation around pipelines: policy, process and people against the statements of the paper."""
    if listed:
        _list(_checks(catalogs), format)
        return
    if not files:
        raise typer.BadParameter("name an organisation file or a pipeline, or use --list", param_hint="FILE")
    from atlasmodel.governance import read_governance, survey_files

    if view is not None:
        space, checks = reading.workspace(catalogs), _checks(catalogs)
        _show_view(view, lambda bounds: survey_files(files, space, as_of, max_bytes, checks, options=bounds), format)
        return
    if format is Format.markdown:
        raise typer.BadParameter("markdown is for the page of one party; add --view", param_hint="--format")
    from atlasmodel.govern.trend import trend

    reports = read_governance(files, reading.workspace(catalogs), as_of, max_bytes, _checks(catalogs))
    if format is Format.json:
        one = len(reports) == 1
        display.as_json(reports[0].to_dict() if one else trend(reports))
        return
    if len(reports) > 1:
        _show_trend(trend(reports))
        return
    _show(reports[0])


def _show_view(view: str, survey: Callable[[Options], tuple[Survey, ...]], format: Format) -> None:
    from atlasmodel.export.view import markdown, text
    from atlasmodel.options import Options
    from atlasmodel.view.compose import make_views
    from atlasmodel.view.definition import builtin_views

    builtin_views().of(view)
    surveys = survey(Options(removes=0, questions=0, measures=MEASURES))
    if len(surveys) > 1:
        hint = "name one organisation file, with any number of pipelines"
        raise InputError(Problem("AM199", "a view shows one organisation on one day", hint=hint))
    report, situation, assessor = surveys[0]
    page = make_views(situation, report, assessor.assessment, [view])[view]
    if format is Format.json:
        display.as_json(page.to_dict())
    else:
        display.out(markdown(page) if format is Format.markdown else text(page))


def _checks(catalogs: list[Path] | None) -> tuple[Check, ...]:
    """Return the packaged checks with the user's own, which stand in `organisation/checks` of each folder."""
    from atlasmodel.govern.read_checks import builtin_checks, with_own_checks

    if not catalogs:
        return builtin_checks()
    return with_own_checks(catalogs, reading.workspace(catalogs).vocabulary)


def _list(checks: tuple[Check, ...], format: Format) -> None:
    from atlasmodel.govern.listing import listing

    records = listing(checks)
    if format is Format.json:
        display.as_json({"checks": records})
        return
    display.rows(records, ("id", "type", "statements", "question"), as_format=format.value)


def _show(report: Governance) -> None:
    days = f" on {report.as_of}" if report.as_of else ""
    display.line(f"{report.organisation}{days}; pipelines: {', '.join(report.pipelines) or 'none'}")
    display.line(", ".join(f"{number} {verdict.replace('_', ' ')}" for verdict, number in report.counts.items()))
    for note in report.notes:
        display.line(f"note: {note}")
    display.line("")
    ranked = sorted(report.results, key=lambda item: ORDER.index(item.result) if item.result in ORDER else len(ORDER))
    rows = [
        {
            "result": MARKS[item.result],
            "check": item.check,
            "statements": item.statements,
            "says": item.says,
            "because": "; ".join(map(_reason, item.because[:1])),
        }
        for item in ranked
    ]
    display.rows(rows, ("result", "check", "statements", "says", "because"), as_format="table")
    display.line("")
    scores = [
        {"score": score.id, "title": score.title, "from": score.low, "to": score.high,
         "pass": score.passed, "fail": score.failed, "unknown": score.unknown}
        for score in (*report.scores, *report.scorecard)
    ]  # fmt: skip
    display.rows(scores, ("score", "title", "from", "to", "pass", "fail", "unknown"), as_format="table")
    if report.raises:
        display.line("")
        steps = [
            {"next": item.check, "to": item.to, "adds": item.adds, "what to do": item.advice} for item in report.raises
        ]
        display.rows(steps, ("next", "to", "adds", "what to do"), as_format="table")


def _reason(reason: Because) -> str:
    said = f"{reason.at}: {reason.fact}"
    return f"{said} [{reason.span}]" if reason.span else said


def _show_trend(found: dict[str, Any]) -> None:
    days = [str(report["as_of"] or "no day") for report in found["reports"]]
    if len(set(days)) < len(days):
        raise InputError(
            Problem("AM181", "two organisation files are of the same day", hint="set `as_of` in each file")
        )
    rows = [
        {"score": score["id"], "title": score["title"], **dict(zip(days, map(_range, score["points"]), strict=True))}
        for score in found["scores"]
    ]
    display.rows(rows, ("score", "title", *days), as_format="table")
    for change in found["changes"]:
        display.line("")
        display.line(f"{change['from']} to {change['to']}:")
        for item in change["changed"]:
            display.line(f"  {item['check']}: {item['before'].replace('_', ' ')} to {item['after'].replace('_', ' ')}")


def _range(point: dict[str, Any]) -> str:
    return f"{point['low']:g} to {point['high']:g}"
