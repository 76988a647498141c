"""Campaigns that go on from others, and attacks that stand for others, give what all of them alone would give."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from atlasmodel.analysis import RISK_SCALE, Analysis, analyse
from atlasmodel.model.reader import read_pipeline
from atlasmodel.risk.attacks import SIDES
from atlasmodel.risk.draws import Draws
from atlasmodel.risk.probability import Campaigns
from atlasmodel.risk.worlds import WorldSet
from atlasmodel.workspace import Workspace

SEVERAL = """
  visitor: {profile: external}
  buyer: {profile: customer}
  colleague: {profile: insider, at: lake}
"""


@pytest.fixture(scope="session")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    text = (Path(__file__).parents[1] / "examples" / "fraud-scoring.yaml").read_text(encoding="utf-8")
    head, _, _ = text.partition("\nadversaries:")
    space = Workspace.builtin()
    file = tmp_path_factory.mktemp("several") / "pipeline.yaml"
    file.write_text(f"{head}\nadversaries:{SEVERAL}", encoding="utf-8")
    return analyse(read_pipeline(file, space.vocabulary), space, WorldSet(512, 3, space.vocabulary.attributes))


def test_campaigns_that_go_on_from_others_reach_the_same(analysis: Analysis) -> None:
    for attack in analysis.attacks:
        for side in SIDES:
            found: Campaigns = getattr(attack, side)
            scores = attack.hoped if side == "low" else attack.scores
            fresh = Campaigns(found.part, attack.start.facts, scores, Draws(analysis.graph, found.worlds, side))
            assert fresh.reached == found.reached


def test_each_side_contains_the_one_before(analysis: Analysis) -> None:
    for attack in analysis.attacks:
        for lower, upper in pairwise(SIDES):
            assert getattr(attack, upper).contains(getattr(attack, lower))
        assert not attack.low.contains(attack.high)


def test_leading_attacks_decide_the_total_with_and_without_a_change(analysis: Analysis) -> None:
    assert len(analysis.leading) < len(analysis.attacks)
    steps = sorted(analysis.attacks[0].scores)[::40]
    without = analysis.totals_without(steps)
    assert len({round(total, 6) for total in without}) > 1
    for step, total in zip(steps, without, strict=True):
        rows = [
            attack.point.what_if([{step: 0} if step in attack.scores else {}], list(analysis.worst))[0]
            for attack in analysis.attacks
        ]
        likeliest = (max(column) for column in zip(*rows, strict=True))
        alone = sum(
            RISK_SCALE * impact * share for impact, share in zip(analysis.worst.values(), likeliest, strict=True)
        )
        assert total == pytest.approx(alone, abs=1e-9)
