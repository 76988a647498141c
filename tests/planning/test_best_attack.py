"""The strongest attack of a plan is the strongest of the paths that an assessment shows."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from atlasmodel.analysis import RISK_SCALE
from atlasmodel.assessment import Assessment, assess
from atlasmodel.model.pipeline import PlacedControl
from atlasmodel.model.reader import read_pipeline
from atlasmodel.options import Options
from atlasmodel.planning.best_attack import Attacks
from atlasmodel.planning.candidate import candidates_of

EXAMPLES = Path(__file__).parents[2] / "examples"
BRIEF = Options(worlds=256, paths=1, path_goals=200, removes=0, measures=0, questions=0)


@pytest.fixture(scope="module")
def assessed() -> Assessment:
    return assess(read_pipeline(EXAMPLES / "fraud-scoring.yaml"), options=BRIEF)


def strongest_shown(document: Assessment) -> float:
    return max(
        RISK_SCALE * max(goal.impact.values()) * path.probability for goal in document.goals for path in goal.paths
    )


def test_without_a_measure_it_is_the_best_path_of_all_goals(assessed: Assessment) -> None:
    found, sure = Attacks(assessed.analysis, ()).strongest(np.zeros(0), 3)
    lightest = min(attack.weight for attack in found)
    assert math.exp(-lightest) == pytest.approx(strongest_shown(assessed), rel=3e-3)  # steps show four digits
    assert sure <= lightest + 1e-9


def test_under_a_measure_it_is_the_best_path_of_the_changed_pipeline(assessed: Assessment) -> None:
    candidates = candidates_of(assessed.analysis)
    attacks = Attacks(assessed.analysis, candidates)
    today = min(attacks.strongest(np.zeros(len(candidates)), 3)[0], key=lambda attack: attack.weight)
    lever = min(lever for group in today.adds for lever in group)  # it acts on the strongest attack of today
    levers = np.zeros(len(candidates))
    levers[lever] = 1.0
    lightest = min(attack.at(levers) for attack in attacks.strongest(levers, 3)[0])
    changed = PlacedControl(control=candidates[lever].control.id, at=(candidates[lever].at,), state="in_place")
    after = assess(assessed.inputs.pipeline.with_changes([changed]), options=BRIEF)
    assert math.exp(-lightest) == pytest.approx(strongest_shown(after), rel=3e-3)
    assert today.at(levers) > today.weight
