"""Where an adversary starts: what the profile brings, what it finds open, and what the file adds."""

from __future__ import annotations

import pytest

from atlasmodel.attack.starts import Start, adversaries_of, skill_of, start_of
from atlasmodel.match.formula import YES, truth
from atlasmodel.model.pipeline import Adversary, Pipeline
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.model.reader import parse_pipeline

VOCABULARY = builtin_vocabulary()
PIPELINE = parse_pipeline("""
atlasmodel: 1
name: starts
components:
  open: {kind: inference_api, exposure: public}
  maybe: {kind: inference_api}
  inside: {kind: inference_api, exposure: internal}
  store: {kind: data_store, exposure: public}
  nobody: {kind: data_store, exposure: none}
""")


def start(adversary: Adversary, pipeline: Pipeline = PIPELINE) -> dict[str, str]:
    return {fact: truth(formula) for fact, formula in start_of(adversary, pipeline, VOCABULARY).facts.items()}


def test_without_an_adversary_it_is_somebody_on_the_internet() -> None:
    assert [(item.id, item.profile) for item in adversaries_of(PIPELINE)] == [("external", "external")]
    ring = Adversary(id="ring", profile="customer")
    assert adversaries_of(PIPELINE.model_copy(update={"adversaries": (ring,)})) == (ring,)


def test_an_outsider_finds_what_is_public_for_certain_and_what_may_be_public_perhaps() -> None:
    held = start(Adversary(id="a"))
    assert held == {
        "acc.public_endpoint@open": "yes",
        "acc.public_endpoint@maybe": "unknown",
        "acc.public_endpoint@store": "yes",
    }


def test_a_customer_may_use_products_but_not_stores() -> None:
    held = start(Adversary(id="a", profile="customer"))
    assert held["acc.product@open"] == held["acc.query@open"] == "yes"  # who may use it can query it
    assert held["acc.product@maybe"] == "unknown"
    assert "acc.product@store" not in held
    assert held["cap.accounts@adversary"] == "yes"


def test_only_leaves_what_the_file_names() -> None:
    held = start(Adversary(id="a", profile="customer", at=("inside",), only=True))
    places = {fact.partition("@")[2] for fact in held}
    assert places == {"inside", "adversary"}


def test_a_place_adds_to_what_is_exposed() -> None:
    held = start(Adversary(id="a", profile="insider", at=("store",)))
    assert held["acc.account@store"] == "yes"
    assert held["acc.network@store"] == "yes"
    assert held["know.public@adversary"] == "yes"
    assert held["acc.public_endpoint@open"] == "yes"


def test_what_is_held_stands_where_it_is_named_or_where_the_adversary_is() -> None:
    held = start(Adversary(id="a", at=("store",), holds=("acc.data_read", "acc.admin@nobody", "cap.genai"), only=True))
    assert held["acc.data_read@store"] == "yes"
    assert held["acc.account@nobody"] == "yes"
    assert held["cap.genai@adversary"] == "yes"
    assert "cap.genai@store" not in held


def test_a_certain_start_settles_an_unknown_one() -> None:
    held = start_of(Adversary(id="a", at=("maybe",)), PIPELINE, VOCABULARY)
    assert held.facts["acc.public_endpoint@maybe"] == YES


def test_names_tell_the_certain_from_the_possible() -> None:
    found = start_of(Adversary(id="a"), PIPELINE, VOCABULARY)
    assert isinstance(found, Start)
    assert found.names(certain=True) == ["acc.public_endpoint@open", "acc.public_endpoint@store"]
    assert set(found.names(certain=False)) - set(found.names(certain=True)) == {"acc.public_endpoint@maybe"}


@pytest.mark.parametrize(("own", "wanted"), [(None, "advanced"), ("novice", "novice")])
def test_skill_is_its_own_or_that_of_the_profile(own: str | None, wanted: str) -> None:
    assert skill_of(Adversary(id="a", profile="supplier", skill=own), VOCABULARY) == wanted  # type: ignore[arg-type]
