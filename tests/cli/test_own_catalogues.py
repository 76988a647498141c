"""A user's own kind, rule, assumption and mitigation, and another release of ATLAS, from the file to the answer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.conftest import EXAMPLE, ROOT, Run

SHARED = Path(os.environ.get("ATLASMODEL_SHARED", ROOT.parent / "shared")) / "atlas"
KIND = """\
kinds:
  market_model:
    parent: model
    meaning: Model that sets prices on a market of ours.
    cosai: componentTheModel
    shape: hexagon
    glyph: MM
"""
RULE = """\
- id: OUR-MARKET-01
  technique: AML.T0019
  title: Made-up offers move the price
  scope: target
  at: [market_model]
  when: {attribute: {name: exposure, is: public}}
  gains: [out.evasion@self]
  stage: [deployment]
  effect: [integrity]
  rationale: Whoever may offer may offer what nobody means.
  tests:
    - fires: {components: {m: {kind: market_model, exposure: public}}, expect: [m]}
    - silent: {components: {m: {kind: market_model, exposure: none}}}
"""
SCORING = """\
severity:
  low: {from: 0, reason: Ours.}
  medium: {from: 1, reason: Ours.}
  high: {from: 2, reason: Ours.}
  critical: {from: 3, reason: Ours.}
"""
CONTROL = """\
- id: offer_check
  name: Check of offers
  origin: own
  class: technical_ai
  summary: Look at each offer that lies far from the others before it counts.
  at: [market_model]
  weakens:
    - techniques: [AML.T0115.000]
      how: prevent
      strength: {low: 0.4, likely: 0.5, high: 0.6}
      reason: An offer far off is seen, one nearby is not.
      source: judgement
  effort_days: {once: {low: 1, likely: 2, high: 3}, yearly: {low: 0, likely: 1, high: 2}}
  money: {once: {low: 0, likely: 0, high: 0}, yearly: {low: 0, likely: 0, high: 0}}
  delivered_by: data_science
  phases: [deployment]
  evidence: Offers that were held back.
  atlas: []
  attack: []
  references: []
"""
PIPELINE = """\
atlasmodel: 1
name: Market
components: {prices: {kind: market_model, exposure: public}}
adversaries: {anyone: {profile: external}}
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    for part, text in {"kinds": KIND, "rules": RULE, "scoring": SCORING, "mitigations": CONTROL}.items():
        (tmp_path / "own" / part).mkdir(parents=True)
        (tmp_path / "own" / part / "market.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "market.yaml").write_text(PIPELINE, encoding="utf-8")
    return tmp_path / "own"


def test_own_words_are_listed(run: Run, own: Path) -> None:
    assert run("kinds", "market_model", "--catalog", own).out.startswith("id         market_model")
    assert "Check of offers" in run("mitigations", "show", "offer_check", "--catalog", own).out
    assert "market_model" in run("schema", "--catalog", own).out
    assert "Made-up offers" in run("explain", "OUR-MARKET-01", "--catalog", own).out
    assert run("rules", "test", "--catalog", own).code == 0


def test_own_words_reach_the_answer(run: Run, own: Path) -> None:
    pipeline = own.parent / "market.yaml"
    assert run("check", pipeline).code == 3
    assert run("check", pipeline, "--catalog", own).code == 0
    document = run("assess", pipeline, "--catalog", own, "--format", "json").json
    (finding,) = [item for item in document["findings"] if item["rule"] == "OUR-MARKET-01"]
    assert finding["technique"] == "AML.T0115.000"  # the id that the rule gives is retired
    assert "offer_check" in [item["id"] for item in finding["mitigations"]]
    assert finding["severity"] == "critical"
    words = ("--catalog", own)
    assert run("explain", finding["id"], "--in", pipeline, *words).out.startswith("OUR-MARKET-01 at prices: applies")
    assert "Made-up offers" in run("paths", pipeline, *words).out


def test_a_rule_without_tests_or_with_wrong_ones_fails(run: Run, own: Path) -> None:
    path = own / "rules" / "market.yaml"
    path.write_text(RULE.replace("exposure: none", "exposure: public"), encoding="utf-8")
    done = run("rules", "test", "--catalog", own)
    assert done.code == 3
    assert "AM220 OUR-MARKET-01 test 2 (silent)" in done.err
    path.write_text(RULE.partition("  tests:")[0], encoding="utf-8")
    done = run("rules", "test", "--catalog", own)
    assert done.code == 3
    assert "OUR-MARKET-01 has no test that fires" in done.err
    assert "OUR-MARKET-01 has no test that stays silent" in done.err


@pytest.mark.parametrize("part", ["kinds", "rules", "mitigations"])
@pytest.mark.parametrize("text", ["text\n", "- {id: 3}\n"])
def test_own_files_that_are_none(run: Run, own: Path, part: str, text: str) -> None:
    (own / part / "broken.yaml").write_text(text, encoding="utf-8")
    done = run("check", own.parent / "market.yaml", "--catalog", own)
    assert done.code == 3
    assert f"{part}/broken.yaml:1" in done.err


@pytest.mark.parametrize("name", ["ATLAS-4.5.2.yaml", "ATLAS-5.6.1.yaml"])
def test_an_official_file_of_another_release(run: Run, small: Path, name: str) -> None:
    if not (SHARED / name).exists():
        pytest.skip(f"the published file {name} is not in {SHARED}; set ATLASMODEL_SHARED to the folder above atlas/")
    release = name.removeprefix("ATLAS-").removesuffix(".yaml")
    document = run("assess", small, "--atlas", SHARED / name, "--format", "json").json
    assert document["catalog"]["release"] == release
    assert f"rules are left out: ATLAS {release} does not have" in " ".join(document["notes"])
    assert "Evade" in run("explain", "AML.T0015", "--atlas", SHARED / name).out
    assert f"ATLAS {release} " in run("catalog", "verify", SHARED / name).out
    assert len(run("catalog", "list", "--atlas", SHARED / name, "--format", "json").json) < 208
    assert "AML.T0020" in run("rules", "new", "AML.T0020", "--atlas", SHARED / name).out
    told, plain = (run("catalog", "diff", SHARED / name, "--format", form) for form in ("table", "json"))
    assert told.out.startswith(f"ATLAS {release} -> 2026.09\n")
    assert {item["change"] for item in plain.json["changes"]} >= {"added", "removed"}
    both = run("catalog", "diff", SHARED / name, SHARED / name)
    assert both.out.endswith("no change\n")


def test_a_file_that_is_no_catalogue(run: Run, small: Path) -> None:
    for words in (["assess", EXAMPLE, "--atlas", small], ["catalog", "verify", small], ["catalog", "diff", small]):
        done = run(*words)
        assert (done.code, done.out) == (3, "")
        assert "AM205" in done.err


def test_the_linter_tells_its_problems_as_records(run: Run, own: Path) -> None:
    """OUR-MARKET-01 reads an attribute and asks no question: that is AM274."""
    done = run("rules", "lint", "--catalog", own, "--format", "json")
    assert done.code == 3
    (problem,) = (record for record in done.json if record["code"] == "AM274")
    assert (problem["severity"], problem["rule"]) == ("error", "OUR-MARKET-01")
    assert problem["span"].endswith("market.yaml:1:3")
