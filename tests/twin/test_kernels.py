"""The kernels play all campaigns side by side; one by one, as plainly as can be, gives the same."""

import itertools
import random
from dataclasses import replace

import numpy as np
import pytest

from atlasmodel.twin.everything import all_at_once
from atlasmodel.twin.follow import follow, known_paths
from atlasmodel.twin.luck import Luck, draw_luck
from atlasmodel.twin.strategy import STRATEGIES
from atlasmodel.twin.terrain import Terrain
from atlasmodel.twin.walk import walk
from atlasmodel.workspace import Workspace
from tests.twin import naive

TEMPO = Workspace.builtin().scoring.tempo
COUNT = 24


def lucky(terrain: Terrain, seed: int, count: int = COUNT) -> Luck:
    possible, links = naive.chance(terrain, seed, count)
    return draw_luck(terrain, possible, links, TEMPO, seed=seed, first=0)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("limit", [12.0, 1e6])
def test_everything_at_once_is_what_happens_event_by_event(seed: int, limit: float) -> None:
    terrain = naive.random_terrain(random.Random(seed), noisy=True)
    luck = lucky(terrain, seed)
    log = all_at_once(terrain, luck, limit)
    for campaign in range(COUNT):
        began, done, reached = naive.everything(terrain, luck, campaign, limit)
        assert log.began[:, campaign].tolist() == began
        assert log.done[:, campaign].tolist() == done
        assert log.reached[:, campaign].tolist() == reached


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("limit", [12.0, 1e6])
def test_a_walk_is_what_happens_step_by_step(seed: int, limit: float) -> None:
    terrain = naive.random_terrain(random.Random(seed), noisy=True)
    luck = lucky(terrain, seed)
    own = luck.whims if seed % 2 else np.argsort(np.random.default_rng(seed).random(len(terrain.attempts)))
    log = walk(terrain, luck, own, limit)
    for campaign in range(COUNT):
        began, done, reached = naive.walk(terrain, luck, own, campaign, limit)
        assert log.began[:, campaign].tolist() == began
        assert log.done[:, campaign].tolist() == done
        assert log.reached[:, campaign].tolist() == reached


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("name", ["everything", "explorer", "opportunist", "random"])
def test_without_notice_and_with_patience_the_fixed_point_is_reached(seed: int, name: str) -> None:
    terrain = naive.random_terrain(random.Random(seed))
    luck = lucky(terrain, seed)
    reached = np.isfinite(STRATEGIES[name](terrain)(luck, np.inf).reached)
    for campaign in range(COUNT):
        facts = naive.reachable(terrain, luck.possible[:, campaign].tolist(), bool(luck.links[0, campaign]))
        assert reached[:, campaign].tolist() == [goal in facts for goal in terrain.goals]


@pytest.mark.parametrize("seed", range(25))
def test_known_paths_reach_no_more_and_what_they_do_could_be_done(seed: int) -> None:
    terrain = naive.random_terrain(random.Random(seed), noisy=True)
    luck = lucky(terrain, seed)
    unseen = replace(luck, noticed=np.full_like(luck.noticed, np.inf))
    most = np.isfinite(all_at_once(terrain, unseen, np.inf).reached)
    log = follow(terrain, luck, known_paths(terrain), 60.0)
    assert not (np.isfinite(log.reached) & ~most).any()
    done = np.isfinite(log.done)
    assert not (done & ~luck.possible).any()
    assert (log.done[done] >= log.began[done]).all()
    assert (log.done[done] <= 60.0).all()


@pytest.mark.parametrize("seed", range(10))
def test_more_patience_never_reaches_less(seed: int) -> None:
    terrain = naive.random_terrain(random.Random(seed), noisy=True)
    luck = lucky(terrain, seed)
    days = [np.isfinite(all_at_once(terrain, luck, limit).reached) for limit in (5.0, 10.0, 20.0, 1e6)]
    assert all(not (before & ~after).any() for before, after in itertools.pairwise(days))
