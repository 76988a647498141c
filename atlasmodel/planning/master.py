"""The master problem: the cuts found so far, the limits, and a solver whose every answer is checked.

scipy 1.17.1 has answered "no solution" to a problem that HiGHS had solved, and "success" with a plan that broke the
limits; so an answer counts only if it keeps the limits here, and a bound only if nothing found contradicts it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from atlasmodel.planning.limits import Limits

Floats = NDArray[np.float64]
Goal = Literal["risk", "cost"]


@dataclass(frozen=True)
class Row:
    """Say that `terms . thetas + coefficients . levers >= least`."""

    terms: tuple[tuple[int, float], ...]
    coefficients: Floats
    least: float


@dataclass(frozen=True)
class Task:
    """Be a problem over levers and further amounts (thetas): least `prices . levers + worth . thetas`."""

    limits: Limits
    worth: Floats
    lowest: Floats
    highest: Floats
    prices: Floats | None = None
    most: float | None = None  # of weights . thetas, where the price is what counts
    weights: Floats | None = None


@dataclass(frozen=True)
class Answer:
    """Be what a solver says, as far as we can confirm it: levers (whole or in part) and a bound on the objective."""

    levers: Floats
    thetas: Floats
    bound: float
    complete: bool


def available() -> bool:
    """Tell whether the solver is installed."""
    from importlib.util import find_spec

    return find_spec("scipy") is not None


def relax(task: Task, rows: Sequence[Row]) -> Answer | None:
    """Return the best levers in part; the bound is worked out here from the multipliers, so it holds in any case."""
    from scipy.optimize import linprog

    costs, matrix, least, low, high = _whole(task, rows)
    try:
        found = linprog(costs, A_ub=-matrix, b_ub=-least, bounds=np.column_stack([low, high]), method="highs")
    except ValueError:
        return None
    if found.x is None or not np.all(np.isfinite(found.x)):
        return None
    duals = np.maximum(0.0, -np.asarray(found.ineqlin.marginals))
    reduced = costs - matrix.T @ duals
    bound = float(duals @ least + np.where(reduced > 0, reduced * low, reduced * high).sum())
    x = np.clip(found.x, low, high)
    count = task.limits.levers
    return Answer(x[:count], x[count:], bound, complete=True)


def decide(
    task: Task, rows: Sequence[Row], nodes: int, seconds: float = math.inf, gap: float = 0.0
) -> tuple[Answer | None, list[str]]:
    """Return the best whole levers under the rows, to within a relative gap, and what was odd about the answers."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    costs, matrix, least, low, high = _whole(task, rows)
    count = task.limits.levers
    whole = np.r_[np.ones(count), np.zeros(len(low) - count)]
    bounds = {"mip_rel_gap": gap, "node_limit": nodes} | (
        {"time_limit": max(0.05, seconds)} if math.isfinite(seconds) else {}
    )
    said: list[str] = []
    for options in ({}, {"presolve": False}):
        found: Any = milp(
            costs,
            constraints=LinearConstraint(matrix, least, np.inf),
            bounds=Bounds(low, high),
            integrality=whole,
            options=bounds | options,
        )
        answer = _confirmed(found, task, costs, matrix, least)
        if isinstance(answer, Answer):
            return answer, said
        said.append(f"the solver's answer did not hold ({answer})")
        if found.status == 2:
            continue
    return None, said


def _confirmed(found: Any, task: Task, costs: Floats, matrix: Any, least: Floats) -> Answer | str:
    """Return the solver's answer if it keeps every limit, or what is wrong with it."""
    if found.x is None:
        return f"status {found.status}"
    x = np.asarray(found.x, dtype=float)
    count = task.limits.levers
    levers = np.round(x[:count])
    if not np.all(np.isfinite(x)) or float(np.abs(levers - x[:count]).max(initial=0.0)) > 1e-4:
        return "levers that are neither chosen nor not"
    if not task.limits.allow(frozenset(np.flatnonzero(levers > 0.5).tolist())):
        return "a plan that breaks the limits"
    slack = matrix @ np.r_[levers, x[count:]] - least
    if float(slack.min(initial=0.0)) < -1e-3 * max(1.0, float(np.abs(least).max(initial=1.0))):
        return "a plan that breaks a cut"
    value = float(costs @ np.r_[levers, x[count:]])
    bound = found.mip_dual_bound
    bound = float("-inf") if bound is None or not np.isfinite(bound) else float(bound)
    return Answer(levers, x[count:], min(bound, value), complete=found.status == 0)


def _whole(task: Task, rows: Sequence[Row]) -> tuple[Floats, Any, Floats, Floats, Floats]:
    """Return objective, matrix, least values and bounds, every row as `>=`."""
    from scipy.sparse import csr_array

    limits, thetas = task.limits, len(task.worth)
    count = limits.levers
    matrix = np.zeros((len(rows) + len(limits.rows) + (task.most is not None), count + thetas))
    least = np.zeros(matrix.shape[0])
    for number, row in enumerate(rows):
        matrix[number, :count] = row.coefficients
        for theta, factor in row.terms:
            matrix[number, count + theta] = factor
        least[number] = row.least
    for number, limit in enumerate(limits.rows, len(rows)):
        scale = max(1.0, limit.most)
        matrix[number, :count] = -np.asarray(limit.weights) / scale
        least[number] = -limit.most / scale
    if task.most is not None:
        matrix[-1, count:] = -(task.worth if task.weights is None else task.weights)
        least[-1] = -task.most
    prices = np.zeros(count) if task.prices is None else task.prices
    worth = task.worth if task.most is None else np.zeros(thetas)
    low, high = np.zeros(count), np.ones(count)
    low[sorted(limits.fixed)] = 1.0
    high[sorted(limits.closed)] = 0.0
    return np.r_[prices, worth], csr_array(matrix), least, np.r_[low, task.lowest], np.r_[high, task.highest]
