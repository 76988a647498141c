"""The vocabulary: how much it covers, what its words say of each other, and what a user's folder adds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from atlasmodel import _yaml
from atlasmodel._files import data_root
from atlasmodel.errors import CatalogError, InputError
from atlasmodel.mitigate.controls import Library
from atlasmodel.mitigate.read_controls import library_folders, load_library
from atlasmodel.model import glossary
from atlasmodel.model.kinds import Attribute, Vocabulary
from atlasmodel.model.read_kinds import builtin_vocabulary, load_vocabulary
from atlasmodel.model.reader import pipeline_from
from atlasmodel.model.values import check_value
from atlasmodel.workspace import Workspace

OWN = data_root() / "catalogs" / "kinds"
VOCABULARY = builtin_vocabulary()
ALONG_DATA = "data_flow trains_on derives_from retrieves_from indexes supplies produces registers deploys labels builds feeds_back renders"
ALONG_ACTION = (
    "invokes serves configures remembers runs_on authenticates_with depends_on delegates_to stores decides informs reviews "
    "overrides monitors protects mirrors owns"
)


def test_it_is_large_enough() -> None:
    assert len(VOCABULARY.kinds) >= 70
    assert len(VOCABULARY.flow_kinds) == 30
    assert len(VOCABULARY.attributes) >= 80
    assert {name for name in VOCABULARY.groups if VOCABULARY.groups[name].parent is None} >= {
        "data",
        "model",
        "serving",
        "agentic",
    }


def test_every_word_has_a_meaning() -> None:
    sections: tuple[Any, ...] = (
        VOCABULARY.groups, VOCABULARY.kinds, VOCABULARY.flow_kinds, VOCABULARY.attributes, VOCABULARY.tokens, VOCABULARY.profiles,
    )  # fmt: skip
    mute = [name for section in sections for name, entry in section.items() if len(entry.meaning) < 5]
    values = [
        (item.id, value)
        for item in VOCABULARY.attributes.values()
        for value, words in item.values.items()
        if len(words) < 2
    ]
    assert (mute, values) == ([], [])


def test_every_kind_descends_from_a_group_and_may_say_something() -> None:
    for kind in VOCABULARY.kinds:
        assert VOCABULARY.lineage(kind)[-1] in VOCABULARY.groups
        assert {"exposure", "origin"} <= set(VOCABULARY.attributes_of(kind))
    assert not any(kind.abstract for kind in VOCABULARY.kinds.values())


def test_beliefs_add_up() -> None:
    for item in VOCABULARY.attributes.values():
        if item.type in ("bool", "enum"):
            assert sum(item.prior.values()) == pytest.approx(1), item.id
            assert set(item.prior) == (set(item.values) if item.type == "enum" else {"true", "false"}), item.id
        assert all(0 <= share <= 1 for share in item.prior.values()), item.id
        assert len(item.prior_reason) > 10 or not item.prior, item.id


def test_no_value_says_unknown() -> None:
    assert not [
        item.id for item in VOCABULARY.attributes.values() if {"unknown", "null", "true", "false"} & set(item.values)
    ]


def test_implied_states_are_complete(library: Library) -> None:
    for item in VOCABULARY.attributes.values():
        if item.implies:
            values = [True, False] if item.type == "bool" else list(item.values)
            assert all(item.state_of(value) for value in values), item.id
            assert library.find(item.implies.control) is not None, item.id
        else:
            assert item.state_of(True) is None


def test_flows_point_as_they_are_said_to() -> None:
    along = {flow.id: flow.along for flow in VOCABULARY.flow_kinds.values()}
    assert along == {**dict.fromkeys(ALONG_DATA.split(), "data"), **dict.fromkeys(ALONG_ACTION.split(), "action")}
    assert all(flow.direction.startswith("From ") for flow in VOCABULARY.flow_kinds.values())


def test_every_flow_has_plausible_ends() -> None:
    for flow in VOCABULARY.flow_kinds.values():
        assert VOCABULARY.kinds_under(flow.source), flow.id
        assert VOCABULARY.kinds_under(flow.target), flow.id
    wanted = {"protocol", "authn", "encrypted", "data_class", "untrusted", "validated", "automatic", "rate"}
    assert wanted <= set(VOCABULARY.flow_attributes)


def test_profiles_are_those_of_the_language() -> None:
    wanted = {"external", "customer", "credential_buyer", "insider", "supplier", "physical", "malware"}
    assert wanted <= set(VOCABULARY.profiles)
    for profile in VOCABULARY.profiles.values():
        assert profile.needs_at == (profile.id not in ("external", "customer")) or profile.id not in wanted
        assert VOCABULARY.kinds_under(profile.eligible)


def test_tokens_live_where_their_kind_lives() -> None:
    for token in VOCABULARY.tokens.values():
        adversary = token.id.startswith("cap.") or token.id in ("know.public", "know.identity")
        assert token.place == ("adversary" if adversary else "component"), token.id


def test_defaults_have_a_reason_and_fit() -> None:
    for kind in (*VOCABULARY.kinds.values(), *VOCABULARY.groups.values()):
        for name, default in kind.defaults.items():
            written = list(default.value) if isinstance(default.value, tuple) else default.value
            assert check_value(VOCABULARY.attributes[name], written)[1] is None, (kind.id, name)
            assert len(default.because) > 10
    assert VOCABULARY.default("sensor", "physical_input") is not None
    assert VOCABULARY.default("sensor", "authn") is None


def test_lineage() -> None:
    assert VOCABULARY.lineage("llm")[0] == "llm"
    assert VOCABULARY.is_a("llm", ["model"])
    assert VOCABULARY.is_a("anything", ["*"])
    assert not VOCABULARY.is_a("llm", ["data"])
    assert VOCABULARY.kinds_under(["*"]) == frozenset(VOCABULARY.kinds)
    assert VOCABULARY.lineage("nonsense") == ("nonsense",)
    assert VOCABULARY.attributes_of("nonsense") == {}


# --- names of the draft stay readable ---


@pytest.fixture(scope="module")
def draft() -> dict[str, Any]:
    """The draft vocabulary; it is not part of the project."""
    root = Path(os.environ.get("ATLASMODEL_SHARED", Path(__file__).parents[2].parent / "shared"))
    path = root / "draft" / "applicability-draft.yaml"
    if not path.is_file():
        pytest.skip(f"the draft vocabulary is not at {path}; set ATLASMODEL_SHARED to the folder above draft/")
    data: dict[str, Any] = _yaml.read(path).data
    return data


@pytest.fixture(scope="module")
def library() -> Library:
    techniques = {item.id for item in Workspace.builtin().catalog.techniques}
    return load_library(library_folders(), VOCABULARY, techniques)


def attribute(name: str) -> Attribute:
    return VOCABULARY.attributes[VOCABULARY.canonical("attribute", name)]


def test_kinds_flows_and_profiles_of_the_draft(draft: dict[str, Any]) -> None:
    assert {VOCABULARY.canonical("kind", name) for name in draft["component_kinds"]} <= set(VOCABULARY.kinds)
    assert {VOCABULARY.canonical("flow", name) for name in draft["edge_kinds"]} <= set(VOCABULARY.flow_kinds)
    assert set(draft["attacker_profiles"]) <= set(VOCABULARY.profiles)


def test_attributes_of_the_draft_with_their_values_on_their_kinds(draft: dict[str, Any]) -> None:
    for name, entry in draft["attributes"].items():
        words = draft["component_kinds"] if entry["on"] == "all" else entry["on"].replace(",", " ").split()
        for kind in (word for word in words if word in draft["component_kinds"]):
            assert attribute(name).id in VOCABULARY.attributes_of(VOCABULARY.canonical("kind", kind)), (name, kind)
        for value in [True, False] if entry["type"] == "bool" else entry["values"]:
            assert check_value(attribute(name), value)[1] is None, (name, value)


def test_controls_of_the_draft(draft: dict[str, Any], library: Library) -> None:
    official = {name for entry in draft["controls"].values() for name in entry["atlas"]}
    assert not [name for name in (*draft["controls"], *official) if library.find(name) is None]


def test_an_alias_reads_as_its_word() -> None:
    parts = {"components": {"a": {"kind": "dataset", "datasheet": True}, "b": {"kind": "llm"}}}
    flow = {"from": "a", "to": "b", "kind": "trains_on", "encryption": True}
    pipeline = pipeline_from({"atlasmodel": 1, "name": "x", **parts, "flows": [flow]})
    assert pipeline.by_id["a"].attributes == {"documented": True}
    assert pipeline.flows[0].attributes == {"encrypted": True}


# --- a user's folder ---


def loaded(folder: Path, text: str) -> Vocabulary:
    (folder / "mine.yaml").write_text(text)
    return load_vocabulary([OWN, folder])


def refusal(folder: Path, text: str) -> list[str]:
    with pytest.raises(CatalogError) as caught:
        loaded(folder, text)
    return [f"{problem.code} {problem.message} {problem.hint or ''}".strip() for problem in caught.value.problems]


def test_a_folder_adds_words(tmp_path: Path) -> None:
    vocabulary = loaded(
        tmp_path,
        """
