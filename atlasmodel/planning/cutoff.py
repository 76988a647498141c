"""Cut a goal off: the cheapest measures under which no single way to it is likelier than a stated chance.

Controls weaken, they seldom remove: only one of full strength that is verified takes a step away. So "cut off" needs a
number. Every way that is likelier than it has to be made unlikely enough, which is a hitting set with weights: exact,
with the ways found lazily.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np

from atlasmodel.errors import InputError, Problem
from atlasmodel.planning import master
from atlasmodel.planning.best_attack import Attacks
from atlasmodel.planning.hardening import FARTHEST, Hardening
from atlasmodel.planning.limits import Limits
from atlasmodel.planning.master import Row, Task
from atlasmodel.planning.search import Effort, Outcome, point

CENT = 1e-6


class CutOff(Hardening):
    """Look for the levers of least price under which every attack weighs enough."""

    def cheapest(self, prices: Sequence[float], least: float) -> Outcome:
        """Return the cheapest plan, with a price below which none can lie; raise InputError where there is none."""
        everything = point([*self.limits.fixed, *self.limits.free], self.limits.levers)
        found, sure = self.look(everything)
        reach = min([sure, *(attack.at(everything) for attack in found)])
        if reach < least - CENT:
            message = f"no measures make every way less likely than {math.exp(-least):.3g}"
            raise InputError(
                Problem("AM165", message, hint=f"with all of them the likeliest is {math.exp(-reach):.3g}")
            )
        best = self._greedy(prices, least)
        price, bound, rounds = _price(best, prices), _price(self.limits.fixed, prices), 0
        while master.available() and price - bound > CENT * max(1.0, price) and rounds < 40 * self.effort.rounds:
            rounds += 1
            answer, said = master.decide(self._task(prices), self._rows(least), 100 * self.effort.nodes)
            self.notes += [text for text in said if text not in self.notes]
            if answer is None or answer.bound > price + CENT * max(1.0, price):
                self.notes.append("the solver's answer was not used; the plan is a greedy one")
                break
            bound = max(bound, answer.bound)
            chosen = frozenset(np.flatnonzero(answer.levers > 0.5).tolist())
            known = len(self.attacks)
            if self._weighs(chosen) >= least - CENT:
                if _price(chosen, prices) < price:
                    best, price = chosen, _price(chosen, prices)
                break
            if len(self.attacks) == known:
                break
        bound = min(bound, price)
        proven = price - bound <= CENT * max(1.0, price)
        method = "hitting set of attacks" if master.available() else "greedy"
        return Outcome(best, price, bound, proven, method, tuple(self.notes), rounds)

    def _greedy(self, prices: Sequence[float], least: float) -> frozenset[int]:
        """Return a plan that holds: what helps most for its price against the lightest attack, no more."""
        chosen = set(self.limits.fixed)
        while self._weighs(chosen) < least - CENT:
            here = point(chosen, self.limits.levers)
            lightest = min(self.attacks.values(), key=lambda attack: attack.at(here))
            useful = {
                lever: amount / max(prices[lever], CENT)
                for group, amount in lightest.adds.items()
                if not group & chosen
                for lever in group
                if lever in self.limits.free
            }
            if not useful:
                chosen |= set(self.limits.free)
                break
            chosen.add(max(useful, key=lambda lever: (useful[lever], -lever)))
        for lever in sorted(chosen - self.limits.fixed, key=lambda lever: (-prices[lever], lever)):
            if self._weighs(chosen - {lever}) >= least - CENT:
                chosen.discard(lever)
        return frozenset(chosen)

    def _weighs(self, chosen: Collection[int]) -> float:
        here = point(chosen, self.limits.levers)
        found, sure = self.look(here)
        return min([sure, *(attack.at(here) for attack in found)])

    def _task(self, prices: Sequence[float]) -> Task:
        amounts = len(self.groups)
        return Task(
            self.limits,
            np.zeros(1 + amounts),
            np.zeros(1 + amounts),
            np.ones(1 + amounts),
            np.array(prices, dtype=float),
        )

    def _rows(self, least: float) -> list[Row]:
        rows = []
        for row in self.rows():
            lightest = row.terms[0][0] == 0
            # A row of an attack says how much it must gain; that of a group stays as it is.
            rows.append(Row(row.terms[1:], row.coefficients, row.least + least - CENT / 2) if lightest else row)
        return rows


def find_cut(
    attacks: Attacks, limits: Limits, prices: Sequence[float], below: float, effort: Effort | None = None
) -> Outcome:
    """Return the cheapest levers under which no way to the goal is likelier than `below`; the value is a price."""
    if limits.rows:
        raise InputError(Problem("AM162", "a goal is cut off at any price", hint="leave budget, days and measures out"))
    least = min(FARTHEST, -math.log(below)) if below > 0 else FARTHEST
    return CutOff(attacks, limits, effort or Effort(), count=5).cheapest(prices, least)


def goal_named(attacks_of: Collection[str], goal: str) -> str:
    """Return the end that is meant by a fact or its token; raise InputError for none or several."""
    from atlasmodel.errors import nearest

    meant = [fact for fact in attacks_of if goal in (fact, fact.partition("@")[0])]
    if len(meant) == 1:
        return meant[0]
    hint = f"say which: {', '.join(meant)}" if meant else nearest(goal, attacks_of) or "`assess` lists the goals"
    raise InputError(Problem("AM167", f"`{goal}` names {len(meant) or 'no'} goals here", hint=hint))


def _price(chosen: Collection[int], prices: Sequence[float]) -> float:
    return float(sum(prices[lever] for lever in sorted(chosen)))
