"""The vocabulary as rows of plain data, for listings: what each word means and what it takes."""

from __future__ import annotations

from typing import Any

from atlasmodel.errors import InputError, Problem, nearest
from atlasmodel.model.kinds import Attribute, FlowKind, Kind, Profile, Token, Vocabulary

Row = dict[str, Any]


def overview(vocabulary: Vocabulary) -> list[Row]:
    """Return every kind, flow kind and adversary profile, each with id, name and summary."""
    rows = [_kind(kind, "kind") for kind in vocabulary.kinds.values()]
    rows += [_flow(flow) for flow in vocabulary.flow_kinds.values()]
    return rows + [_profile(profile) for profile in vocabulary.profiles.values()]


def entry(vocabulary: Vocabulary, word: str) -> Row:
    """Return one kind, group, flow kind, attribute, fact or adversary profile; raise InputError for an unknown word."""
    kind = vocabulary.canonical("kind", word)
    if kind in vocabulary.kinds:
        parts = [_attribute(item) for item in vocabulary.attributes_of(kind).values()]
        return _kind(vocabulary.kinds[kind], "kind") | {"parts": parts}
    if kind in vocabulary.groups:
        members = [_kind(vocabulary.kinds[name], "kind") for name in sorted(vocabulary.kinds_under([kind]))]
        return _kind(vocabulary.groups[kind], "group") | {"parts": members}
    flow = vocabulary.canonical("flow", word)
    if flow in vocabulary.flow_kinds:
        found = vocabulary.flow_kinds[flow]
        parts = [_attribute(item) for item in vocabulary.flow_attributes.values()]
        return _flow(found) | {"parts": parts}
    name = vocabulary.canonical("attribute", word)
    if name in vocabulary.attributes:
        attribute = vocabulary.attributes[name]
        values = [{"id": value, "name": value, "summary": meaning} for value, meaning in attribute.values.items()]
        return _attribute(attribute) | {
            "sort": "attribute",
            "parent": ", ".join(attribute.on) or "flows",
            "parts": values,
        }
    fact = word.partition("@")[0]  # as it stands in a path: acc.query@scoring-api
    if fact in vocabulary.tokens:
        return _fact(vocabulary.tokens[fact])
    if word in vocabulary.profiles:
        return _profile(vocabulary.profiles[word])
    known = {*vocabulary.kinds, *vocabulary.groups, *vocabulary.flow_kinds, *vocabulary.attributes}
    known |= {*vocabulary.tokens, *vocabulary.profiles}
    message = f"`{word}` is no kind, flow kind, attribute, fact or profile"
    raise InputError(Problem("AM124", message, hint=nearest(word, known)))


def _kind(kind: Kind, sort: str) -> Row:
    return {"id": kind.id, "name": kind.id, "summary": kind.meaning, "sort": sort, "parent": kind.parent}


def _flow(flow: FlowKind) -> Row:
    return {
        "id": flow.id,
        "name": flow.id,
        "summary": flow.meaning,
        "sort": "flow",
        "parent": None,
        "direction": flow.direction,
        "from": list(flow.source),
        "to": list(flow.target),
    }


def _fact(token: Token) -> Row:
    return {
        "id": token.id,
        "name": token.id,
        "summary": token.meaning,
        "sort": "fact",
        "parent": f"held at {'a component' if token.place == 'component' else 'the adversary'}",
        "parts": [],
    }


def _profile(profile: Profile) -> Row:
    words = {"id": profile.id, "name": profile.id, "summary": profile.meaning}
    return words | {"sort": "profile", "parent": None, "parts": []}


def _attribute(attribute: Attribute) -> Row:
    choices = attribute.values or (("true", "false") if attribute.type == "bool" else ())
    values = f" ({' / '.join(choices)})" if choices else ""
    return {
        "id": attribute.id,
        "name": attribute.id,
        "summary": f"{attribute.meaning}{values}",
        "type": attribute.type,
        "values": dict(attribute.values),
    }
