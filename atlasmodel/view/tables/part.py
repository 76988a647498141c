"""Parts of the pipelines: models, data, services, and what comes from suppliers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from atlasmodel.view.desk import Desk


def models(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield the models with their tests."""
    return _rows(
        desk, ["model"], ("tested_against", "tested_on", "bias_test", "error_by_group", "documented", "review_due")
    )


def datasets(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield the data that models learn from and read."""
    fields = ("data_class", "lawful_basis", "jurisdiction", "representative", "documented", "verified", "review_due")
    return _rows(desk, ["data_store", "dataset"], fields)


def services(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield what runs: interfaces, services, registries."""
    fields = ("exposure", "authn", "authz", "patched", "logged", "last_audit", "incident_plan")
    return _rows(desk, ["serving", "program", "registry"], fields)


def suppliers(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield the parts that a contract covers, with the vendor and how changes of theirs arrive."""
    for contract in desk.situation.organisation.contracts or ():
        for place in desk.situation.places():
            if desk.situation.speaks_of(contract.covers, place):
                shown = _shown(desk, place, ("pinned", "patched", "verified"))
                yield {"part": desk.names.name(place.id), "vendor": contract.vendor, **shown}


def _rows(desk: Desk, kinds: Iterable[str], fields: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for place in desk.situation.places(kinds):
        owner = desk.names.owner(place.id)
        yield {"part": desk.names.name(place.id), "owner": owner, **_shown(desk, place, fields)}


def _shown(desk: Desk, place: Any, fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(desk, desk.situation.value(place, name)) for name in fields}


def _plain(desk: Desk, value: Any) -> Any:
    if isinstance(value, tuple):
        return [desk.names.word(str(one)) for one in value]
    return desk.names.word(value) if isinstance(value, str) else value
