"""Measures to try, and controls to ask about, are those that looking at every step would find."""

from __future__ import annotations

import pytest

from atlasmodel.advice.leverage import heaviest
from atlasmodel.advice.unasked import acting_unasked
from atlasmodel.analysis import Analysis, technique_of
from atlasmodel.mitigate.controls import EVERYWHERE
from atlasmodel.mitigate.reach import places_of


def weighed(analysis: Analysis) -> list[tuple[float, str, str, tuple[str, ...]]]:
    """Return every (weight, control, place, techniques), by looking at every step for every control and place."""
    library, coverage = analysis.workspace.library, analysis.coverage
    credits, _ = analysis.credits(16)
    steps = [(analysis.graph.steps[number].grounding, credits[number].total) for number in sorted(credits)]
    full = {(item.control, item.at) for item in analysis.placement.placed if item.is_full}
    found = []
    for control in library.controls.values():
        for place in coverage.places(control) if control.id not in library.carried_out else ():
            weight, techniques = 0.0, set()
            for grounding, total in steps:
                technique, parent = technique_of(grounding, analysis.workspace)
                if technique and not coverage.of(control, place).isdisjoint(places_of(grounding)):
                    effects = [one for one in control.on(technique, parent) if one.how == "prevent"]
                    strength = max((one.strength.likely for one in effects), default=0.0)
                    weight += strength * total
                    techniques |= {technique} if strength else set()
            if weight > 0 and full.isdisjoint([(control.id, place), (control.id, EVERYWHERE)]):
                found.append((-weight, control.id, place, tuple(sorted(techniques))))
    return sorted(found)


@pytest.mark.parametrize("limit", [0, 1, 7, 100_000])
def test_the_heaviest_come_first_and_the_others_are_counted(analysed: Analysis, limit: int) -> None:
    plain = weighed(analysed)
    chosen, left = heaviest(analysed, analysed.credits(16)[0], limit)
    assert [(item.control.id, item.at, item.techniques) for item in chosen] == [item[1:] for item in plain[:limit]]
    assert len(chosen) + left == len(plain) > 7


def test_controls_that_nobody_was_asked_about_are_told_with_what_they_act_on(analysed: Analysis) -> None:
    library, coverage = analysed.workspace.library, analysed.coverage
    near: dict[str, set[str]] = {}
    for number in {number for attack in analysed.attacks for number in attack.scores}:
        grounding = analysed.graph.steps[number].grounding
        if grounding.rule.technique:
            near.setdefault(grounding.component, set()).add(grounding.rule.technique)
    plain = []
    for item in analysed.placement.unasked:
        control = library.controls[item.control]
        acted = {name for place in coverage.of(control, item.at) for name in near.get(place, ())}
        if decides := sorted(acted & control.effects.keys()):
            plain.append((item, decides))
    plain.sort(key=lambda pair: (-len(pair[1]), pair[0].at, pair[0].control))
    assert acting_unasked(analysed) == plain
    assert plain
