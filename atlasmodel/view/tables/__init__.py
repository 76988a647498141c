"""The figures of pages: each table is a function that gives plain rows, under the name by which a page calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from atlasmodel.view.desk import Desk
from atlasmodel.view.tables import decision, money, part, people, risk

Row = dict[str, Any]

TABLES: Mapping[str, Callable[[Desk], Iterator[Row]]] = {
    "ends": risk.ends,
    "harms": risk.harms,
    "measures": risk.measures,
    "own_measures": risk.own_measures,
    "accepted": risk.accepted,
    "stages": money.stages,
    "losses": money.losses,
    "contracts": money.contracts,
    "duties": money.duties,
    "skills": people.skills,
    "briefs": people.briefs,
    "breadth": people.breadth,
    "training": people.training,
    "decisions": decision.decisions,
    "remarks": decision.remarks,
    "models": part.models,
    "datasets": part.datasets,
    "services": part.services,
    "suppliers": part.suppliers,
}
