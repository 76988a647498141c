"""Changes of a pipeline that must, or must not, change its assessment; on the examples and on random pipelines."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from atlasmodel.advice.questions import ask
from atlasmodel.analysis import Analysis, analyse
from atlasmodel.assessment import assess
from atlasmodel.model.kinds import Attribute, Value
from atlasmodel.model.pipeline import Component, Flow, Pipeline, PlacedControl
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.model.reader import parse_pipeline, read_pipeline
from atlasmodel.model.writer import write_pipeline
from atlasmodel.options import Options
from atlasmodel.risk.worlds import WorldSet
from atlasmodel.workspace import Workspace

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = ("fraud-scoring", "support-assistant", "vision-inspection", "mlops-platform")
WORKSPACE = Workspace.builtin()
VOCABULARY = builtin_vocabulary()
WORLDS = WorldSet(512, 20260915, VOCABULARY.attributes)
QUICK = Options(worlds=512, paths=1, path_goals=2, removes=3, measures=3, questions=3, persona="auditor")


@pytest.fixture(scope="session", params=NAMES)
def before(request: pytest.FixtureRequest) -> Analysis:
    return analyse(read_pipeline(EXAMPLES / f"{request.param}.yaml"), WORKSPACE, WORLDS)


def after(pipeline: Pipeline) -> Analysis:
    return analyse(pipeline, WORKSPACE, WORLDS)


def bits(analysis: Analysis) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Every end of every adversary, world by world: at the low, the point and the high side."""
    return {
        (attack.adversary.id, end.fact): (
            attack.low.bits(end.fact),
            attack.point.bits(end.fact),
            attack.high.bits(end.fact),
        )
        for attack in analysis.attacks
        for end in analysis.ends
    }


def test_the_order_of_components_and_flows_makes_no_difference(before: Analysis) -> None:
    pipeline = before.pipeline
    turned = after(
        pipeline.changed(
            components=pipeline.components[::-1], flows=pipeline.flows[::-1], controls=pipeline.controls[::-1]
        )
    )
    assert bits(turned) == bits(before)
    assert {item.id for item in turned.groundings} == {item.id for item in before.groundings}


def test_an_isolated_component_changes_no_bit_elsewhere(before: Analysis) -> None:
    pipeline = before.pipeline
    zone = pipeline.components[0].zone
    # Out of reach, and said to be: what an adversary learns or makes at a further component may serve it anywhere.
    closed: dict[str, Value] = {
        "exposure": "none", "visibility": "private", "origin": "in_house", "distribution": (),
        "auto_update": False, "popularity_trusted": False,
    }  # fmt: skip
    lonely = tuple(
        Component(
            id=f"lonely-{kind}",
            kind=kind,
            zone=zone,
            attributes={name: value for name, value in closed.items() if name in VOCABULARY.attributes_of(kind)},
        )
        for kind in ("dataset", "feature_store", "end_user")
    )
    more = after(pipeline.changed(components=(*pipeline.components, *lonely)))
    elsewhere = {key: value for key, value in bits(more).items() if "@lonely-" not in key[1]}
    assert elsewhere == bits(before)


def test_what_is_added_to_the_structure_takes_nothing_away(before: Analysis) -> None:
    """A further flow between two parts may open ways; it closes none, in no world."""
    pipeline = before.pipeline
    ends = pipeline.components[::7]
    for source, target in itertools.pairwise(ends):
        added = Flow(id=f"{source.id}>{target.id}:data_flow#9", source=source.id, target=target.id, kind="data_flow")
        now = bits(after(pipeline.changed(flows=(*pipeline.flows, added))))
        for key, sides in bits(before).items():
            assert all(was & ~is_ == 0 for was, is_ in zip(sides, now[key], strict=True)), (added.id, key)


