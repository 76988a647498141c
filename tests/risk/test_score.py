"""Step figures: every term is there, unknown controls work for one side, severity is a word for a range."""

from __future__ import annotations

from dataclasses import replace

import pytest
from attack.making import rule
from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.match.formula import YES, Leaf, negate
from atlasmodel.match.formula import Test as Check
from atlasmodel.risk.score import Scorer, StepScore, Weakening, score_step
from atlasmodel.risk.scoring import Scoring
from atlasmodel.workspace import Workspace
from risk.making import prevents

SCORING = Workspace.builtin().scoring
UNKNOWN = Leaf("x", "verified", Check("is", (True,)))
steady = settings(derandomize=True, deadline=None, max_examples=200)
shares = st.sampled_from([0.0, 0.1, 0.45, 0.9, 1.0])


def acts(control: str, how: str, share: float) -> Weakening:
    return Weakening(control, "x", how, share, 1.0, "in_place", share)


def test_p_is_base_times_fit_times_what_controls_leave() -> None:
    step = replace(rule("AM-X-01"), skill="expert")
    found = score_step(step, "realized", "advanced", [prevents("a", 0.5), prevents("b", 0.25)], SCORING)
    base, fit = SCORING.base["realized"].p, SCORING.skill_fit["advanced"].expert
    assert found.probability(favour_attacker=True) == pytest.approx(base * fit * 0.5 * 0.75)
    assert [(term.name, term.factor) for term in found.terms] == [
        ("base rate (realized)", base),
        ("skill fit (advanced adversary, expert step)", fit),
        ("a at x (in_place)", 0.5),
        ("b at x (in_place)", 0.75),
    ]
    assert all(term.reason for term in found.terms)


def test_an_end_state_happens_with_its_cause() -> None:
    found = score_step(rule("AM-X-01", "impact"), "realized", "novice", [prevents("a", 0.0)], SCORING)
    assert (found.probability(favour_attacker=True), found.effort_days, found.detection) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize(("base", "maturity", "wanted"), [
    ("certain", None, "certain"), ("unlikely", "realized", "unlikely"), (None, "feasible", "feasible"),
    (None, None, "even"), (None, "rumoured", "even"),
])  # fmt: skip
def test_the_rule_s_word_goes_before_maturity(base: str | None, maturity: str | None, wanted: str) -> None:
    step = replace(rule("AM-X-01"), base=base)
    assert score_step(step, maturity, "expert", [], SCORING).base == SCORING.base[wanted].p


def test_what_is_certain_needs_no_skill() -> None:
    step = replace(rule("AM-X-01"), base="certain", skill="expert")
    assert score_step(step, None, "novice", [], SCORING).probability(favour_attacker=True) == 1.0


def test_only_prevention_lowers_p_impeding_raises_effort_and_detection_what_is_noticed() -> None:
    step = replace(rule("AM-X-01"), effort_days=(1.0, 4.0, 9.0))
    plain = score_step(step, None, "expert", [], SCORING)
    acting = [acts("a", "impede", 0.5), acts("b", "impede", 0.25), acts("c", "detect", 0.5), acts("d", "detect", 0.5),
              acts("e", "recover", 1.0)]  # fmt: skip
    found = score_step(step, None, "expert", acting, SCORING)
    assert found.probability(favour_attacker=True) == plain.probability(favour_attacker=True)
    assert (plain.effort_days, plain.detection) == (4.0, 0.0)
    assert (found.effort_days, found.detection) == (7.0, 0.75)


def test_the_forms_of_one_control_count_once_at_the_strongest_there() -> None:
    forms = (prevents("a", 0.4), prevents("a", 0.9, UNKNOWN), prevents("b", 0.5, negate(UNKNOWN)))
    found = StepScore(1.0, forms, (), 0.0, 0.0)
    assert found.probability(favour_attacker=True) == pytest.approx(0.6)
    assert found.probability(favour_attacker=False) == pytest.approx(0.1 * 0.5)
    effort = score_step(replace(rule("AM-X-01"), effort_days=(1, 1, 1)), None, "expert",
                        [acts("a", "impede", 0.5), acts("a", "impede", 0.2)], SCORING).effort_days  # fmt: skip
    assert effort == 1.5


@steady
@given(st.lists(st.tuples(st.sampled_from("abc"), shares, st.sampled_from([YES, UNKNOWN, negate(UNKNOWN)])), max_size=5),
       st.tuples(st.sampled_from("abcd"), shares, st.sampled_from([YES, UNKNOWN])))  # fmt: skip
def test_a_control_more_never_raises_p(there: list[tuple[str, float, object]], more: tuple[str, float, object]) -> None:
    def score(controls: list[tuple[str, float, object]]) -> StepScore:
        return StepScore(0.8, tuple(prevents(*control) for control in controls), (), 0.0, 0.0)  # type: ignore[arg-type]

    for side in (True, False):
        assert score([*there, more]).probability(favour_attacker=side) <= score(there).probability(favour_attacker=side)
    assert score(there).probability(favour_attacker=False) <= score(there).probability(favour_attacker=True)


@pytest.mark.parametrize(("risk", "word"), [
    (0.0, "none"), (-1.0, "none"), (1e-9, "low"), (9.999, "low"), (10.0, "medium"), (24.9, "medium"), (25.0, "high"),
    (49.99, "high"), (50.0, "critical"), (100.0, "critical"), (250.0, "critical"),
])  # fmt: skip
def test_severity_is_the_highest_threshold_reached(risk: float, word: str) -> None:
    assert SCORING.severity_of(risk) == word


def test_the_lowest_word_holds_for_any_risk_at_all() -> None:
    raised: Scoring = SCORING.model_copy(
        update={
            "severity": {
                word: item.model_copy(update={"start": item.start + 5}) for word, item in SCORING.severity.items()
            }
        }
    )
    assert raised.severity_of(0.1) == "low"


def test_steps_of_one_rule_under_the_same_controls_share_their_figures() -> None:
    step, other = rule("AM-X-01"), rule("AM-X-02")
    acting, equal = (prevents("a", 0.5),), (prevents("a", 0.5),)
    scorer = Scorer(SCORING)
    (found,) = scorer.score_each(step, "realized", "advanced", [acting])
    assert found == score_step(step, "realized", "advanced", acting, SCORING)
    again, alike = scorer.score_each(step, "realized", "advanced", [acting, equal])
    assert again is found
    assert alike == found
    for *rest, acts in (
        (other, "realized", "advanced", acting),
        (step, None, "advanced", acting),
        (step, "realized", "novice", ()),
    ):
        assert scorer.score_each(*rest, [acts]) == [score_step(*rest, acts, SCORING)]
