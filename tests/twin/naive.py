"""Campaigns one by one, as plainly as they can be written: what the kernels are compared with."""

from __future__ import annotations

import heapq
import math
import random

import numpy as np

from atlasmodel.twin.luck import Luck
from atlasmodel.twin.terrain import ALWAYS, Attempt, Terrain

FAR = math.inf


def random_terrain(rng: random.Random, steps: int = 10, *, noisy: bool = False) -> Terrain:
    """Return a terrain with AND, OR, cycles, free steps and uncertain links."""
    facts = [f"f{number}" for number in range(max(3, steps - 2))]
    attempts = []
    for number in range(steps):
        clauses = tuple(
            tuple(
                (rng.choice(["start", *facts]), rng.choice([ALWAYS, ALWAYS, ALWAYS, 0]))
                for _ in range(rng.choice([1, 1, 2]))
            )
            for _ in range(rng.choice([0, 1, 1, 1, 2]) if number else 1)
        )
        free = rng.random() < 0.2
        low = rng.uniform(0, 3)
        attempts.append(
            Attempt(
                id=f"s{number}",
                needs=clauses,
                gains=tuple(
                    (fact, rng.choice([ALWAYS, ALWAYS, 0])) for fact in rng.sample(facts, rng.choice([1, 1, 2]))
                ),
                days=(0.0, 0.0, 0.0) if free else (low, low + rng.uniform(0, 2), low + rng.uniform(2, 9)),
                probability=rng.choice([0.2, 0.5, 0.8, 1.0]),
                noticed=rng.choice([0.0, 0.4, 0.9]) if noisy else 0.0,
                place=rng.choice([None, "a", "b", "c"]),
                level=rng.randrange(4),
            )
        )
    return Terrain(tuple(attempts), {"start": ALWAYS}, (facts[-1], facts[0]))


def chance(terrain: Terrain, seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which steps are possible and which links are there, by campaign."""
    rng = np.random.default_rng(seed)
    possible = rng.random((len(terrain.attempts), count)) < np.array([[a.probability] for a in terrain.attempts])
    return possible, rng.random((1, count)) < 0.5


def reachable(terrain: Terrain, possible: list[bool], link: bool) -> set[str]:
    """Return the facts of the fixed point of one world."""
    held = set(terrain.starts)
    while True:
        before = len(held)
        for attempt, able in zip(terrain.attempts, possible, strict=True):
            met = all(
                any(fact in held and (flag == ALWAYS or link) for fact, flag in clause) for clause in attempt.needs
            )
            if able and met:
                held |= {fact for fact, flag in attempt.gains if flag == ALWAYS or link}
        if len(held) == before:
            return held


def everything(
    terrain: Terrain, luck: Luck, campaign: int, limit: float
) -> tuple[list[float], list[float], list[float]]:
    """Play one campaign event by event: (began, done, reached). Starts come before ends that fall on the same day."""
    state = _Campaign(terrain, luck, campaign, limit)
    events: list[tuple[float, int, int]] = []
    begin = state.open_steps()
    for step in begin:
        heapq.heappush(events, (state.begin(step, np.float32(0)), 1, step))
    while events:
        day, _, step = heapq.heappop(events)
        if state.succeeds(step, day):
            for other in state.gain(step, day):
                heapq.heappush(events, (state.begin(other, day), 1, other))
    return state.began, state.done, state.reached


def walk(
    terrain: Terrain, luck: Luck, order: np.ndarray, campaign: int, limit: float
) -> tuple[list[float], list[float], list[float]]:
    """Play one campaign one step after the other: (began, done, reached)."""
    state = _Campaign(terrain, luck, campaign, limit)
    day = np.float32(0)
    queue: set[int] = set()

    def settle(fresh: list[int]) -> None:
        while fresh:
            step = fresh.pop(0)
            if terrain.free[step]:
                state.begin(step, day)
                if state.succeeds(step, day):
                    fresh += state.gain(step, day)
            else:
                queue.add(step)

    settle(state.open_steps())
    while queue and day <= limit:
        step = min(queue, key=lambda number: (order[number] if order.ndim == 1 else order[number, campaign], number))
        queue.discard(step)
        day = state.begin(step, day)
        if day <= limit and state.succeeds(step, day):
            settle(state.gain(step, day))
    return state.began, state.done, state.reached


class _Campaign:
    def __init__(self, terrain: Terrain, luck: Luck, campaign: int, limit: float) -> None:
        self.terrain, self.luck, self.campaign, self.limit = terrain, luck, campaign, limit
        self.held = {fact for fact, flag in terrain.starts.items() if self._there(flag)}
        self.began = [FAR] * len(terrain.attempts)
        self.done = [FAR] * len(terrain.attempts)
        self.reached = [0.0 if goal in self.held else FAR for goal in terrain.goals]
        self.closed: dict[int, float] = {}
        self.begun: set[int] = set()

    def _there(self, flag: int) -> bool:
        return flag == ALWAYS or bool(self.luck.links[flag, self.campaign])

    def open_steps(self) -> list[int]:
        found = []
        for number, attempt in enumerate(self.terrain.attempts):
            met = all(any(fact in self.held and self._there(flag) for fact, flag in clause) for clause in attempt.needs)
            if met and number not in self.begun:
                self.begun.add(number)
                found.append(number)
        return found

    def begin(self, step: int, day: np.float32) -> np.float32:
        if day > self.limit:
            return np.float32(FAR)
        self.began[step] = float(day)
        place = int(self.terrain.place_of[step])
        noticed = self.luck.noticed[step, self.campaign]
        if place >= 0 and math.isfinite(noticed):
            closes = np.float32(np.float32(day + noticed) + self.luck.response[place, self.campaign])
            self.closed[place] = min(self.closed.get(place, FAR), float(closes))
        return np.float32(day + self.luck.days[step, self.campaign])

    def succeeds(self, step: int, day: np.float32) -> bool:
        place = int(self.terrain.place_of[step])
        able = bool(self.luck.possible[step, self.campaign]) and day <= self.limit
        return able and float(day) <= self.closed.get(place, FAR)

    def gain(self, step: int, day: np.float32) -> list[int]:
        self.done[step] = float(day)
        for fact, flag in self.terrain.attempts[step].gains:
            if self._there(flag) and fact not in self.held:
                self.held.add(fact)
                for row, goal in enumerate(self.terrain.goals):
                    if goal == fact:
                        self.reached[row] = float(day)
        return self.open_steps()
