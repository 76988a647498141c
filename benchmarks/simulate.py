"""Print campaigns a second of the digital twin, the memory it takes, and how a plain loop over networkx compares.

    python benchmarks/simulate.py [CAMPAIGNS]

The peer plays one campaign after the other, event by event, on a networkx graph of the same steps, with the same
chance; its outcome is checked against ours. Seconds are of CPU.
"""

from __future__ import annotations

import heapq
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

ROOT = Path(__file__).parent.parent
PEER_CAMPAIGNS = 64
LIMIT = 180.0


def main() -> None:
    """Print the rows."""
    campaigns = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    if campaigns < 0:
        print(json.dumps(memory(-campaigns)))
        return
    # Memory first: a child starts with the peak of its parent.
    for size in (campaigns, 4 * campaigns):
        found = json.loads(_run(-size))
        peak, before = found["peak_mib"], found["before_mib"]
        print(f"memory at {size:,} campaigns by adversary: {peak:.0f} MiB (before them {before:.0f})")
    kernels("mlops-platform", _example())
    kernels("generated, 1,000 components", _generated(1000), count=512)
    whole(campaigns)


def kernels(name: str, pipeline: Any, count: int = 4096) -> None:
    """Print campaigns a second of each strategy on one adversary, and of the plain loop."""
    from atlasmodel.assessment import assess
    from atlasmodel.twin.strategy import STRATEGIES
    from atlasmodel.twin.survey import survey

    analysis = assess(pipeline).analysis
    ground = survey(analysis, analysis.attacks[0], analysis.workspace.scoring.tempo)
    drawn, luck = timed(lambda: ground.luck(0, count, {0: ground.ground(0)}))
    unseen = replace(luck, noticed=np.full_like(luck.noticed, np.inf))
    print(f"{name}: {len(ground.terrain.attempts)} steps, chance drawn for {count / drawn:,.0f} campaigns a second")
    for strategy, make in STRATEGIES.items():
        ready, play = timed(lambda make=make: make(ground.terrain))
        took, _ = timed(lambda play=play: play(luck, LIMIT))
        print(f"  {strategy:12} {count / took:10,.0f} campaigns a second, made ready in {ready:.2f} s")
    graph = graph_of(ground.terrain)
    few = min(PEER_CAMPAIGNS, count)
    everything = STRATEGIES["everything"](ground.terrain)
    for what, chance in (("the graph alone", unseen), ("with notice and response", luck)):
        took, log = timed(lambda chance=chance: everything(chance, LIMIT))
        plain, theirs = timed(lambda chance=chance: [campaign(graph, ground.terrain, chance, n) for n in range(few)])
        same = np.array_equal(np.array(theirs, dtype=np.float32).T, log.reached[:, :few])
        rates = f"{count / took:,.0f} a second, plain loop {few / plain:,.0f}; ratio {count / took * plain / few:.0f}"
        print(f"  everything, {what}: {rates}; equal: {same}")


def whole(campaigns: int) -> None:
    """Print the seconds of simulate() as a user calls it, three adversaries, two scenarios."""
    from atlasmodel.model.pipeline import PlacedControl
    from atlasmodel.twin.simulation import simulate

    pipeline = _example()
    changes = [PlacedControl(control="rate_limit", at=("*",), state="in_place")]
    for strategy in ("best-path", "opportunist", "everything"):
        took, _ = timed(
            lambda strategy=strategy: simulate(
                pipeline, {"today": [], "after": changes}, strategy=strategy, campaigns=campaigns
            )
        )
        print(
            f"simulate mlops-platform, {campaigns:,} campaigns x 3 adversaries x 2 scenarios, {strategy}: {took:.1f} s"
        )


def memory(campaigns: int) -> dict[str, float]:
    """Return the peak memory of one simulation, in MiB."""
    from atlasmodel.twin.simulation import simulate

    pipeline = _example()
    simulate(pipeline, campaigns=4096, strategy="opportunist")
    before = _peak()
    simulate(pipeline, campaigns=campaigns, strategy="opportunist")
    return {"before_mib": before, "peak_mib": _peak()}


def graph_of(terrain: Any) -> nx.DiGraph:
    """Return the steps and facts as a networkx graph: what a plain program would start from."""
    graph = nx.DiGraph()
    for number, attempt in enumerate(terrain.attempts):
        for clause, options in enumerate(attempt.needs):
            for fact, link in options:
                edge = graph.get_edge_data(fact, number, {"clauses": {}})
                edge["clauses"].setdefault(clause, []).append(link)
                graph.add_edge(fact, number, **edge)
        graph.add_node(number, clauses=len(attempt.needs))
        for fact, link in attempt.gains:
            graph.add_edge(number, fact, link=link)
    return graph


def campaign(graph: nx.DiGraph, terrain: Any, luck: Any, number: int) -> list[float]:
    """Play one campaign event by event; return when each goal was reached."""
    held: set[str] = set()
    met: dict[int, set[int]] = {}
    closed: dict[int, float] = {}
    events: list[tuple[float, int, int]] = []
    reached = dict.fromkeys(terrain.goals, math.inf)

    def there(link: int) -> bool:
        return link < 0 or bool(luck.links[link, number])

    def begin(step: int, day: np.float32) -> None:
        if day > LIMIT:
            return
        place = int(terrain.place_of[step])
        noticed = luck.noticed[step, number]
        if place >= 0 and np.isfinite(noticed):
            closed[place] = min(closed.get(place, math.inf), float(day + noticed + luck.response[place, number]))
        heapq.heappush(events, (day + luck.days[step, number], 1, step))

    def hold(fact: str, day: np.float32) -> None:
        if fact in held:
            return
        held.add(fact)
        if fact in reached:
            reached[fact] = float(day)
        for step in graph.successors(fact) if fact in graph else ():
            clauses = met.setdefault(step, set())
            whole = len(clauses) == graph.nodes[step]["clauses"]
            for clause, links in graph.edges[fact, step]["clauses"].items():
                if any(there(link) for link in links):
                    clauses.add(clause)
            if not whole and len(clauses) == graph.nodes[step]["clauses"]:
                begin(step, day)

    for step in range(len(terrain.attempts)):
        if graph.nodes[step]["clauses"] == 0:
            begin(step, np.float32(0))
    for fact, link in terrain.starts.items():
        if there(link):
            hold(fact, np.float32(0))
    while events:
        day, _, step = heapq.heappop(events)
        if luck.possible[step, number] and day <= LIMIT and day <= closed.get(int(terrain.place_of[step]), math.inf):
            for fact in graph.successors(step):
                if there(graph.edges[step, fact]["link"]):
                    hold(fact, day)
    return [reached[goal] for goal in terrain.goals]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU seconds that some work took, and its result."""
    before = time.process_time()
    result = work()
    return time.process_time() - before, result


def _example() -> Any:
    from atlasmodel.model.reader import read_pipeline

    return read_pipeline(ROOT / "examples" / "mlops-platform.yaml")


def _generated(size: int) -> Any:
    from atlasmodel.model.reader import read_pipeline

    sys.path.insert(0, str(Path(__file__).parent))
    from generate import generate

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pipeline.json"
        file.write_text(json.dumps(generate(size, seed=7)), encoding="utf-8")
        return read_pipeline(file)


def _run(argument: int) -> str:
    return subprocess.run([sys.executable, __file__, str(argument)], check=True, capture_output=True, text=True).stdout


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * (1024 if sys.platform == "darwin" else 1))


if __name__ == "__main__":
    main()
