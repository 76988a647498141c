"""simulate() as its users call it: scenarios on shared chance, sane answers, observations, exercises."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import atlasmodel as am
from atlasmodel.model.pipeline import Adversary, Flow, Loss, PlacedControl
from atlasmodel.twin import survey
from atlasmodel.twin.calibration import beta_interval, calibrated, posterior
from atlasmodel.twin.exercise import coverage, drift, exercises
from atlasmodel.twin.observation import Observation, read_observations
from atlasmodel.twin.result import Simulation
from atlasmodel.twin.scenario import read_scenarios
from atlasmodel.twin.simulation import simulate
from atlasmodel.twin.tornado import tornado
from atlasmodel.twin.worth import worth
from atlasmodel.workspace import Workspace

SPACE = Workspace.builtin()
TEMPO = SPACE.scoring.tempo
HARDENED = [PlacedControl(control="model_hardening", at=("trainer",), state="verified")]


@pytest.fixture(scope="session")
def fraud() -> am.Pipeline:
    return am.read("examples/fraud-scoring.yaml")


@pytest.fixture(scope="session")
def small() -> am.Pipeline:
    b = am.PipelineBuilder("small")
    api = b.add("api", kind="inference_api", exposure="public", query_limit=False)
    model = b.add("model", kind="predictive_model", untrusted_input=True, task=("classification",))
    b.flow(api, model, kind="serves")
    return b.build()


def shares(run: Simulation, scenario: str | None = None) -> dict[tuple[str, str], float]:
    played = run.scenarios[0] if scenario is None else run.scenario(scenario)
    return {(r.adversary, g.goal): g.reached.value for r in played.adversaries for g in r.goals}


def test_the_same_input_gives_the_same_bytes_however_campaigns_are_cut(
    small: am.Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = simulate(small, campaigns=4096 + 256, strategy="opportunist").to_json()
    monkeypatch.setattr("atlasmodel.twin.simulation.CELLS", 256 * 10)
    assert simulate(small, campaigns=4096 + 256, strategy="opportunist").to_json() == whole
    assert Simulation.from_json(whole).to_json() == whole


@pytest.mark.parametrize("strategy", ["everything", "opportunist"])
def test_a_control_and_less_patience_never_help_the_adversary_who_is_not_seen(
    fraud: am.Pipeline, strategy: str
) -> None:
    blind = TEMPO.changed(
        stealth=TEMPO.stealth.changed(value=1.0), patience_days=TEMPO.patience_days.changed(value=1e6)
    )
    hasty = blind.changed(patience_days=TEMPO.patience_days.changed(value=20))
    run = simulate(
        fraud, {"today": [], "hard": HARDENED}, campaigns=1024, horizon_days=1e6, tempo=blind, strategy=strategy
    )
    today, hard = shares(run, "today"), shares(run, "hard")
    assert all(hard[key] <= today[key] for key in today)
    assert any(hard[key] < today[key] for key in today)
    short = shares(simulate(fraud, campaigns=1024, tempo=hasty, strategy=strategy))
    assert all(short[key] <= today[key] for key in today)


@settings(max_examples=6, deadline=None)
@given(
    skills=st.sampled_from([("novice", "intermediate"), ("intermediate", "advanced"), ("advanced", "expert")]),
    tries=st.integers(1, 3),
)
def test_more_skill_and_less_detection_never_reach_less_beyond_noise(skills: tuple[Any, Any], tries: int) -> None:
    pipeline = am.read("examples/vision-inspection.yaml")
    tempo = TEMPO.changed(tries=TEMPO.tries.changed(value=tries))
    results = []
    for skill in skills:
        who = Adversary(id="visitor", profile="external", skill=skill)
        results.append(
            simulate(pipeline.changed(adversaries=(who,)), campaigns=512, tempo=tempo, strategy="everything")
        )
    less, more = (shares(run) for run in results)
    assert all(more[key] >= less[key] - 4 * (0.25 / 512) ** 0.5 for key in less)
    unseen = simulate(
        pipeline.changed(adversaries=(who,)),
        campaigns=512,
        tempo=tempo.changed(stealth=TEMPO.stealth.changed(value=1.0)),
        strategy="everything",
    )
    assert all(shares(unseen)[key] >= more[key] - 4 * (0.25 / 512) ** 0.5 for key in more)
    assert unseen.scenarios[0].adversaries[0].noticed.value == 0


def test_differences_are_those_of_the_same_campaigns(fraud: am.Pipeline) -> None:
    run = simulate(fraud, {"today": [], "same": [], "hard": HARDENED}, campaigns=512)
    same = [d for d in run.differences if d.scenario == "same"]
    assert same and all(d.change == 0 and d.standard_error == 0 for d in same)
    hard = {(d.adversary, d.goal): d for d in run.differences if d.scenario == "hard" and d.figure == "reached"}
    today, after = shares(run, "today"), shares(run, "hard")
    for key in today:
        assert hard[key].change == pytest.approx(after[key] - today[key], abs=2e-3)
    money = next(d for d in run.differences if d.scenario == "hard" and d.figure == "loss")
    means = [scenario.losses[0].mean for scenario in run.scenarios]
    assert money.change == pytest.approx(means[2] - means[0], rel=0.01, abs=1e4)


def test_assets_are_lost_by_what_they_matter_for(fraud: am.Pipeline) -> None:
    only = {asset.id: asset for asset in fraud.assets}
    without = fraud.changed(assets=tuple(a.changed(loss=None) if a.id == "payments" else a for a in fraud.assets))
    ring = fraud.changed(adversaries=tuple(a for a in fraud.adversaries if a.id == "fraud-ring"))
    assert simulate(ring, campaigns=512).scenarios[0].losses[0].mean > 1e6
    card = without.changed(adversaries=ring.adversaries)
    assert simulate(card, campaigns=512).scenarios[0].losses[0].mean < 1e5
    assert only["payments"].loss is not None
    nothing = fraud.changed(assets=tuple(a.changed(loss=None) for a in fraud.assets))
    run = simulate(nothing, campaigns=64)
    assert run.scenarios[0].losses == () and any("carries money" in note for note in run.notes)


def test_options_out_of_bounds_are_told_together(small: am.Pipeline) -> None:
    with pytest.raises(am.InputError) as caught:
        simulate(small, campaigns=3, horizon_days=0)
    assert [problem.code for problem in caught.value.problems] == ["AM190", "AM190"]
    with pytest.raises(am.InputError, match="best-path"):
        simulate(small, campaigns=64, strategy="bestpath")
    with pytest.raises(am.NothingToAssess):
        simulate(am.Pipeline(name="empty"))


def test_a_strategy_of_ones_own_is_any_function_of_the_same_shape(small: am.Pipeline) -> None:
    from atlasmodel.twin.everything import all_at_once

    def lazy(terrain: Any) -> Any:
        return lambda luck, limit: all_at_once(terrain, luck, 0.0)

    run = simulate(small, campaigns=64, strategy=lazy)
    assert run.strategy == "lazy"
    assert run.scenarios[0].adversaries[0].any_goal.value == 0


def test_observations_move_figures_as_the_beta_law_says(assessed_fraud: am.Assessment) -> None:
    analysis = assessed_fraud.analysis
    seen = Observation(technique="AML.T0040", at="scoring-api", tried=10, worked=1, noticed=5, source="a test")
    after, rows = calibrated(analysis, [seen], TEMPO)
    works = [row for row in rows if row.figure == "works"]
    assert works
    for row in works:
        a, b = posterior(row.before, TEMPO.prior_trials.value, 10, 1)
        assert row.after == pytest.approx(a / (a + b), rel=1e-3)
        assert row.low <= row.after <= row.high
        number = analysis.graph.number_of[row.step]
        attack = next(one for one in after.attacks if one.adversary.id == row.adversary)
        assert attack.scores[number].probability(favour_attacker=True) == pytest.approx(row.after, rel=1e-3)
    ring = next(one for one in after.attacks if one.adversary.id == "fraud-ring")
    assert ring.point.share("out.cost@fraud-model") <= analysis.attacks[0].point.share("out.cost@fraud-model") + 0.05
    with pytest.raises(am.InputError, match="AM192"):
        calibrated(analysis, [Observation(step="AM-NOPE@x", tried=1, worked=0, source="a test")], TEMPO)


def test_a_beta_law_without_trials_is_its_prior() -> None:
    assert posterior(0.3, 4, 0, 0) == pytest.approx((1.2, 2.8))
    low, high = beta_interval(1, 1)
    assert (low, high) == pytest.approx((0.025, 0.975), abs=1e-4)
    assert beta_interval(0, 3) == (0.0, 0.0)


HOSTILE = {
    "tried: 0": "observations: [{step: a@b, tried: 0, worked: 0, source: xyz}]",
    "more often": "observations: [{step: a@b, tried: 1, worked: 2, source: xyz}]",
    "name a": "observations: [{technique: AML.T0040, tried: 1, worked: 0, source: xyz}]",
    "list": "observations: 3",
    "top": "- a",
    "none": "observations: []",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_broken_file_of_observations_is_told(case: str, tmp_path: Path) -> None:
    file = tmp_path / "observations.yaml"
    file.write_text(HOSTILE[case])
    with pytest.raises(am.InputError, match=r"observations\.yaml:\d"):
        read_observations(file)


@pytest.mark.parametrize(
    "text",
    [
        "scenarios: 3",
        "- a",
        "scenarios: {a: 3}",
        "scenarios: {a: [3]}",
        "scenarios: {a: [{control: x}]}",
        "scenarios: {}",
        "scenarios: {a: }\nmore: 1",
    ],
)
def test_a_broken_file_of_scenarios_is_told(text: str, tmp_path: Path) -> None:
    file = tmp_path / "scenarios.yaml"
    file.write_text(text)
    with pytest.raises(am.InputError, match=r"scenarios\.yaml:\d"):
        read_scenarios(file)


def test_the_files_of_the_example_are_read(fraud: am.Pipeline) -> None:
    found = read_scenarios(Path("examples/twin/scenarios.yaml"))
    assert list(found) == ["today", "plan A", "plan B"] and found["today"] == ()
    assert len(read_observations(Path("examples/twin/observations.yaml"))) == 2


def test_an_unknown_control_of_a_scenario_is_an_error(fraud: am.Pipeline) -> None:
    with pytest.raises(am.InputError, match="AM14"):
        simulate(fraud, {"x": [PlacedControl(control="no_such_control", at=("lake",), state="in_place")]}, campaigns=64)


def test_a_twin_covers_what_it_mirrors(fraud: am.Pipeline, assessed_fraud: am.Assessment) -> None:
    bare = coverage(assessed_fraud)
    assert bare.share_of_risk == 0 and bare.exercised == 0 and bare.twins == ()
    b = am.PipelineBuilder("x")
    b.add("copy", kind="digital_twin", fidelity="close")
    twin = next(c for c in b.build().components if c.id == "copy")
    places = [c.id for c in fraud.components]
    mirrors = tuple(Flow(id=f"copy>{p}:mirrors#1", source="copy", target=p, kind="mirrors") for p in places)
    zone = twin.changed(zone=fraud.zones[0].id)
    whole = am.assess(fraud.changed(components=(*fraud.components, zone), flows=(*fraud.flows, *mirrors)))
    covered = coverage(whole)
    assert covered.share_of_risk == 1 and covered.blind == () and covered.twins[0].fidelity == "close"
    part = am.assess(
        fraud.changed(
            components=(*fraud.components, zone), flows=(*fraud.flows, *(m for m in mirrors if m.target != "lake"))
        )
    )
    assert 0 < coverage(part).share_of_risk <= 1 and "lake" in coverage(part).blind
    plan = exercises(whole, 3)
    assert len(plan) == 3 and all(item.twin == "copy" for item in plan)
    assert all(0 <= step.works <= 1 and 0 <= step.noticed <= 1 for item in plan for step in item.steps)
    assert plan[0].informs >= plan[1].informs >= plan[2].informs


def test_drift_names_what_differs(fraud: am.Pipeline) -> None:
    assert drift(fraud, fraud) == ()
    lake = fraud.by_id["lake"]
    changed = lake.changed(attributes={**lake.attributes, "logged": False})
    fewer = fraud.changed(
        components=tuple(changed if c.id == "lake" else c for c in fraud.components if c.id != "ci"),
        controls=tuple(c for c in fraud.controls if c.control != "redress"),
    )
    found = {(item.component, item.what): (item.system, item.twin) for item in drift(fraud, fewer)}
    assert found == {
        ("lake", "logged"): ("True", "False"),
        ("ci", "component"): ("there", None),
        ("decline", "control redress"): ("verified", None),
    }
    assert drift(fraud, fewer, ["lake"])[0].component == "lake"


def test_a_tornado_names_every_assumption_and_today_lies_where_nothing_changed(small: am.Pipeline) -> None:
    found = tornado(small, campaigns=256, strategy="everything")
    assert {"response", "stealth", "strength of controls", "base rate of what is realized"} <= {
        bar.assumption for bar in found.bars
    }
    assert [bar.width for bar in found.bars] == sorted((bar.width for bar in found.bars), reverse=True)
    rate = next(bar for bar in found.bars if bar.assumption == "base rate of what is realized")
    assert rate.at_low <= found.today <= rate.at_high and rate.at_low < rate.at_high
    run = simulate(small, campaigns=256, strategy="everything").scenarios[0].adversaries[0]
    assert found.today == pytest.approx(run.any_goal.value * run.tries_per_year, rel=1e-3)


def test_further_blocks_are_worlds_of_their_own(small: am.Pipeline) -> None:
    analysis = am.assess(small).analysis
    attack = analysis.attacks[0]
    ground = survey.survey(analysis, attack, TEMPO)
    first, second = ground.ground(0), ground.ground(1)
    uncertain = [row for row, a in enumerate(ground.terrain.attempts) if 0.05 < a.probability < 0.95]
    assert uncertain and (first.possible[uncertain] != second.possible[uncertain]).any()
    assert replace(ground, tempo=TEMPO).ground(1).possible.tolist() == second.possible.tolist()


def test_the_document_is_plain_json(small: am.Pipeline) -> None:
    data = json.loads(simulate(small, campaigns=64).to_json())
    assert data["schema"] == "atlasmodel/simulation/1" and data["campaigns"] == 64
    assert data["scenarios"][0]["adversaries"][0]["survival"][0] == [0.0, 1.0]
    frames = simulate(small, {"today": [], "b": []}, campaigns=64)
    assert set(frames.goals_frame()["scenario"]) == {"today", "b"}
    assert len(frames.compare_frame()) == len(frames.differences)
    assert frames.losses_frame().empty


def test_a_twin_is_worth_what_it_helps_to_avoid_less_its_cost(fraud: am.Pipeline) -> None:
    run = simulate(fraud, {"today": [], "hard": HARDENED}, campaigns=512)
    cost = Loss(low=10_000, likely=20_000, high=50_000, currency="AUD")
    found = worth(run, "hard", cost)
    means = [scenario.losses[0].mean for scenario in run.scenarios]
    assert found.avoided[1] == pytest.approx(means[0] - means[1], rel=0.01)
    assert found.net[0] == pytest.approx(found.avoided[0] - 50_000, rel=1e-3, abs=100)
    assert found.net[1] == pytest.approx(found.avoided[1] - 20_000, rel=1e-3, abs=100)
    assert found.net[0] < found.net[1] < found.net[2]
    with pytest.raises(am.InputError, match="hard in AUD"):
        worth(run, "hard", cost.changed(currency="EUR"))


@pytest.mark.parametrize("strategy", ["best-path", "explorer", "opportunist", "random", "everything"])
def test_a_pipeline_in_which_nothing_can_be_reached_is_never_lost(strategy: str) -> None:
    b = am.PipelineBuilder("alone")
    b.add("records", kind="log_store", exposure="none")
    run = simulate(b.build(), {"today": [], "same": []}, campaigns=64, strategy=strategy)
    who = run.scenarios[0].adversaries[0]
    assert who.any_goal.value == 0 and who.goals == () and who.noticed.value == 0
