"""Which steps may depend on which, as bits: found once for the whole graph, with the steps of a cycle taken as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from atlasmodel.risk.worlds import Bits


class Regions:
    """Answer what lies after or before some steps; a set of steps is a whole number, one bit a step.

    `feeds` gives the steps that each step may help, `ranks` their places in the order of `ranks_of`.
    """

    def __init__(self, feeds: Mapping[int, Sequence[int]], ranks: Mapping[int, int]) -> None:
        self.groups = _groups(feeds, ranks)  # those that feed come before those that are fed
        self._steps = list(feeds)
        place = {step: bit for bit, step in enumerate(self._steps)}
        self._group = {step: number for number, group in enumerate(self.groups) for step in group}
        members = [sum(1 << place[step] for step in group) for group in self.groups]
        ahead = [
            {self._group[other] for step in group for other in feeds[step]} - {number}
            for number, group in enumerate(self.groups)
        ]
        self._after, self._before = list(members), list(members)
        for number in reversed(range(len(members))):
            for other in ahead[number]:
                self._after[number] |= self._after[other]
        for number in range(len(members)):
            for other in ahead[number]:
                self._before[other] |= self._before[number]

    def after(self, steps: Iterable[int]) -> Bits:
        """Return the steps whose outcome can depend on the given ones, those included."""
        return self._union(self._after, steps)

    def before(self, steps: Iterable[int]) -> Bits:
        """Return the steps on which the given ones can depend, those included."""
        return self._union(self._before, steps)

    def members(self, region: Bits) -> set[int]:
        """Return the steps of a region."""
        return {self._steps[bit] for bit, flag in enumerate(bin(region)[:1:-1]) if flag == "1"}

    def _union(self, of: Sequence[Bits], steps: Iterable[int]) -> Bits:
        found = 0
        for group in {self._group[step] for step in steps}:
            found |= of[group]
        return found


def _groups(feeds: Mapping[int, Sequence[int]], ranks: Mapping[int, int]) -> list[list[int]]:
    """Return the steps, those on a common cycle together (Kosaraju: backwards from each step in the order of ranks)."""
    fed_by: dict[int, list[int]] = {step: [] for step in feeds}
    for step, others in feeds.items():
        for other in others:
            fed_by[other].append(step)
    seen: set[int] = set()
    groups = []
    for root in sorted(feeds, key=ranks.__getitem__):
        if root in seen:
            continue
        seen.add(root)
        group = [root]
        for step in group:
            fresh = [other for other in fed_by[step] if other not in seen]
            seen.update(fresh)
            group += dict.fromkeys(fresh)
        groups.append(group)
    return groups
