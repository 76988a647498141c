"""Files of kinds -> Vocabulary, with all mistakes reported at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from atlasmodel import _yaml
from atlasmodel._files import data_root
from atlasmodel._located import Record, validate
from atlasmodel.errors import CatalogError, Problem, nearest
from atlasmodel.model.kinds import Attribute, FlowKind, Kind, Profile, Token, Vocabulary

_SECTIONS: dict[str, type[Record]] = {
    "groups": Kind, "kinds": Kind, "flow_kinds": FlowKind,
    "attributes": Attribute, "tokens": Token, "profiles": Profile,
}  # fmt: skip


def load_vocabulary(folders: Iterable[Path]) -> Vocabulary:
    """Read every `*.yaml` of the folders into one vocabulary; raise CatalogError with all problems.

    A later folder may add words; a word that stands twice is an error that names both places.
    """
    entries: dict[str, dict[str, Any]] = {section: {} for section in _SECTIONS}
    problems: list[Problem] = []
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            _read_into(entries, _yaml.read(path, name=f"{folder.name}/{path.name}"), problems)
    if not problems:
        vocabulary = Vocabulary.model_construct(None, **entries)
        problems = _cross_check(vocabulary)
        if not problems:
            return vocabulary
    raise CatalogError(problems)


@cache
def builtin_vocabulary() -> Vocabulary:
    """Return the vocabulary that comes with the library."""
    return load_vocabulary([data_root() / "catalogs" / "kinds"])


def _read_into(entries: dict[str, dict[str, Any]], document: _yaml.Document, problems: list[Problem]) -> None:
    sections = document.data if isinstance(document.data, dict) else {"": document.data}
    for section, content in sections.items():
        if section not in _SECTIONS:
            hint = nearest(section, _SECTIONS) or f"one of {', '.join(_SECTIONS)}"
            problems.append(Problem("AM202", f"unknown section `{section}`", document.key_span(section), hint))
            continue
        if not isinstance(content, dict):
            problems.append(Problem("AM202", f"`{section}` should be a mapping", document.span(section)))
            continue
        for name, data in content.items():
            record, found = validate(_SECTIONS[section], data, document, (section, name), "AM202")
            problems.extend(found)
            if record is None:
                continue
            if name in entries[section]:
                first = entries[section][name].span
                problems.append(Problem("AM203", f"`{name}` is defined twice", record.span, f"first at {first}"))
            extra = {"id": name} | ({"abstract": True} if section == "groups" else {})
            entries[section][name] = record.model_copy(update=extra)


def _cross_check(vocabulary: Vocabulary) -> list[Problem]:
    """Return what the words say of each other that is not so."""
    return [
        *_unknown_names(vocabulary),
        *_shared_names("kind", {**vocabulary.groups, **vocabulary.kinds}),
        *_shared_names("flow kind", vocabulary.flow_kinds),
        *_shared_names("attribute", vocabulary.attributes),
        *(
            Problem("AM203", f"`{name}` is a group and a kind", vocabulary.kinds[name].span)
            for name in vocabulary.groups.keys() & vocabulary.kinds.keys()
        ),
        *(problem for attribute in vocabulary.attributes.values() for problem in _beliefs(attribute)),
    ]


def _shared_names(what: str, entries: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each alias that is also a name, or an alias of another entry."""
    owners: dict[str, str] = {name: name for name in entries}
    for name, entry in entries.items():
        for alias in entry.aliases:
            if owners.setdefault(alias, name) != name or alias == name:
                yield Problem("AM203", f"the alias `{alias}` of {what} `{name}` is taken", entry.span, owners[alias])


def _beliefs(attribute: Attribute) -> Iterator[Problem]:
    """Yield what is wrong with the prior of an attribute and with the states it implies."""
    words = ["true", "false"] if attribute.type == "bool" else list(attribute.values)
    if attribute.type in ("enum", "set") and not words:
        yield Problem("AM204", f"`{attribute.id}` has no values", attribute.span)
    for word in attribute.prior:
        if word not in words:
            yield Problem(
                "AM204", f"the prior of `{attribute.id}` names `{word}`", attribute.span, nearest(word, words)
            )
    total = sum(attribute.prior.values())
    if attribute.prior and attribute.type != "set" and abs(total - 1) > 1e-6:
        yield Problem("AM204", f"the prior of `{attribute.id}` adds up to {total:g}, not to 1", attribute.span)
    if any(not 0 <= share <= 1 for share in attribute.prior.values()):
        yield Problem("AM204", f"the prior of `{attribute.id}` holds a share outside 0 to 1", attribute.span)
    missing = [word for word in words if attribute.implies and word not in attribute.implies.states]
    if missing:
        yield Problem("AM204", f"`{attribute.id}` implies no state for {', '.join(missing)}", attribute.span)


def _unknown_names(vocabulary: Vocabulary) -> list[Problem]:
    places = {"*", *vocabulary.groups, *vocabulary.kinds}
    named: list[tuple[Record, Iterable[str], Iterable[str]]] = []
    for kind in (*vocabulary.groups.values(), *vocabulary.kinds.values()):
        named.append((kind, [kind.parent] if kind.parent else [], places))
        named.append((kind, (*kind.attributes, *kind.defaults), vocabulary.attributes))
        if kind.id in vocabulary.lineage(kind.parent or "") and kind.parent:
            named.append((kind, [f"{kind.id} (its own ancestor)"], places))
    for flow in vocabulary.flow_kinds.values():
        named.append((flow, (*flow.source, *flow.target), places))
    for attribute in vocabulary.attributes.values():
        named.append((attribute, attribute.on, places))
    for token in vocabulary.tokens.values():
        named.append((token, token.implies, vocabulary.tokens))
    for profile in vocabulary.profiles.values():
        named.append((profile, (*profile.adversary, *profile.exposed, *profile.at), vocabulary.tokens))
        named.append((profile, profile.eligible, places))
    return [
        Problem("AM204", f"unknown name `{name}`", record.span, nearest(name, known))
        for record, names, known in named
        for name in names
        if name not in known
    ]
