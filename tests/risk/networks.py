"""Networks for tests: random ones with cycles, layered ones, and the sum over all joint outcomes as their oracle."""

from __future__ import annotations

from random import Random

import numpy as np

from atlasmodel.risk.network import Draw, Network, step


def summed(network: Network) -> float:
    """The probability of the goal, summed over all joint outcomes: plain sweeps over truth tables until nothing changes."""
    weights = np.ones(1)
    tables: list[list[tuple[int, frozenset[int]]]] = []
    sizes = [len(draw.outcomes) + 1 for draw in network.draws]
    total = int(np.prod(sizes))
    places = np.arange(total)
    stride = 1
    for draw, size in zip(network.draws, sizes, strict=True):
        chances = [chance for chance, _ in draw.outcomes]
        weights = np.multiply.outer([*chances, 1 - sum(chances)], weights).ravel()
        drawn = places // stride % size
        tables.append([(_bits(drawn == index), gains) for index, (_, gains) in enumerate(draw.outcomes)])
        stride *= size
    everywhere = (1 << total) - 1
    held: dict[int, int] = dict.fromkeys(network.starts, everywhere)
    before = None
    while before != held:
        before = dict(held)
        for draw, outcomes in zip(network.draws, tables, strict=True):
            met = everywhere
            for clause in draw.needs:
                one = 0
                for fact in clause:
                    one |= held.get(fact, 0)
                met &= one
            for here, gains in outcomes:
                for fact in gains:
                    held[fact] = held.get(fact, 0) | (here & met)
    goal = held.get(network.goal, 0)
    flags = np.unpackbits(np.frombuffer(goal.to_bytes(total // 8 + 1, "little"), np.uint8), bitorder="little")
    return float(weights[flags[:total] == 1].sum())


def _bits(flags: np.ndarray) -> int:
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def drawn_network(seed: int, most: int = 14) -> Network:
    """A random network with cycles, shared steps, certain steps and draws with several outcomes."""
    random = Random(seed)
    facts = random.randint(3, 10)
    draws = []
    for place in range(random.randint(3, most)):
        if place < 2 and random.random() < 0.4:
            chance = random.choice((0.2, 0.5))
            gains = (random.sample(range(facts), 1), random.sample(range(facts), 2))
            draws.append(Draw((), ((chance, frozenset(gains[0])), (1 - chance, frozenset(gains[1]))), f"d{place}"))
        else:
            needs = [random.sample(range(facts), random.randint(1, 2)) for _ in range(random.choice((0, 1, 1, 1, 2)))]
            chance = random.choice((0.0, 0.1, 0.3, 0.5, 0.5, 0.9, 1.0))
            draws.append(step(chance, needs, random.sample(range(facts), random.randint(1, 2)), f"d{place}"))
    return Network(frozenset(random.sample(range(facts), random.randint(0, 1))), tuple(draws), random.randrange(facts))


def layered_network(width: int, layers: int) -> Network:
    """Layers of facts, two or three steps from each to the next layer: the graph behind the known answers."""
    random = np.random.default_rng(3)
    goal = width * layers + 1
    ways = [(0, 1 + place) for place in range(width)]
    for layer in range(layers - 1):
        for place in range(width):
            ahead = random.choice(width, size=min(width, int(random.integers(2, 4))), replace=False)
            ways += [(1 + layer * width + place, 1 + (layer + 1) * width + int(other)) for other in ahead]
    ways += [(1 + (layers - 1) * width + place, goal) for place in range(width)]
    chances = np.random.default_rng(4).uniform(0.3, 0.9, len(ways))
    steps = (step(float(p), [[a]], [b], f"{a}>{b}") for (a, b), p in zip(ways, chances, strict=True))
    return Network(frozenset({0}), tuple(steps), goal)
