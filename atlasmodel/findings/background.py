"""What the catalogue and the library say of the technique of a rule, wherever it applies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from atlasmodel.analysis import technique_of_rule
from atlasmodel.document import Measure
from atlasmodel.match.rule import Rule
from atlasmodel.mitigate.controls import Control
from atlasmodel.workspace import Workspace

SHOWN_CASES = 5


class Background(NamedTuple):
    """Hold a technique with its parent, name and tactics, what weakens it, and the first case studies with it."""

    technique: str | None
    parent: str | None
    name: str
    tactics: tuple[str, ...]
    measures: tuple[Measure, ...]  # official ones first, as where they are not placed
    case_studies: tuple[str, ...]


def background_of(rule: Rule, workspace: Workspace) -> Background:
    """Return what is known of the technique of a rule, if it has one."""
    technique, parent = technique_of_rule(rule, workspace)
    if not technique:
        return Background(technique, parent, "", (), (), ())
    catalog = workspace.catalog
    return Background(
        technique,
        parent,
        catalog.display_name(technique),
        tuple(tactic.id for tactic in catalog.tactics_of(technique)),
        tuple(_measures(technique, parent, workspace)),
        tuple(case.id for case in catalog.case_studies_using(technique))[:SHOWN_CASES],
    )


def _measures(technique: str, parent: str | None, workspace: Workspace) -> Iterable[Measure]:
    known = workspace.library.by_technique
    for control in known.get(technique, ()):
        yield _measure(control, technique, "own" if control.origin == "own" else "atlas")
    for control in known.get(parent, ()) if parent else ():
        if technique not in control.effects and control.on(technique, parent):
            yield _measure(control, str(parent), "parent" if control.origin == "atlas" else "own")


def _measure(control: Control, technique: str, origin: Literal["atlas", "parent", "own"]) -> Measure:
    effect = max(control.effects[technique], key=lambda item: (item.how == "prevent", item.strength.likely))
    return Measure(
        id=control.id,
        name=control.name,
        origin=origin,
        how=effect.how,
        strength=effect.strength.likely,
        state=None,
        at=None,
    )
