"""Networks for tests: random ones with cycles, layered ones, and the sum over all joint outcomes as their oracle."""

from __future__ import annotations

from random import Random

import numpy as np

from atlasmodel.risk.network.chance import key
from atlasmodel.risk.network.network import Draw, Network, reached, step
from atlasmodel.risk.network.sampling import BLOCK


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


def tangled_network(seed: int) -> Network:
    """Many steps between few facts, with cycles, several needs and gains, facts that much leads to, and open values."""
    random = Random(seed)
    facts = random.randint(4, 30)
    draws = [step(random.random(), [], random.sample(range(facts), 2), f"in {place}") for place in range(2)]
    for place in range(random.randint(2, 120)):
        needs = [random.sample(range(facts), random.choice((1, 1, 2, 3))) for _ in range(random.choice((1, 1, 2, 3)))]
        gains = random.sample(range(facts), random.choice((1, 1, 2, 3))) if random.random() < 0.7 else [facts - 1]
        draws.append(step(random.choice((0.0, 1e-4, 0.2, 0.7, random.random(), 1.0)), needs, gains, f"s{place}"))
    for place in range(random.randint(0, 2)):
        outcomes = ((0.3, frozenset({0})), (0.5, frozenset({1, 2})))
        draws.append(Draw((), outcomes, f"value {place}"))
    draws.append(step(0.0, [], range(facts), "never"))  # every fact is gained by something
    return Network(frozenset(), tuple(draws), random.randrange(facts))


def worlds_with_goal(network: Network, seed: int, block: int) -> int:
    """In how many worlds of a block the goal is reached: each drawn digit by digit and followed on its own."""
    drawn = [_outcomes(draw, seed, block) for draw in network.draws]
    return sum(
        network.goal in reached(network, lambda place: drawn[place][world])  # noqa: B023
        for world in range(BLOCK)
    )


def _outcomes(draw: Draw, seed: int, block: int) -> list[frozenset[int]]:
    """What a draw gains in each world of a block."""
    found: list[frozenset[int] | None] = [None] * BLOCK
    left = 1.0
    for place, (chance, gains) in enumerate(draw.outcomes):
        share = chance if draw.plain else min(1.0, chance / left)
        left -= chance
        for world, number in enumerate(_numbers(key(seed, draw.name, place), block)):
            if found[world] is None and number < round(share * 2**32):
                found[world] = gains
    return [gains or frozenset() for gains in found]


def _numbers(stream: int, block: int) -> list[int]:
    """A random number below 2^32 for each world of a block: SplitMix64, a word holds a binary digit of 64 of them."""
    numbers = [0] * BLOCK
    counter = block * 32 * (BLOCK // 64)
    for _ in range(32):
        for word in range(BLOCK // 64):
            counter += 1
            mixed = (stream + counter * 0x9E3779B97F4A7C15) % 2**64
            mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 % 2**64
            mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB % 2**64
            mixed ^= mixed >> 31
            for world in range(64):
                numbers[word * 64 + world] = numbers[word * 64 + world] * 2 + (mixed >> world & 1)
    return numbers