kinds:
  quantum_model: {parent: llm, meaning: A model that nobody has yet., aliases: [qmodel]}
flow_kinds:
  entangles: {meaning: Two things are one., direction: From one to the other., along: data, from: [quantum_model], to: ['*']}
attributes:
  qubits: {type: number, meaning: How many., on: [quantum_model]}
  cold:
    type: enum
    meaning: How cold it is kept.
    on: [quantum_model]
    values: {warm: Not., icy: Very.}
    prior: {warm: 0.5, icy: 0.5}
    prior_reason: Nobody knows.
    implies: {control: backup, states: {warm: absent, icy: in_place}}
""",
    )
    parts = {"components": {"q": {"kind": "qmodel", "qubits": 5.0, "exposure": "public"}}}
    flow = {"from": "q", "to": "q", "kind": "entangles"}
    pipeline = pipeline_from({"atlasmodel": 1, "name": "x", **parts, "flows": [flow]}, vocabulary=vocabulary)
    assert pipeline.components[0].kind == "quantum_model"
    assert pipeline.components[0].attributes == {"qubits": 5, "exposure": "public"}
    assert vocabulary.is_a("quantum_model", ["model"])
    with pytest.raises(InputError, match="unknown kind"):
        pipeline_from({"atlasmodel": 1, "name": "x", **parts})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kinds: {llm: {parent: model, meaning: Again.}}", ["AM203 `llm` is defined twice first at kinds/"]),
        ("kinds: {x: {parent: modle, meaning: Mine.}}", ["AM204 unknown name `modle` did you mean model"]),
        ("kinds: {x: {parent: y, meaning: M.}, y: {parent: x, meaning: M.}}", ["`x (its own ancestor)`", "`y (its own ancestor)`"]),
        ("kinds: {x: {parent: llm, meaning: M., aliases: [agent]}}", ["AM203 the alias `agent` of kind `x` is taken"]),
        ("kinds: {x: {parent: llm, meaning: M., attributes: [exposur]}}", ["AM204 unknown name `exposur` did you mean exposure"]),
        ("kinds: {x: {parent: llm, meaning: M., shape: blob}}", ["AM202 `x.shape` is blob"]),
        ("kinds: {x: {parent: llm}}", ["AM202 `meaning` is missing in x"]),
        ("kinds: {x: {parent: llm, meaning: M., colour: red}}", ["AM118 unknown key `colour`"]),
        ("kinds: {data: {meaning: A kind and a group.}}", ["AM203 `data` is a group and a kind"]),
        ("kindz: {}", ["AM202 unknown section `kindz` did you mean kinds"]),
        ("kinds: [x]", ["AM202 `kinds` should be a mapping"]),
        ("- x", ["AM202 unknown section ``"]),
        ("flow_kinds: {x: {meaning: M., direction: D., along: data, from: [nothing], to: ['*']}}", ["unknown name `nothing`"]),
        ("attributes: {x: {type: bool, meaning: M., on: [nowhere]}}", ["unknown name `nowhere`"]),
        ("attributes: {x: {type: enum, meaning: M., on: ['*']}}", ["`x` has no values"]),
        ("attributes: {x: {type: bool, meaning: M., on: ['*'], prior: {true: 0.9, false: 0.2}}}", ["adds up to 1.1, not to 1"]),
        ("attributes: {x: {type: bool, meaning: M., on: ['*'], prior: {true: 1.5, false: -0.5}}}", ["a share outside 0 to 1"]),
        ("attributes: {x: {type: bool, meaning: M., on: ['*'], prior: {maybe: 1}}}", ["the prior of `x` names `maybe`"]),
        (
            "attributes: {x: {type: bool, meaning: M., on: ['*'], implies: {control: c, states: {true: in_place}}}}",
            ["`x` implies no state for false"],
        ),
        ("tokens: {x.y: {meaning: M., place: component, implies: [know.modl]}}", ["unknown name `know.modl` did you mean know.model"]),
        ("profiles: {x: {meaning: M., at: [acc.nothing]}}", ["unknown name `acc.nothing`"]),
    ],
)  # fmt: skip
def test_what_a_folder_gets_wrong(tmp_path: Path, text: str, expected: list[str]) -> None:
    found = refusal(tmp_path, text)
    assert len(found) == len(expected), found
    for message, words in zip(found, expected, strict=True):
        assert words in message


def test_several_mistakes_of_a_folder_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("kinds: {b: {parent: llm}}")
    assert len(refusal(tmp_path, "kinds: {a: {parent: llm}}\nnope: {}")) == 3


# --- listings ---


def test_the_glossary_lists_and_explains() -> None:
    known = [*VOCABULARY.kinds, *VOCABULARY.flow_kinds, *VOCABULARY.profiles]
    assert [row["id"] for row in glossary.overview(VOCABULARY)] == known
    assert {row["id"] for row in glossary.entry(VOCABULARY, "llm")["parts"]} == set(VOCABULARY.attributes_of("llm"))
    assert "llm" in {row["id"] for row in glossary.entry(VOCABULARY, "model")["parts"]}
    assert glossary.entry(VOCABULARY, "trains_on")["sort"] == "flow"
    assert [row["id"] for row in glossary.entry(VOCABULARY, "exposure")["parts"]] == [
        "none",
        "internal",
        "partner",
        "public",
    ]
    assert glossary.entry(VOCABULARY, "encryption")["parent"] == "flows"
    assert glossary.entry(VOCABULARY, "signed")["summary"].endswith("(true / false)")
    assert glossary.entry(VOCABULARY, "insider")["sort"] == "profile"
    fact = glossary.entry(VOCABULARY, "acc.query@scoring-api")
    assert (fact["sort"], fact["summary"]) == ("fact", VOCABULARY.tokens["acc.query"].meaning)
    with pytest.raises(InputError, match="did you mean llm"):
        glossary.entry(VOCABULARY, "lmm")
    with pytest.raises(InputError, match=r"did you mean acc\.query"):
        glossary.entry(VOCABULARY, "acc.qery")
