"""What-if questions are answered as the changed pipeline would be, and never rise; a revised analysis is a fresh one."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlasmodel.advice.what_if import what_if
from atlasmodel.analysis import Analysis, analyse
from atlasmodel.assessment import assess
from atlasmodel.document import rounded
from atlasmodel.errors import InputError
from atlasmodel.model.pipeline import Pipeline, PlacedControl
from atlasmodel.model.reader import read_pipeline
from atlasmodel.options import Options
from atlasmodel.risk.attacks import SIDES
from atlasmodel.risk.worlds import WorldSet
from atlasmodel.workspace import Workspace

EXAMPLES = Path(__file__).parents[2] / "examples"
SPACE = Workspace.builtin()


def analysed_of(pipeline: Pipeline) -> Analysis:
    return analyse(pipeline, SPACE, WorldSet(256, 3, SPACE.vocabulary.attributes))


@pytest.fixture(scope="module", params=["fraud-scoring", "support-assistant"])
def today(request: pytest.FixtureRequest) -> Analysis:
    return analysed_of(read_pipeline(EXAMPLES / f"{request.param}.yaml", SPACE.vocabulary))


def free_places(analysis: Analysis) -> list[tuple[str, str]]:
    """Return every eighth measure that could be added, with a place of its own."""
    return [
        (control.id, place)
        for control in list(analysis.workspace.library.controls.values())[::8]
        for place in analysis.coverage.places(control)[-1:]
        if not any((item.control, item.at) == (control.id, place) for item in analysis.placement.placed)
    ]


def test_the_answer_is_that_of_the_changed_pipeline(today: Analysis) -> None:
    fell = 0
    for control, place in free_places(today):
        found = what_if(today, [f"{control}@{place}"])
        changed = PlacedControl(control=control, at=(place,), state="in_place")
        after = today.revised(today.pipeline.with_changes([changed]))
        assert (found.risk, found.risk_after) == (rounded(today.total), rounded(after.total))
        chances = {goal.fact: goal.chance_after for goal in found.goals}
        for fact in today.worst:
            likely = [max(attack.point.share(fact) for attack in one.attacks) for one in (today, after)]
            assert chances.get(fact, rounded(likely[0])) == rounded(likely[1])
            assert (fact in chances) == (likely[0] > likely[1])
        assert len(found.goals) + found.unchanged == len(today.ends)
        fell += found.risk_after < found.risk
    assert fell > 2


def test_more_measures_leave_no_more(today: Analysis) -> None:
    names, left = [f"{control}@{place}" for control, place in free_places(today)], today.total
    for count in range(1, len(names), 4):
        after = what_if(today, names[:count]).risk_after
        assert after <= rounded(left)
        left = after


def test_mistakes_are_told_all_at_once(today: Analysis) -> None:
    with pytest.raises(InputError) as told:
        what_if(today, ["rate_limt@x", ("rate_limit", "nowhere"), "rate_limit@nowhere"])
    assert [problem.code for problem in told.value.problems] == ["AM140", "AM161", "AM161"]
    assert "did you mean rate_limit" in str(told.value)
    assert "it could at" in str(told.value)


def test_a_place_is_needed_where_there_are_several(today: Analysis) -> None:
    controls = today.workspace.library.controls.values()
    one = next(item for item in controls if len(today.coverage.places(item)) == 1)
    many = next(item for item in controls if len(today.coverage.places(item)) > 1)
    (place,) = today.coverage.places(one)
    assert what_if(today, [one.id]).measures == (f"{one.id}@{place}",)
    with pytest.raises(InputError, match="where should"):
        what_if(today, [many.id])


def test_an_assessment_answers_too() -> None:
    pipeline = read_pipeline(EXAMPLES / "fraud-scoring.yaml", SPACE.vocabulary)
    quick = Options(worlds=256, paths=0, removes=0, measures=5, questions=0)
    document = assess(pipeline, SPACE, quick)
    best = document.mitigations[0]
    found = document.what_if((best.control, best.at))
    assert found.risk == document.totals.risk
    assert found.removes == best.removes


def revisions(pipeline: Pipeline) -> list[Pipeline]:
    """Return pipelines that differ in a control, in an attribute of a component, and in a component that is gone."""
    backup = PlacedControl(control="backup", at=("*",), state="in_place")
    first = next(item for item in pipeline.components if "exposure" in item.attributes)
    public = first.model_copy(update={"attributes": {**first.attributes, "exposure": "public"}})
    last = next(item for item in reversed(pipeline.components) if not _named(item.id, pipeline))
    return [
        pipeline.with_changes([backup]),
        pipeline.changed(components=tuple(public if item is first else item for item in pipeline.components)),
        pipeline.changed(
            components=tuple(item for item in pipeline.components if item is not last),
            flows=tuple(flow for flow in pipeline.flows if last.id not in (flow.source, flow.target)),
        ),
    ]


def _named(component: str, pipeline: Pipeline) -> bool:
    named = {place for adversary in pipeline.adversaries for place in adversary.at}
    return component in named | {place for control in pipeline.controls for place in control.at}


def test_a_revised_analysis_is_a_fresh_one(today: Analysis) -> None:
    totals = set()
    for pipeline in revisions(today.pipeline):
        again, fresh = today.revised(pipeline), analysed_of(pipeline)
        assert again.graph.step_ids == fresh.graph.step_ids
        assert again.total == fresh.total
        for one, other in zip(again.attacks, fresh.attacks, strict=True):
            for side in SIDES:
                mine, theirs = getattr(one, side), getattr(other, side)
                assert {fact: mine.bits(fact) for fact in mine.number} == {
                    fact: theirs.bits(fact) for fact in theirs.number
                }
        totals.add(again.total)
    assert len(totals) > 1
    assert today.revised(revisions(today.pipeline)[0]).graph is today.graph
