"""Random sound pipelines for property tests, built from the vocabulary.

>>> from strategies import FAST, pipelines
>>> @FAST
... @given(pipelines())
... def test_something(pipeline: Pipeline) -> None: ...
"""

from __future__ import annotations

import string
from functools import cache
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from atlasmodel._decoding import BAD_TEXT
from atlasmodel.mitigate.read_controls import library_folders, load_library
from atlasmodel.model.kinds import Attribute, Vocabulary
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.model.reader import pipeline_from
from atlasmodel.model.soundness import STAGES
from atlasmodel.workspace import Workspace

Data = dict[str, Any]

# The same examples on every run and machine: a failure that comes and goes teaches nothing.
FAST = settings(
    max_examples=20,  # drawing a pipeline takes longer than most of what is asked about it
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

WORDS = ("low", "medium", "high", "critical")
SKILLS = ("novice", "intermediate", "advanced", "expert")
STATES = ("absent", "planned", "partial", "in_place", "verified", "unknown")

texts = st.one_of(
    st.sampled_from(
        [
            "no",
            "null",
            "~",
            "010",
            "1:30",
            "1e3",
            "- x",
            "a: b",
            "# c",
            " lead",
            "trail ",
            "'",
            '"',
            "é\U0001f600",
            "\u2028",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12).filter(lambda text: not BAD_TEXT.search(text)),
)
PLAIN = string.ascii_letters + string.digits
ids = st.tuples(st.sampled_from(PLAIN), st.text(PLAIN + "_.-", max_size=8)).map("".join)
dates = st.dates().map(lambda day: day.isoformat())


def values(attribute: Attribute) -> st.SearchStrategy[Any]:
    """Return what may be written for an attribute."""
    unknown = st.sampled_from([None, "unknown"])
    if attribute.type == "bool":
        return st.booleans() | unknown
    if attribute.type == "enum":
        return st.sampled_from(list(attribute.values)) | unknown
    if attribute.type == "set":
        one = st.sampled_from(list(attribute.values))
        return one | st.lists(one, max_size=3, unique=True) | unknown
    if attribute.type == "number":
        return st.integers(-1000, 10**15) | st.floats(-1e6, 1e15) | unknown
    return (dates if attribute.type == "date" else texts.filter(lambda text: text != "unknown")) | unknown


@cache
def _free_controls() -> tuple[str, ...]:
    """Return the controls that no attribute speaks of, so that a list of controls can contradict none."""
    vocabulary = builtin_vocabulary()
    library = load_library(library_folders(), vocabulary, {item.id for item in Workspace.builtin().catalog.techniques})
    spoken = {attribute.implies.control for attribute in vocabulary.attributes.values() if attribute.implies}
    return tuple(sorted(set(library.controls) - spoken))


@st.composite
def pipeline_data(draw: st.DrawFn, min_components: int = 1, max_components: int = 12) -> Data:
    """Draw the plain data of a sound pipeline file."""
    vocabulary = builtin_vocabulary()
    data: Data = {"atlasmodel": 1, "name": draw(texts)}
    for key in ("version", "owner", "description"):
        if draw(st.booleans()):
            data[key] = draw(texts | st.none())
    if draw(st.booleans()):
        data["as_of"] = draw(dates)
    zones = draw(_some_ids(0, 4))
    if zones:
        data["zones"] = {
            zone: {"trust": draw(st.integers(0, 5))}
            | ({"parent": draw(st.sampled_from(zones[:index]))} if index else {})
            for index, zone in enumerate(zones)
        }
    assets = draw(_some_ids(0, 3))
    data["assets"] = {asset: draw(_worth()) for asset in assets}
    names = draw(_some_ids(min_components, max_components, "adversary"))
    data["components"] = {name: draw(_component(vocabulary, zones, assets)) for name in names}
    if names:
        data["flows"] = draw(st.lists(_flow(vocabulary, names), max_size=2 * len(names)))
        data["controls"] = draw(st.lists(_control(names), max_size=3))
    data["adversaries"] = draw(_adversaries(vocabulary, data["components"]))
    data["accept"] = draw(st.lists(_acceptance(), max_size=2))
    return data


def pipelines(min_components: int = 1, max_components: int = 12) -> st.SearchStrategy[Pipeline]:
    """Draw a sound pipeline."""
    return pipeline_data(min_components, max_components).map(pipeline_from)


@st.composite
def shuffled(draw: st.DrawFn, data: Data) -> Data:
    """Draw the same data with the keys of every mapping in another order."""
    order = draw(st.permutations(list(data)))
    return {key: draw(shuffled(data[key])) if isinstance(data[key], dict) else data[key] for key in order}


def _some_ids(at_least: int, at_most: int, *reserved: str) -> st.SearchStrategy[list[str]]:
    free = ids.filter(lambda name: name.casefold() not in reserved)
    return st.lists(free, min_size=at_least, max_size=at_most, unique_by=str.casefold)


@st.composite
def _worth(draw: st.DrawFn) -> Data | None:
    worth = {
        key: draw(st.sampled_from(WORDS)) for key in ("confidentiality", "integrity", "safety") if draw(st.booleans())
    }
    if draw(st.booleans()):
        low, likely, high = sorted(draw(st.tuples(*[st.floats(0, 1e9)] * 3)))
        return worth | {"loss": {"low": low, "likely": likely, "high": high, "currency": "AUD"}}
    return worth or draw(st.sampled_from([None, {"title": "x"}]))


@st.composite
def _component(draw: st.DrawFn, vocabulary: Vocabulary, zones: list[str], assets: list[str]) -> Data:
    kind = draw(st.sampled_from(sorted(vocabulary.kinds)))
    allowed = vocabulary.attributes_of(kind)
    named = draw(st.lists(st.sampled_from(sorted(allowed)), max_size=5, unique=True))
    data: Data = {"kind": kind} | {name: draw(values(allowed[name])) for name in named}
    if zones:
        data["zone"] = draw(st.sampled_from(zones))
    if assets and draw(st.booleans()):
        data["holds"] = draw(st.sampled_from(assets) | st.lists(st.sampled_from(assets), unique=True))
    optional = {"title": texts, "description": texts, "owner": texts, "tags": texts, "stage": st.sampled_from(STAGES)}
    return data | {
        key: draw(optional[key]) for key in draw(st.lists(st.sampled_from(sorted(optional)), max_size=2, unique=True))
    }


@st.composite
def _flow(draw: st.DrawFn, vocabulary: Vocabulary, names: list[str]) -> Data:
    ends = {"from": draw(st.sampled_from(names)), "to": draw(st.sampled_from(names))}
    allowed = vocabulary.flow_attributes
    named = draw(st.lists(st.sampled_from(sorted(allowed)), max_size=3, unique=True))
    kind = draw(st.sampled_from(sorted(vocabulary.flow_kinds)))
    return {**ends, "kind": kind} | {name: draw(values(allowed[name])) for name in named}


@st.composite
def _control(draw: st.DrawFn, names: list[str]) -> Data:
    places = st.sampled_from([*names, "*"]) | st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
    data: Data = {"control": draw(st.sampled_from(_free_controls())), "at": draw(places)}
    if draw(st.booleans()):
        data |= {
            "state": draw(st.sampled_from(STATES) | st.none()),
            "coverage": draw(st.floats(0, 1)),
            "evidence": draw(texts),
        }
    return data


@st.composite
def _adversaries(draw: st.DrawFn, vocabulary: Vocabulary, components: Data) -> Data:
    profiles = sorted(name for name, item in vocabulary.profiles.items() if components or not item.needs_at)
    found: Data = {}
    for name in draw(_some_ids(0, 2)):
        profile = vocabulary.profiles[draw(st.sampled_from(profiles))]
        fits = [key for key, item in components.items() if vocabulary.is_a(item["kind"], profile.eligible)]
        found[name] = {"profile": profile.id, "skill": draw(st.sampled_from(SKILLS))}
        if profile.needs_at:
            found[name]["at"] = draw(
                st.lists(st.sampled_from(fits or list(components)), min_size=1, max_size=2, unique=True)
            )
        if draw(st.booleans()):
            goals = sorted(token for token in vocabulary.tokens if token.startswith("out."))
            found[name] |= {"tries_per_year": draw(st.floats(0, 1e6)), "aims": draw(st.sampled_from(goals))}
    return found


@st.composite
def _acceptance(draw: st.DrawFn) -> Data:
    data = {"finding": "AM-X@a", "reason": draw(texts.filter(lambda text: len(text) >= 3))}
    return data | ({"until": draw(dates)} if draw(st.booleans()) else {})
