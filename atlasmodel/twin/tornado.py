"""Which assumption matters: each is changed alone, down and up, on the same chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from atlasmodel.document import Frozen, rounded
from atlasmodel.mitigate.controls import Library
from atlasmodel.model.pipeline import Pipeline, PlacedControl
from atlasmodel.risk.scoring import Scoring
from atlasmodel.risk.tempo import Days, Tempo
from atlasmodel.risk.worlds import WorldSet
from atlasmodel.twin.simulation import HORIZON_DAYS, Role, Stage, chunks, most_steps, roles
from atlasmodel.twin.strategy import Strategy, strategy_named
from atlasmodel.twin.survey import WORLDS
from atlasmodel.workspace import Workspace

HALF, DOUBLE = 0.5, 2.0
FEWER = 4096


class Bar(Frozen):
    """Be one assumption: the figure when it is low, as it stands, and high; `low` and `high` say what was set."""

    assumption: str
    low: str
    high: str
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """Return how far the figure moves."""
        return abs(self.at_high - self.at_low)


class Tornado(Frozen):
    """Hold the bars, the widest first; `figure` is a loss a year in a currency, or successful campaigns a year."""

    figure: str
    today: float
    bars: tuple[Bar, ...]


def tornado(
    pipeline: Pipeline,
    changes: Sequence[PlacedControl] = (),
    *,
    workspace: Workspace | None = None,
    campaigns: int = FEWER,
    horizon_days: float = HORIZON_DAYS,
    strategy: str | Strategy = "best-path",
    seed: int | None = None,
) -> Tornado:
    """Return how far each assumption moves the loss of a year; without prices, the successful campaigns of a year."""
    space = workspace or Workspace.builtin()
    chosen = strategy_named(strategy) if isinstance(strategy, str) else strategy
    worlds = WorldSet(WORLDS, space.scoring.worlds.seed if seed is None else seed, space.vocabulary.attributes)
    after = pipeline.with_changes(changes)
    ready: dict[int, tuple[Role, ...]] = {}

    def figure_under(changed: Workspace) -> tuple[str, float]:
        tempo = changed.scoring.tempo
        # Only the pace differs from today in most variations: the ground and the plans made on it stay.
        same = (changed.scoring.base, changed.library) == (space.scoring.base, space.library)
        if not same or not ready:
            cast = roles(after, changed, worlds, tempo=tempo, strategy=chosen)
            if same:
                ready[0] = cast
        else:
            cast = tuple(replace(role, survey=replace(role.survey, tempo=tempo)) for role in ready[0])
        return _figure(Stage("", cast, min(horizon_days, tempo.patience_days.value)), campaigns)

    figure, today = figure_under(space)
    bars = []
    for name, (low, low_space), (high, high_space) in _variations(space):
        at_low, at_high = figure_under(low_space)[1], figure_under(high_space)[1]
        bars.append(Bar(assumption=name, low=low, high=high, at_low=rounded(at_low), at_high=rounded(at_high)))
    bars.sort(key=lambda bar: (-bar.width, bar.assumption))
    return Tornado(figure=figure, today=rounded(today), bars=tuple(bars))


def _figure(stage: Stage, campaigns: int) -> tuple[str, float]:
    for first, count in chunks(campaigns, most_steps([stage])):
        stage.turn(first, count)
    if stage.purses:
        currency, purse = next(iter(stage.purses.items()))
        return f"loss a year in {currency}", purse.mean
    shares = (
        tally.any_goal.happened / tally.campaigns * role.tries
        for role, tally in zip(stage.cast, stage.tallies, strict=True)
    )
    return "campaigns a year that reach a goal", sum(shares)


Set = tuple[str, Workspace]


def _variations(space: Workspace) -> Iterator[tuple[str, Set, Set]]:
    """Yield each assumption with what it is set to, low and high."""
    tempo = space.scoring.tempo
    for name, unit in (("people", ""), ("patience_days", " days")):
        amount = getattr(tempo, name)
        yield _pair(
            name.removesuffix("_days"),
            space,
            *(
                (f"{amount.value * by:g}{unit}", {name: amount.changed(value=amount.value * by)})
                for by in (HALF, DOUBLE)
            ),
        )
    few, many = max(1, tempo.tries.value // 2), tempo.tries.value * 2
    yield _pair(
        "tries of a step",
        space,
        (str(few), {"tries": tempo.tries.changed(value=few)}),
        (str(many), {"tries": tempo.tries.changed(value=many)}),
    )
    hidden = (1 + tempo.stealth.value) / 2
    yield _pair(
        "stealth",
        space,
        ("0", {"stealth": tempo.stealth.changed(value=0.0)}),
        (f"{hidden:g}", {"stealth": tempo.stealth.changed(value=hidden)}),
    )
    days = tempo.response_days
    yield _pair(
        "response",
        space,
        *((f"{days.likely * by:g} days", {"response_days": _longer(days, by)}) for by in (HALF, DOUBLE)),
    )
    for word in ("realized", "demonstrated", "feasible"):
        rate = space.scoring.base[word]
        low, high = (min(1.0, rate.p * by) for by in (HALF, 1.5))
        name = f"base rate of what is {word}"
        yield name, (f"{low:g}", _based(space, {word: low})), (f"{high:g}", _based(space, {word: high}))
    yield "strength of controls", ("low", _as_strong(space, "low")), ("high", _as_strong(space, "high"))


def _pair(
    name: str, space: Workspace, low: tuple[str, Mapping[str, object]], high: tuple[str, Mapping[str, object]]
) -> tuple[str, Set, Set]:
    return name, (low[0], _paced(space, low[1])), (high[0], _paced(space, high[1]))


def _longer(days: Days, by: float) -> Days:
    return days.changed(low=days.low * by, likely=days.likely * by, high=days.high * by)


def _paced(space: Workspace, fields: Mapping[str, object]) -> Workspace:
    tempo: Tempo = space.scoring.tempo.changed(**fields)
    scoring: Scoring = space.scoring.changed(tempo=tempo)
    return replace(space, scoring=scoring)


def _based(space: Workspace, rates: Mapping[str, float]) -> Workspace:
    base = {word: rate.changed(p=rates.get(word, rate.p)) for word, rate in space.scoring.base.items()}
    return replace(space, scoring=space.scoring.changed(base=base))


def _as_strong(space: Workspace, end: str) -> Workspace:
    """Return the workspace with every control at the low or high end of its strength."""
    controls = {}
    for name, control in space.library.controls.items():
        weakens = tuple(
            part.changed(strength=part.strength.changed(likely=getattr(part.strength, end))) for part in control.weakens
        )
        controls[name] = control.changed(weakens=weakens)
    return replace(space, library=Library.model_construct(None, controls=controls))
