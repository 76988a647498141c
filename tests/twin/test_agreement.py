"""The twin agrees with what can be worked out otherwise: P(goal) of the attack graph, closed forms."""

import itertools
import math
import random

import numpy as np
import pytest

import atlasmodel as am
from atlasmodel.risk.tempo import LawOfTime
from atlasmodel.twin.everything import all_at_once
from atlasmodel.twin.loss import Purse, poisson
from atlasmodel.twin.luck import draw_luck, duration, uniforms
from atlasmodel.twin.strategy import STRATEGIES
from atlasmodel.twin.survey import survey
from atlasmodel.twin.tally import Clock, Paired, share_of
from atlasmodel.twin.terrain import ALWAYS, Attempt, Terrain
from atlasmodel.workspace import Workspace
from tests.twin import naive

TEMPO = Workspace.builtin().scoring.tempo


@pytest.mark.parametrize("block", range(10))
def test_the_share_of_campaigns_is_the_probability_of_the_graph(block: int) -> None:
    """On 200 random graphs with cycles, the probability being that of brute force over all outcomes."""
    for seed in range(block * 20, block * 20 + 20):
        terrain = naive.random_terrain(random.Random(seed), steps=7)
        exact = np.zeros(len(terrain.goals))
        for outcome in itertools.product([False, True], repeat=len(terrain.attempts)):
            weight = math.prod(
                a.probability if it else 1 - a.probability for a, it in zip(terrain.attempts, outcome, strict=True)
            )
            if weight:
                for link in (False, True):
                    facts = naive.reachable(terrain, list(outcome), link)
                    exact += [weight / 2 * (goal in facts) for goal in terrain.goals]
        possible, links = naive.chance(terrain, seed, 4000)
        luck = draw_luck(terrain, possible, links, TEMPO, seed=seed, first=0)
        share = np.isfinite(all_at_once(terrain, luck, np.inf).reached).mean(axis=1)
        error = np.sqrt(np.maximum(exact * (1 - exact), 1e-12) / 4000)
        assert (np.abs(share - exact) <= 4 * error + 1e-12).all(), (seed, share, exact)


@pytest.mark.parametrize("example", ["fraud-scoring", "vision-inspection"])
def test_an_exhaustive_campaign_reaches_what_the_assessment_reaches_world_by_world(example: str) -> None:
    analysis = am.assess(am.read(f"examples/{example}.yaml")).analysis
    for attack in analysis.attacks:
        ground = survey(analysis, attack, TEMPO)
        luck = ground.luck(0, 512, {0: ground.ground(0)})
        luck.noticed[:] = np.inf
        for name in ("everything", "opportunist"):
            log = STRATEGIES[name](ground.terrain)(luck, np.inf)
            for row, goal in enumerate(ground.terrain.goals):
                bits = attack.point.worlds.unpack(attack.point.bits(goal))[:512]
                assert (np.isfinite(log.reached[row]) == bits).all()


def test_one_exponential_step_follows_its_closed_form() -> None:
    terrain = Terrain((Attempt("s", (), (("g", ALWAYS),), (0.0, 10.0, 10.0)),), {}, ("g",))
    tempo = TEMPO.model_copy(update={"law": LawOfTime(value="exponential", reason="a test")})
    ones = np.ones((1, 20_000), dtype=np.bool_)
    luck = draw_luck(terrain, ones, np.zeros((0, 20_000), dtype=np.bool_), tempo, seed=1, first=0)
    days = all_at_once(terrain, luck, np.inf).reached[0]
    for day in (1.0, 5.0, 10.0, 30.0):
        expected = 1 - math.exp(-day / 10)
        assert abs((days <= day).mean() - expected) <= 4 * math.sqrt(expected * (1 - expected) / 20_000)


def test_a_triangular_step_has_the_mean_of_its_three_figures() -> None:
    days = duration("triangular", (1.0, 2.0, 9.0), uniforms(3, 0, 40_000, "x"))
    assert days.min() >= 1 and days.max() <= 9
    assert abs(days.mean() - 4.0) < 4 * days.std() / 200


def test_tries_a_year_follow_poissons_law() -> None:
    for mean in (0.0, 0.3, 4.0, 52.0):
        numbers = poisson(mean, uniforms(5, 0, 40_000, str(mean)))
        assert abs(numbers.mean() - mean) <= 4 * math.sqrt(mean / 40_000)
        assert abs(numbers.var() - mean) <= 0.05 * mean


def test_draws_do_not_depend_on_how_campaigns_are_cut() -> None:
    whole = uniforms(7, 0, 4096, "days", "s")
    parts = [uniforms(7, first, 512, "days", "s") for first in range(0, 4096, 512)]
    assert (np.concatenate(parts) == whole).all()


def test_a_share_holds_its_interval() -> None:
    inside = 0
    rng = np.random.default_rng(1)
    for count in rng.binomial(200, 0.03, size=2000):
        share = share_of(int(count), 200)
        inside += share.low <= 0.03 <= share.high
    assert inside / 2000 > 0.93
    assert share_of(0, 0).high == 1.0


def test_clock_and_purse_count_within_their_bins() -> None:
    rng = np.random.default_rng(2)
    days = np.where(rng.random(5000) < 0.4, rng.exponential(20, 5000), np.inf).astype(np.float32)
    clock = Clock(100.0)
    for part in np.split(days, 5):
        clock.add(part)
    happened = np.sort(days[days <= 100])
    assert clock.happened == len(happened) and clock.total == 5000
    for share in (0.1, 0.5, 0.9):
        assert clock.quantile(share) == pytest.approx(
            happened[math.ceil(share * len(happened)) - 1], abs=100 / 1024 * 1.01
        )
    assert Clock(10.0).quantile(0.5) is None
    money = np.where(rng.random(5000) < 0.2, rng.lognormal(12, 1.5, 5000), 0.0)
    purse = Purse("EUR")
    purse.add(money)
    assert purse.mean == pytest.approx(money.mean())
    assert purse.quantile(0.5) == 0.0
    assert purse.quantile(0.95) == pytest.approx(np.quantile(money, 0.95, method="inverted_cdf"), rel=0.01)
    assert [share for _, share in purse.curve()] == sorted((share for _, share in purse.curve()), reverse=True)


def test_paired_differences_cancel_shared_chance() -> None:
    paired = Paired()
    base = np.random.default_rng(3).normal(0, 100, 1000)
    paired.add((base + 1) - base)
    assert paired.mean == pytest.approx(1.0)
    assert paired.standard_error == pytest.approx(0.0, abs=1e-6)
