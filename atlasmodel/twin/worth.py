"""What owning a twin is worth: the loss that measures tested on it avoid, against what it costs a year."""

from __future__ import annotations

from atlasmodel.document import Frozen, rounded
from atlasmodel.errors import InputError, Problem, nearest
from atlasmodel.model.pipeline import Loss
from atlasmodel.twin.result import Simulation
from atlasmodel.twin.tally import Z


class Worth(Frozen):
    """Give money a year, low / likely / high: loss avoided (95 % interval), cost of the twin, and what is left.

    `low` sets the least avoided against the highest cost, `high` the most against the lowest.
    """

    scenario: str
    currency: str
    avoided: tuple[float, float, float]
    cost: tuple[float, float, float]
    net: tuple[float, float, float]


def worth(run: Simulation, scenario: str, cost: Loss) -> Worth:
    """Return what measures that a twin has shown to work avoid in a year, less what the twin costs.

    Raises InputError where the run has no such scenario besides the first, or no loss in the currency of the cost.
    """
    found = {(item.scenario, item.currency): item for item in run.differences if item.figure == "loss"}
    if (scenario, cost.currency) not in found:
        known = sorted({f"{name} in {currency}" for name, currency in found})
        hint = nearest(f"{scenario} in {cost.currency}", known) or f"known: {', '.join(known) or 'none'}"
        raise InputError(Problem("AM194", f"no loss of `{scenario}` in {cost.currency} was compared", hint=hint))
    change = found[scenario, cost.currency]
    avoided = tuple(-change.change + side * Z * change.standard_error for side in (-1, 0, 1))
    spent = (cost.low, cost.likely, cost.high)
    low, likely, high = (gain - price for gain, price in zip(avoided, reversed(spent), strict=True))
    return Worth(
        scenario=scenario,
        currency=cost.currency,
        avoided=(rounded(avoided[0]), rounded(avoided[1]), rounded(avoided[2])),
        cost=spent,
        net=(rounded(low), rounded(likely), rounded(high)),
    )
