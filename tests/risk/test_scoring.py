"""Assumptions are data: they load with their reasons, an organisation may replace a section, mistakes have places."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlasmodel._files import data_root
from atlasmodel.errors import CatalogError
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.risk.read_scoring import load_scoring
from atlasmodel.risk.scoring import Scoring
from atlasmodel.workspace import Workspace

VOCABULARY = builtin_vocabulary()
OWN = data_root() / "catalogs" / "scoring"


def load(folder: Path, text: str, name: str = "own.yaml") -> Scoring:
    (folder / name).write_text(text, encoding="utf-8")
    return load_scoring([OWN, folder], VOCABULARY)


def test_the_packaged_assumptions_have_reasons() -> None:
    scoring = Workspace.builtin().scoring
    for section in (scoring.base, scoring.skill_fit, scoring.states, scoring.severity):
        assert all(item.reason for item in section.values())  # type: ignore[attr-defined]
    assert all(goal.reason and goal.impact for goal in scoring.goals)
    assert all(item.reason for item in scoring.raises)


def test_a_section_of_one_s_own_replaces_the_packaged_one(tmp_path: Path) -> None:
    scoring = load(tmp_path, "worlds: {count: 128, seed: 1}\n")
    assert (scoring.worlds.count, scoring.worlds.seed) == (128, 1)
    assert scoring.base == Workspace.builtin().scoring.base
    assert scoring.goals == Workspace.builtin().scoring.goals


def test_goals_of_one_s_own_may_stand_beside_other_sections(tmp_path: Path) -> None:
    text = "goals: [{token: out.leak, at: [data], impact: {legal: 5}, meaning: Lost., reason: Ours.}]\nworlds: {count: 64, seed: 1}\n"
    scoring = load(tmp_path, text)
    assert [(goal.token, goal.impact) for goal in scoring.goals] == [("out.leak", {"legal": 5})]
    assert scoring.worlds.count == 64


@pytest.mark.parametrize(("text", "wanted"), [
    ("worlds: {count: 100, seed: 1}", "1:17: AM230 `worlds.count`"),
    ("worlds: {count: -64, seed: 1}", "`worlds.count`"),
    ("worlds: {count: 64, seed: null}", "`worlds.seed`"),
    ("wolds: {count: 64, seed: 1}", "1:1: AM118 unknown key `wolds` (did you mean worlds"),
    ("goals: []\nwolds: 1", "2:1: AM118 unknown key `wolds`"),
    ("base: {realized: {p: 1.5, reason: no}}", "less than or equal to 1"),
    ("base: {realized: {p: 0.5, reason: no}}", "1:1: AM230 `base` says nothing of `demonstrated`"),
    ("worth: {low: 2, medium: 3, high: 4}", "`worth` says nothing of `critical`"),
    ("worth: {low: 2, medium: 3, high: 4, critical: 9}", "less than or equal to 5"),
    ("severity: {low: {from: 0, reason: r}, medium: {from: 1, reason: r}, high: {from: 2, reason: r}, "
     "critical: {from: 3, reason: r}, hgh: {from: 4, reason: r}}", "`hgh` is no severity (did you mean high?)"),
    ("states: {absent: {weight: 0, reason: r}}", "`states` says nothing of `planned`"),
    ("goals: {out.leak: 5}", "1:1: AM230 `goals` is a list of mappings"),
    ("goals: [{token: out.lek, at: [data], impact: {legal: 5}, meaning: m, reason: r}]", "unknown token `out.lek` (did you"),
    ("goals: [{token: out.leak, at: [dta], impact: {legal: 5}, meaning: m, reason: r}]", "unknown kind `dta`"),
    ("goals: [{token: out.leak, at: [data], impact: {legal: 6}, meaning: m, reason: r}]", "less than or equal to 5"),
    ("goals: [{token: out.leak, at: [data], impact: {beauty: 2}, meaning: m, reason: r}]", "beauty"),
    ("goals: [{token: out.leak, at: [data], impact: {}, meaning: m, reason: r}]", "at least 1"),
    ("raises: [{id: a, token: [out.leak], when: {attribute: {name: data_clas, is: public}}, reason: r}]", "unknown attribute"),
    ("raises: [{id: a, token: [out.leak], add: -1, reason: r}]", "greater than or equal to 0"),
    ("raises: [{id: a, token: [nothing], reason: r}]", "unknown token `nothing`"),
    ("- a list", "assumptions are a mapping of sections"),
])  # fmt: skip
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, wanted: str) -> None:
    with pytest.raises(CatalogError) as caught:
        load(tmp_path, text)
    assert wanted in str(caught.value)
    assert "own.yaml:" in str(caught.value)
