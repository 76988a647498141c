"""Attack the fraud example on paper: today, under plan A and under plan B; print the figures, draw the pictures.

python examples/twin/worked_case.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import atlasmodel as am
from atlasmodel.export.simulation import exceedance_chart, survival_chart, tornado_chart
from atlasmodel.twin.calibration import calibrated
from atlasmodel.twin.observation import read_observations
from atlasmodel.twin.scenario import read_scenarios
from atlasmodel.twin.tornado import tornado

HERE = Path(__file__).parent
CAMPAIGNS = 8192


def main() -> None:
    """Print the table of the worked case and leave three pictures in a folder."""
    folder = Path(sys.argv[1])
    pipeline = am.read(HERE.parent / "fraud-scoring.yaml")
    run = am.simulate(pipeline, read_scenarios(HERE / "scenarios.yaml"), campaigns=CAMPAIGNS)
    print("| scenario | fraud ring reaches a goal | half of its successes by | noticed | expected loss a year, AUD |")
    print("|---|---|---|---|---|")
    for scenario in run.scenarios:
        ring, loss = scenario.adversary("fraud-ring"), scenario.losses[0]
        print(
            f"| {scenario.name} | {ring.any_goal.value:.1%} ({ring.any_goal.low:.1%} to {ring.any_goal.high:.1%}) "
            f"| day {ring.any_goal_days.p50:g} | {ring.noticed.value:.1%} "
            f"| {loss.mean:,.0f} ± {1.96 * loss.standard_error:,.0f} |"
        )
    print()
    for change in run.differences:
        if change.figure == "loss":
            print(f"{change.scenario}: {change.change:+,.0f} AUD a year (standard error {change.standard_error:,.0f})")
    observations = read_observations(HERE / "observations.yaml")
    analysis = am.assess(pipeline).analysis
    _, updates = calibrated(analysis, observations, analysis.workspace.scoring.tempo)
    print()
    for row in updates:
        if row.adversary == "fraud-ring":
            print(f"{row.step} {row.figure}: {row.before:g} before, {row.after:g} after ({row.low:g} to {row.high:g})")
    (folder / "twin-survival.svg").write_text(survival_chart(run), encoding="utf-8")
    (folder / "twin-losses.svg").write_text(exceedance_chart(run), encoding="utf-8")
    (folder / "twin-assumptions.svg").write_text(tornado_chart(tornado(pipeline, campaigns=2048)), encoding="utf-8")


if __name__ == "__main__":
    main()