@pytest.mark.parametrize("name", NAMES[:2])
def test_renaming_renames_and_does_nothing_else(name: str) -> None:
    """Draws are keyed by names, so figures move within their error; what applies, and why, only changes its name."""
    pipeline = read_pipeline(EXAMPLES / f"{name}.yaml")
    names = {item.id: f"zz-{place}" for place, item in enumerate(pipeline.components)}
    text = write_pipeline(pipeline)
    pattern = re.compile(rf"(?<![\w.-])({'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})(?![\w-])")
    zones = {zone.id for zone in pipeline.zones} | {asset.id for asset in pipeline.assets}
    assert not zones & names.keys(), "the example names a zone like a component: the test cannot tell them apart"
    adversaries = {item.id for item in pipeline.adversaries}
    kinds = {*VOCABULARY.kinds, *VOCABULARY.flow_kinds, *VOCABULARY.attributes}
    safe = {old: new for old, new in names.items() if old not in kinds | adversaries}
    renamed = parse_pipeline(_renamed(text, pattern, safe))
    one, other = assess(pipeline, options=QUICK), assess(renamed, options=QUICK)

    def told(identifier: str) -> str:
        rule, _, place = identifier.partition("@")
        return f"{rule}@" + re.sub(r"[^>:#]+", lambda part: safe.get(part.group(), part.group()), place)

    assert {told(item.id): (item.certainty, item.status) for item in one.findings} == {
        item.id: (item.certainty, item.status) for item in other.findings
    }
    assert {told(goal.fact) for goal in one.goals} == {goal.fact for goal in other.goals}
    assert other.totals.risk == pytest.approx(one.totals.risk, rel=0.1)


def _renamed(text: str, pattern: re.Pattern[str], names: dict[str, str]) -> str:
    """Rename ids where they stand as keys and references, not inside titles and other free text."""
    lines = []
    for line in text.splitlines():
        key, colon, rest = line.partition(":")
        if key.strip(" -") in ("title", "description", "evidence", "name", "owner", "reason", "profile"):
            lines.append(line)
        else:
            lines.append(pattern.sub(lambda found: names.get(found.group(), found.group()), key) + colon
                         + pattern.sub(lambda found: names.get(found.group(), found.group()), rest))  # fmt: skip
    return "\n".join(lines)


def test_an_answer_never_leads_outside_the_interval_in_any_world(before: Analysis) -> None:
    """Every attribute that a rule waits for, set to each of its values: low <= answered <= high, world by world."""
    asked = [(item.component, item.attribute) for item in ask(before, 400)[0] if item.value is not None]
    open_pairs = asked[:: max(1, len(asked) // 4)]
    told = bits(before)
    tried = 0
    for place, name in open_pairs:
        for value in _answers(VOCABULARY.attributes.get(name)):
            changed = _answered(before.pipeline, place, name, value)
            now = bits(after(changed))
            tried += 1
            for key, (low, _, high) in told.items():
                point = now[key][1] if key in now else 0
                assert point & ~high == 0, f"{place}.{name} = {value} raises {key} above its bound"
                assert low & ~point == 0, f"{place}.{name} = {value} lowers {key} below its bound"
    assert tried > 6


def _answers(attribute: Attribute | None) -> list[Value]:
    if attribute is None:
        return []
    if attribute.type == "bool":
        return [True, False]
    if attribute.type == "set":
        return [(), tuple(attribute.values)]
    return list(attribute.values)


def _answered(pipeline: Pipeline, place: str, name: str, value: Value) -> Pipeline:
    def said(item: Component | Flow) -> Component | Flow:
        return item.model_copy(update={"attributes": item.attributes | {name: value}}) if item.id == place else item

    return pipeline.changed(
        components=tuple(said(item) for item in pipeline.components), flows=tuple(said(item) for item in pipeline.flows)
    )


def test_no_control_raises_anything_in_any_world(before: Analysis) -> None:
    told = bits(before)
    pipeline = before.pipeline
    for number, control in enumerate(WORKSPACE.library.controls.values()):
        places = before.coverage.places(control)
        if number % 24 or not places:
            continue
        place = places[number % len(places)]
        speaks = {(item.control, item.at) for item in before.placement.placed if item.attribute}
        if (control.id, place) in speaks:
            continue  # an attribute says otherwise: that would be a contradiction, not a further control
        added = PlacedControl(control=control.id, at=(place,), state="in_place")
        now = bits(after(pipeline.changed(controls=(*pipeline.controls, added))))
        for key, sides in told.items():
            assert all(is_ & ~was == 0 for was, is_ in zip(sides, now[key], strict=True)), (control.id, place, key)


def test_sides_hold_in_their_order_in_every_world(before: Analysis) -> None:
    for low, point, high in bits(before).values():
        assert low & ~point == 0
        assert point & ~high == 0


def test_what_is_certain_is_possible_and_a_stronger_adversary_reaches_no_less(before: Analysis) -> None:
    for attack in before.attacks:
        assert set(attack.certain.facts) <= set(attack.possible.facts)
        stronger = before.pipeline.changed(
            adversaries=(attack.adversary.model_copy(update={"skill": "expert", "only": False}),)
        )
        (best,) = after(stronger).attacks
        for end in before.ends:
            assert attack.point.bits(end.fact) & ~best.point.bits(end.fact) == 0
