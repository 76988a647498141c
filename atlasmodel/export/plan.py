"""A plan as JSON, Markdown, CSV for a tracker, a table, or a picture."""

from __future__ import annotations

import csv
import json as plain_json
from collections.abc import Callable
from io import StringIO

from rich.console import Group
from rich.table import Table
from rich.text import Text

from atlasmodel._text import csv_cell, markdown_text, terminal
from atlasmodel.errors import InputError, Problem, nearest
from atlasmodel.export.plan_picture import svg
from atlasmodel.export.words import CAUTION, number, percent
from atlasmodel.plan import Plan

COLUMNS = (
    "order", "control", "name", "at", "role", "cost", "cost_low", "cost_high", "currency", "days", "risk_removed",
    "risk_after", "techniques",
)  # fmt: skip


def render(plan: Plan, format: str) -> str:
    """Return a plan in a format; raise InputError for one that is not there."""
    if format not in FORMATS:
        hint = nearest(format, FORMATS) or f"formats of a plan: {', '.join(FORMATS)}"
        raise InputError(Problem("AM169", f"a plan has no format `{format}`", hint=hint))
    return FORMATS[format](plan)


def json(plan: Plan) -> str:
    """Return the plan as readable JSON."""
    return plain_json.dumps(plan.to_dict(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def comma_separated(plan: Plan) -> str:
    """Return one row a measure, in the order of implementation, safe to open in a spreadsheet."""
    page = StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(COLUMNS)
    for order, item in enumerate(plan.measures, 1):
        row = (
            order, item.control, item.name, item.at, item.role, item.cost, item.cost_range.low, item.cost_range.high,
            plan.currency, item.days, item.risk_removed, item.risk_after, " ".join(item.techniques),
        )  # fmt: skip
        writer.writerow([csv_cell(value) for value in row])
    return page.getvalue()


def markdown(plan: Plan) -> str:
    """Return the plan as a page: what to do, what it costs, what remains, how sure that is."""
    lines = [f"# Plan for {markdown_text(plan.pipeline)}", "", sentence(plan), ""]
    lines += ["| | measure | at | role | days | cost | takes off | leaves |", "|--:|---|---|---|--:|--:|--:|--:|"]
    for order, item in enumerate(plan.measures, 1):
        cells = (
            str(order), markdown_text(item.name), markdown_text(item.at), markdown_text(item.role),
            number(item.days), number(item.cost), number(item.risk_removed), number(item.risk_after),
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", f"In all {_range(plan)}.", ""]
    if plan.returns is not None:
        gain = plan.returns
        lines += [
            f"Expected loss of a year: {number(gain.loss_today.likely)} {gain.currency} today, "
            f"{number(gain.loss_after.likely)} after. Avoided for each {gain.currency} spent in the first year: "
            f"{gain.per_money.likely:.2g} ({gain.per_money.low:.2g} to {gain.per_money.high:.2g}).",
            "",
        ]
    for title, rows in (
        ("Together and apart", [_pair(plan, place) for place in range(len(plan.pairs))]),
        (
            "What would change the plan",
            [f"{one.assumption} at {one.value:g}: {one.instead}" for one in plan.sensitivity],
        ),
        ("What nothing covers", list(plan.uncovered)),
        ("Notes", list(plan.notes)),
    ):
        if rows:
            lines += [f"## {title}", "", *(f"- {markdown_text(row)}" for row in rows), ""]
    if plan.front:
        lines += ["## Cost and risk", "", "| cost | leaves | no plan leaves less than |", "|--:|--:|--:|"]
        lines += [f"| {number(one.cost)} | {number(one.residual)} | {number(one.bound)} |" for one in plan.front]
        lines.append("")
    return "\n".join([*lines, CAUTION, ""])


def table(plan: Plan) -> Group:
    """Return what a terminal shows."""
    rows = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("", "takes off", "leaves", "measure", "at", "role", "days", f"cost {plan.currency}"):
        rows.add_column(name, justify="left" if name in ("measure", "at", "role") else "right", overflow="fold")
    for order, item in enumerate(plan.measures, 1):
        texts = (
            str(order), number(item.risk_removed), number(item.risk_after), item.name, item.at, item.role,
            number(item.days), number(item.cost),
        )  # fmt: skip
        rows.add_row(*(Text(terminal(text)) for text in texts))
    parts: list[Table | Text] = [Text(terminal(f"{plan.pipeline}: {sentence(plan)}")), Text(""), rows, Text("")]
    parts.append(Text(f"In all {_range(plan)}."))
    parts += [Text(terminal(_pair(plan, place))) for place in range(len(plan.pairs))]
    parts += [Text(terminal(f"{one.assumption} at {one.value:g}: {one.instead}")) for one in plan.sensitivity]
    parts += [Text(terminal(text)) for text in (*plan.uncovered, *plan.notes)]
    return Group(*parts, Text(CAUTION, "dim"))


def sentence(plan: Plan) -> str:
    """Say in one sentence or two what the plan does and how near to the best it is."""
    count = len(plan.measures)
    done = (
        f"{count} measure{'s' * (count != 1)} lower the total risk from {number(plan.risk)} to {number(plan.residual)}."
    )
    if plan.measured_in == "money":
        best = f"No plan that does this costs less than {number(plan.bound)} {plan.currency}"
    elif plan.measured_in == "attack":
        left = f"The strongest remaining attack has a risk of {plan.objective_value:.3g}"
        best = f"{left}; no plan leaves less than {plan.bound:.3g}"
    else:
        best = f"No plan within the limits leaves less than {number(plan.bound)}"
    return f"{done} {best}: {'proven best' if plan.status == 'optimal' else f'a gap of {percent(plan.gap)} at most'}."


def _range(plan: Plan) -> str:
    cost, days = plan.cost, plan.days
    return (
        f"{number(cost.likely)} {plan.currency} ({number(cost.low)} to {number(cost.high)}) and "
        f"{number(days.likely)} person-days ({number(days.low)} to {number(days.high)}) in the first year"
    )


def _pair(plan: Plan, place: int) -> str:
    pair = plan.pairs[place]
    alone = f"{number(max(0.0, pair.alone[0]))} and {number(max(0.0, pair.alone[1]))}"
    said = {
        "only together": "help only together",
        "more together": "help more together than apart",
        "overlap": "partly do the same",
    }
    return f"{pair.one} and {pair.two} {said[pair.kind]}: {number(pair.together)} together, {alone} alone"


FORMATS: dict[str, Callable[[Plan], str]] = {
    "json": json,
    "markdown": markdown,
    "csv": comma_separated,
    "svg": svg,
}
