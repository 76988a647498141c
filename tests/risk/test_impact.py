"""How bad an end is: the goal's own figures, raised by rules that are data and by the worth of what is held there."""

from __future__ import annotations

from typing import Any

import pytest

from atlasmodel.match.census import Census
from atlasmodel.match.conditions import HasAttribute
from atlasmodel.match.formula import Test as Check
from atlasmodel.match.table import Table
from atlasmodel.model.pipeline import Asset, Component, Pipeline, Zone
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.risk.impact import End, ends_of
from atlasmodel.risk.scoring import Goal, Raise, Scoring
from atlasmodel.workspace import Workspace

VOCABULARY = builtin_vocabulary()
LEAK = Goal(
    token="out.leak",  # noqa: S106 -- a word of the fact language
    at=("data",),
    impact={"confidentiality": 2, "reputational": 1},
    meaning="Out.",
    reason="r",
)
PERSONAL = HasAttribute("data_class", Check("is", ("personal",)))
RAISES = (
    Raise(id="personal", token=("out.leak",), condition=PERSONAL, add=1, impact={"legal": 3}, reason="r"),
    Raise(id="other", token=("out.dos",), add=3, reason="r"),
)
SCORING = Workspace.builtin().scoring.model_copy(update={"goals": (LEAK,), "raises": RAISES})


def pipeline(*assets: Asset, **attributes: Any) -> Pipeline:
    db = Component(
        id="db", kind="data_store", zone="z", holds=tuple(asset.id for asset in assets), attributes=attributes
    )
    bot = Component(id="bot", kind="llm", zone="z")
    return Pipeline(name="x", zones=(Zone(id="z", trust=1),), components=(db, bot), assets=assets)


def ends(facts: set[str], system: Pipeline, scoring: Scoring = SCORING) -> tuple[End, ...]:
    return ends_of(facts, Census(Table(system, VOCABULARY)), scoring)


def end_of(fact: str, system: Pipeline, scoring: Scoring = SCORING) -> End | None:
    return next(iter(ends({fact}, system, scoring)), None)


def impact(*assets: Asset, **attributes: Any) -> dict[str, int]:
    end = end_of("out.leak@db", pipeline(*assets, **attributes))
    assert end is not None
    return end.impact


def test_an_end_stands_at_the_kinds_of_its_goal_only() -> None:
    assert impact() == {"confidentiality": 2, "reputational": 1}
    for fact in ("out.leak@bot", "out.dos@db", "acc.data_read@db", "out.leak@nowhere", "cap.infra@adversary"):
        assert end_of(fact, pipeline()) is None
    assert [end.fact for end in ends({"out.leak@db", "acc.x@db"}, pipeline())] == ["out.leak@db"]


@pytest.mark.parametrize(("value", "wanted"), [
    ("personal", {"confidentiality": 3, "reputational": 2, "legal": 3}),
    ("public", {"confidentiality": 2, "reputational": 1}),
    (None, {"confidentiality": 2, "reputational": 1}),  # what is not known raises nothing
])  # fmt: skip
def test_a_raise_adds_to_every_dimension_and_sets_others(value: str | None, wanted: dict[str, int]) -> None:
    assert impact(data_class=value) == wanted


@pytest.mark.parametrize(("word", "wanted"), [("low", 2), ("medium", 3), ("high", 4), ("critical", 5)])
def test_the_worth_of_what_is_held_raises_to_2_to_5(word: Any, wanted: int) -> None:
    assert impact(Asset(id="a", confidentiality=word))["confidentiality"] == wanted


def test_an_asset_speaks_of_the_dimensions_that_the_end_touches_only() -> None:
    assert impact(Asset(id="a", availability="critical")) == {"confidentiality": 2, "reputational": 1}
    assert impact(Asset(id="a", confidentiality="low"), Asset(id="b", confidentiality="high"))["confidentiality"] == 4


def test_no_impact_is_above_5() -> None:
    hard = SCORING.model_copy(update={"raises": (Raise(id="much", token=("out.leak",), add=5, reason="r"),)})
    end = end_of("out.leak@db", pipeline(Asset(id="a", confidentiality="critical")), hard)
    assert end is not None and end.worst == 5 and set(end.impact.values()) == {5}


def test_the_end_says_what_raised_it() -> None:
    end = end_of("out.leak@db", pipeline(Asset(id="a", confidentiality="high"), data_class="personal"))
    assert end is not None
    assert end.raised_by == ("personal", "holds a (confidentiality high)")
    assert (end.worst, end.meaning) == (4, "Out.")


def test_several_goals_of_one_fact_give_the_worst_of_each_dimension() -> None:
    second = LEAK.model_copy(update={"impact": {"confidentiality": 1, "legal": 4}})
    both = SCORING.model_copy(update={"goals": (LEAK, second)})
    end = end_of("out.leak@db", pipeline(), both)
    assert end is not None and end.impact == {"confidentiality": 2, "reputational": 1, "legal": 4}
