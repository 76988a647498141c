"""Show a simulation and an exercise plan: at the terminal, in Markdown, as pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Group
from rich.table import Table
from rich.text import Text

from atlasmodel._text import markdown_text as md
from atlasmodel._text import terminal
from atlasmodel.export.chart import bar_chart, line_chart
from atlasmodel.export.words import number, percent
from atlasmodel.twin.exercise import Coverage, Exercise
from atlasmodel.twin.result import Chance, Difference, ScenarioRun, Simulation, Spread
from atlasmodel.twin.tornado import Tornado

GOALS, PLACES, STEPS = 5, 8, 5


def simulation_page(run: Simulation) -> Group:
    """Return what a terminal shows of a simulation."""
    head = f"{run.pipeline}: {run.campaigns:,} campaigns by adversary, {run.strategy}, seed {run.seed}"
    parts: list[Text | Table] = [Text(terminal(head), "bold")]
    for scenario in run.scenarios:
        parts += [Text(), _table(f"Scenario: {scenario.name}", _ADVERSARIES, _adversary_rows(scenario))]
        parts.append(_table("Goals", _GOALS, _goal_rows(scenario)))
        if scenario.losses:
            parts.append(_table("Loss a year", _LOSSES, _loss_rows(scenario)))
        parts.append(_table("Where campaigns come, and where they are noticed", _PLACES, _place_rows(scenario)))
        parts.append(_table("Steps that carry most successful campaigns", _STEPS, _step_rows(scenario)))
    if run.differences:
        parts += [Text(), _table(f"Change from {run.scenarios[0].name}", _CHANGES, _change_rows(run))]
    parts += [Text(), *(Text(terminal(note), "dim") for note in run.notes)]
    return Group(*parts)


def simulation_markdown(run: Simulation) -> str:
    """Return a simulation as Markdown."""
    lines = [
        f"# Simulated campaigns against {md(run.pipeline)}",
        "",
        f"{run.campaigns:,} campaigns for each adversary and scenario, strategy {md(run.strategy)}, horizon "
        f"{number(run.horizon_days)} days, seed {run.seed}. All figures rest on assumptions of the catalogues; "
        "ranges are 95 % intervals of the simulation alone.",
    ]
    for scenario in run.scenarios:
        lines += ["", f"## {md(scenario.name)}", "", *_markdown(_ADVERSARIES, _adversary_rows(scenario))]
        lines += ["", *_markdown(_GOALS, _goal_rows(scenario))]
        if scenario.losses:
            lines += ["", *_markdown(_LOSSES, _loss_rows(scenario))]
        lines += ["", *_markdown(_PLACES, _place_rows(scenario)), "", *_markdown(_STEPS, _step_rows(scenario))]
    if run.differences:
        lines += ["", f"## Change from {md(run.scenarios[0].name)}", "", *_markdown(_CHANGES, _change_rows(run))]
    lines += ["", *(f"- {md(note)}" for note in run.notes)]
    return "\n".join(lines) + "\n"


def survival_chart(run: Simulation, adversary: str | None = None) -> str:
    """Return the share of campaigns without success day by day, a line a scenario, as SVG."""
    name = adversary or run.scenarios[0].adversaries[0].adversary
    series = [(scenario.name, scenario.adversary(name).survival) for scenario in run.scenarios]
    return line_chart(f"No goal reached yet: {name}", series, "days from the start of a campaign", "campaigns")


def exceedance_chart(run: Simulation, currency: str | None = None) -> str:
    """Return the share of years that lose more than an amount, a line a scenario, as SVG."""
    known = [loss.currency for loss in run.scenarios[0].losses]
    name = currency or (known[0] if known else "")
    series = [
        (scenario.name, loss.exceedance)
        for scenario in run.scenarios
        for loss in scenario.losses
        if loss.currency == name and loss.exceedance
    ]
    top = max((share for _, curve in series for _, share in curve), default=1.0)
    title = "Loss of a year: how likely is more?"
    return line_chart(title, series, f"loss a year, {name}", "years that lose more", log_x=True, percent=True, top=top)


def tornado_chart(found: Tornado) -> str:
    """Return how far each assumption moves the figure, as SVG."""
    bars = [(bar.assumption, bar.low, bar.at_low, bar.high, bar.at_high) for bar in found.bars]
    return bar_chart("Which assumption matters", found.today, bars, found.figure)


def exercise_page(covered: Coverage, plan: Iterable[Exercise]) -> Group:
    """Return what a terminal shows of twin coverage and the exercise plan."""
    parts: list[Text | Table] = [Text(terminal(line)) for line in coverage_lines(covered)]
    for turn, exercise in enumerate(plan, 1):
        head = f"Exercise {turn}: {exercise.goal} by {exercise.adversary}, on {exercise.twin or 'no twin yet'}"
        parts += [Text(), _table(head, _EXPECTED, _expected_rows(exercise))]
    return Group(*parts)


def coverage_lines(covered: Coverage) -> Iterator[str]:
    """Yield sentences on what the twins can exercise."""
    if not covered.twins:
        yield "The pipeline has no digital twin: add a component of kind digital_twin with `mirrors` flows."
    for twin in covered.twins:
        when = f", brought up to date on {twin.last_sync}" if twin.last_sync else ""
        yield f"{twin.id} mirrors {', '.join(twin.mirrors) or 'nothing'} (fidelity {twin.fidelity or 'unknown'}{when})."
    yield (
        f"{covered.exercised} of {covered.paths} listed attack paths can be exercised, "
        f"{percent(covered.share_of_risk)} of their risk."
    )
    if covered.blind:
        yield f"On risky paths and mirrored by no twin: {', '.join(covered.blind[:PLACES])}."


_ADVERSARIES = ("adversary", "any goal", "days 10/50/90 %", "noticed", "days 10/50/90 %")
_GOALS = ("adversary", "goal", "impact", "reached", "days 10/50/90 %", "unseen until then")
_LOSSES = ("currency", "mean", "median year", "1 year in 10", "1 year in 20")
_PLACES = ("adversary", "place", "campaigns that came", "of those noticed there")
_STEPS = ("adversary", "step", "technique", "begun", "of successes, done before")
_CHANGES = ("scenario", "figure", "change", "standard error")
_EXPECTED = ("step", "at", "technique", "expected to work", "to be noticed", "days")


def _adversary_rows(scenario: ScenarioRun) -> list[tuple[str, ...]]:
    return [
        (run.adversary, _chance(run.any_goal), _days(run.any_goal_days), _chance(run.noticed), _days(run.noticed_days))
        for run in scenario.adversaries
    ]


def _goal_rows(scenario: ScenarioRun) -> list[tuple[str, ...]]:
    return [
        (run.adversary, goal.goal, str(goal.impact), _chance(goal.reached), _days(goal.days), _chance(goal.unseen))
        for run in scenario.adversaries
        for goal in run.goals[:GOALS]
        if goal.reached.value > 0
    ]


def _loss_rows(scenario: ScenarioRun) -> list[tuple[str, ...]]:
    return [
        (
            loss.currency,
            f"{loss.mean:,.0f} ± {1.96 * loss.standard_error:,.0f}",
            *(f"{x:,.0f}" for x in (loss.p50, loss.p90, loss.p95)),
        )
        for loss in scenario.losses
    ]


def _place_rows(scenario: ScenarioRun) -> list[tuple[str, ...]]:
    return [
        (run.adversary, place.at, percent(place.been.value), percent(place.noticed.value))
        for run in scenario.adversaries
        for place in run.places[:PLACES]
    ]


def _step_rows(scenario: ScenarioRun) -> list[tuple[str, ...]]:
    return [
        (run.adversary, step.step, step.technique or "", percent(step.begun.value), percent(step.carried.value))
        for run in scenario.adversaries
        for step in run.steps[:STEPS]
    ]


def _change_rows(run: Simulation) -> list[tuple[str, ...]]:
    return [
        (item.scenario, _figure(item), _signed(item.change, item), _signed(item.standard_error, item).lstrip("+"))
        for item in run.differences
        if item.figure == "loss" or item.goal == "*"
    ]


def _expected_rows(exercise: Exercise) -> list[tuple[str, ...]]:
    return [
        (step.title, step.at, step.technique or "", percent(step.works), percent(step.noticed), number(step.days))
        for step in exercise.steps
    ]


def _figure(item: Difference) -> str:
    return f"loss a year, {item.currency}" if item.figure == "loss" else f"any goal, {item.adversary}"


def _signed(value: float, item: Difference) -> str:
    return f"{value:+,.0f}" if item.figure == "loss" else f"{100 * value:+.1f} points"


def _chance(chance: Chance) -> str:
    return f"{percent(chance.value)} ({100 * chance.low:.1f} to {100 * chance.high:.1f})"


def _days(days: Spread) -> str:
    return " / ".join("-" if day is None else number(day) for day in (days.p10, days.p50, days.p90))


def _table(title: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(title=Text(terminal(title)), title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(Text(terminal(cell)) for cell in row))
    return table


def _markdown(columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> list[str]:
    names = list(columns)
    body = [f"| {' | '.join(md(cell) for cell in row)} |" for row in rows]
    return [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}", *body]
