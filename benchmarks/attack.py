"""Print figures of the attack graph beside the marks set for them, and beside peers where they are installed.

    python benchmarks/attack.py [ROW …] [--full] [--lang main.mal]

Rows: generate paths cuts sampled worlds exact toggle scale (all without a name). A figure is seconds of CPU, the median
of three runs where one takes less than five seconds. `mark` is what the best prototype or peer took on two cores of
another machine; `peer` is measured here and now, in the same process, or says why not. Peers: `pip install '.[bench]'`
(networkx comes with the library); mal-toolbox also needs coreLang, which is on no package index: `--lang` says where
its main.mal is. `--full` adds what takes minutes: 10,000 and 100,000 components assessed, a million nodes by SciPy.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from peer import (
    PATHS,
    SEED,
    agree,
    integer_flow,
    mal_toolbox,
    networkx_worlds,
    pytm_resolve,
    timed,
    yen_paths,
)  # fmt: skip
from probability import network

SCALE = (1000, 3000)
SCALE_FULL = (*SCALE, 10_000, 100_000)
EDGES_OF_A_NODE, LAYERS = 4, 20


class Row(NamedTuple):
    """Be one line of the table; times in seconds of CPU."""

    what: str
    mark: float | None
    ours: float | None
    peer: float | str = "-"
    note: str = ""


def generate_rows(lang: str | None) -> Iterator[Row]:
    """Yield how long it takes to get from a pipeline to its attack graph."""
    from generate import generate

    from atlasmodel.attack.graph import build_graph
    from atlasmodel.match.engine import match
    from atlasmodel.workspace import Workspace

    space = Workspace.builtin()
    pipeline = _pipeline(generate(5003, seed=SEED))
    graph: Any
    seconds, graph = timed(lambda: build_graph(match(pipeline, space.rules, space.vocabulary), space.vocabulary.tokens))
    nodes = len(graph.steps) + len(graph.names)
    edges = len(graph.wiring.option_facts) + len(graph.wiring.gain_facts)
    yield Row(
        "graph of 5,003 components",
        2.54,
        seconds,
        mal_toolbox(lang),
        f"{nodes:,} nodes, {edges:,} edges; mark: 205,888",
    )


def layered(nodes: int, seed: int = 1) -> tuple[Any, Any, Any, Any]:
    """Return sources, targets, probabilities of edges and the layer of nodes: 75 % of the edges go one layer on."""
    random = np.random.default_rng(seed)
    width = nodes // LAYERS
    layer = np.minimum(np.arange(nodes) // width, LAYERS - 1)
    sources = np.repeat(np.arange(nodes), EDGES_OF_A_NODE)
    there = layer[sources] + random.choice([1, 2, 3], p=[0.75, 0.2, 0.05], size=sources.size)
    sources, there = sources[there < LAYERS], there[there < LAYERS]
    size = np.where(there == LAYERS - 1, nodes - (LAYERS - 1) * width, width)
    targets = there * width + (random.random(sources.size) * size).astype(np.int64)
    keys = np.unique(sources * nodes + targets)
    return keys // nodes, keys % nodes, random.uniform(0.05, 0.95, keys.size), layer


class ArcMoves:
    """Be the arcs of a graph as moves from node to node, each made when it is asked for."""

    def __init__(self, sources: Any, targets: Any, weights: Any) -> None:
        self.sources, self.targets, self.weights = sources, targets, weights

    def __len__(self) -> int:
        return len(self.sources)

    def __getitem__(self, number: int) -> Any:
        from atlasmodel.attack.search.moves import Move

        needs, gains = f"{self.sources[number]:08}", f"{self.targets[number]:08}"
        return Move(self.id(number), ((needs,),), (gains,), float(self.weights[number]))

    def id(self, number: int) -> str:
        """Return the id of a move."""
        return f"{number:08}"

    name = id

    def called(self, names: Any) -> list[int]:
        """Return the moves with some names."""
        return sorted(map(int, names))


def plain_graph(sources: Any, targets: Any, weights: Any, nodes: int) -> Any:
    """Return the index of a path search over arcs as moves that need one thing each; node 0 is held."""
    from atlasmodel.attack.search.hypergraph import Hypergraph
    from atlasmodel.attack.search.wires import Wires

    each, facts = np.arange(len(sources) + 1), [f"{node:08}" for node in range(nodes)]
    wires = Wires.joined(first=each, option_starts=each, options=sources, gain_starts=each, gains=targets, facts=nodes)
    moves = ArcMoves(sources, targets, weights)
    return Hypergraph.wired(moves, facts, wires, facts[:1]).weighed(weights, facts[:1])


def paths_rows(*, full: bool) -> Iterator[Row]:
    """Yield the time for the 100 best paths of layered graphs; the index, made once a graph, is left out."""
    from walks import Arcs, best_walks, distances_to

    from atlasmodel.attack.paths import Search

    for nodes, mark in ((100_000, 0.021), (1_000_000, 0.263)):
        sources, targets, chances, layer = layered(nodes)
        weights = -np.log(chances)
        starts = np.concatenate([[0], np.cumsum(np.bincount(sources, minlength=nodes))])
        target = _median_target(starts, targets, weights, layer)
        whole = plain_graph(sources, targets, weights, nodes)
        leading, graph = timed(lambda whole=whole, goal=f"{target:08}": whole.towards(goal))
        seconds, found = timed(lambda graph=graph: [path.weight for path in Search(graph).best(PATHS).paths])
        peer: float | str = (
            "takes minutes" if nodes > 100_000 and not full else yen_paths(starts, targets, weights, target, found)
        )
        note = f"{leading:.3f} s more, once a goal, for what leads to it; peer: SciPy yen"
        yield Row(f"100 best paths, {nodes:,} nodes", mark, seconds, peer, note)
        arcs = Arcs.of(starts, targets, weights)
        own, other = timed(lambda arcs=arcs, of=(starts, targets, weights, target):
                           best_walks(arcs, distances_to(*of), 0, of[-1], PATHS).walks)  # fmt: skip
        agree(np.allclose(found, [weight for weight, _ in other]))
        yield Row("  the prototype beside this script", mark, own, "-", "")


def _median_target(starts: Any, targets: Any, weights: Any, layer: Any) -> int:
    """Return the node of the last layer at the median distance from node 0, by the distances on the reversed graph."""
    from walks import distances_to

    nodes = len(starts) - 1
    order = np.argsort(targets, kind="stable")
    sources = np.repeat(np.arange(nodes), np.diff(starts))[order]
    back = np.concatenate([[0], np.cumsum(np.bincount(targets, minlength=nodes))])
    distance = np.array(distances_to(back, sources, weights[order], 0))
    last = np.nonzero((layer == layer.max()) & np.isfinite(distance))[0]
    return int(last[np.argsort(distance[last])[len(last) // 2]])


def cuts_rows() -> Iterator[Row]:
    """Yield the cheapest cut between first and last layer each of 10,000 steps with a cost of its own."""
    from atlasmodel.attack.cuts import cheapest_cut
    from atlasmodel.attack.search.hypergraph import Hypergraph
    from atlasmodel.attack.search.moves import Move

    sources, targets, _, layer = layered(2700)
    last = layer[targets] == LAYERS - 1
    moves = [
        Move(f"s{number:05}", ((f"f{one}",),), ("goal",) if ends else (f"f{other}",), 1.0)
        for number, (one, other, ends) in enumerate(zip(sources, targets, last, strict=True))
    ]
    tenths = np.random.default_rng(SEED).integers(10, 2000, len(moves))
    graph = Hypergraph(moves, {f"f{number}" for number in np.flatnonzero(layer == 0)}, "goal")
    elements = {move.id: [number] for number, move in enumerate(graph.moves)}
    cost = {move.id: tenth / 10 for move, tenth in zip(moves, tenths.tolist(), strict=True)}
    seconds, found = timed(lambda: cheapest_cut(graph, elements, cost))
    agree(found.exact and graph.goal not in graph.reach(banned=[elements[name][0] for name in found.elements]))
    peer, least = integer_flow(np.where(layer[sources] == 0, 0, sources), np.where(last, len(layer), targets), tenths)
    agree(least is None or round(10 * found.cost) == least)
    yield Row(
        f"cheapest cut, {len(moves):,} steps of one need",
        None,
        seconds,
        peer,
        f"{len(found.elements)} steps in the cut; peer: SciPy maximum_flow, whole numbers, no graph to build",
    )


def sampled_rows() -> Iterator[Row]:
    """Yield 10,240 worlds drawn and settled, nothing kept: without cycles and with ways back, each also compiled."""
    from atlasmodel._compiled import is_available
    from atlasmodel.risk.network.sampling import BLOCK, Sampler

    sources, targets, chances, layer = layered(10_000)
    random = np.random.default_rng(SEED)
    back = random.integers(0, 10_000, (2, 9400))
    goal = int(targets[-1])
    peer = networkx_worlds(sources, targets, chances)
    cyclic = back[:, layer[back[0]] > layer[back[1]]]
    for mark, compiled_mark, more in ((0.359, 0.186, back[:, :0]), (0.61, 0.15, cyclic)):
        ways = list(zip(np.append(sources, more[0]).tolist(), np.append(targets, more[1]).tolist(), strict=True))
        gained = {after for _, after in ways}
        drawn = [*chances.tolist(), *random.uniform(0.05, 0.95, more.shape[1]).tolist()]
        # What no step gains is held: all of the first layer, where the ways begin.
        sampler = Sampler(network([(one if one in gained else 0, other) for one, other in ways], drawn, goal), SEED)
        seconds, hits = timed(lambda: [sampler.hits(block) for block in range(10)])  # noqa: B023
        yield Row(
            f"10,240 worlds sampled, {len(ways):,} steps",
            mark,
            seconds,
            "-" if more.size else peer,
            f"{'with cycles' if more.size else 'peer: networkx, from 5 worlds'}; P {sum(hits) / 10 / BLOCK:.3f}",
        )
        if is_available():
            sampler.compile()
            agree(sampler.hits(0) == hits[0])
            seconds, again = timed(lambda: [sampler.hits(block) for block in range(10)])  # noqa: B023
            agree(again == hits)
            yield Row("  compiled", compiled_mark, seconds, "-", "the same worlds")


def worlds_rows() -> Iterator[Row]:
    """Yield 10,048 worlds of a graph of 10,000 facts stored for later questions, and 35 what-if questions on them."""
    from atlasmodel.attack.graph import AttackGraph, Step
    from atlasmodel.match.engine import Option
    from atlasmodel.match.formula import YES
    from atlasmodel.risk.draws import Draws
    from atlasmodel.risk.probability import Campaigns
    from atlasmodel.risk.score import StepScore
    from atlasmodel.risk.worlds import WorldSet

    sources, targets, chances, layer = layered(10_000)
    options = [(Option(f"f{number}@x"),) for number in range(10_000)]
    steps = [
        Step(SimpleNamespace(id=f"s{number}", formula=YES), (options[one],), options[other])  # type: ignore[arg-type]
        for number, (one, other) in enumerate(zip(sources.tolist(), targets.tolist(), strict=True))
    ]
    graph = AttackGraph(steps)
    scores = {number: StepScore(float(chance), (), (), 1.0, 0.0) for number, chance in enumerate(chances)}
    part = graph.reach(["f0@x"], certain=True)
    goals = [f"f{number}@x" for number in np.nonzero(layer == LAYERS - 1)[0][:50]]

    def drawn() -> Campaigns:
        found = Campaigns(part, {"f0@x": YES}, scores, Draws(graph, WorldSet(10_048, SEED, {}), "point"))
        agree(found.share(goals[0]) > 0)
        return found

    seconds, campaigns = timed(drawn)
    yield Row(
        "10,048 worlds x 10,000 facts stored", None, seconds, "-", "with names, conditions and what waits for what"
    )
    random = np.random.default_rng(SEED)
    reached = [step for step in range(len(steps)) if step in part.steps]
    chosen = [random.choice(reached, 200, replace=False).tolist() for _ in range(35)]
    scenarios = [
        campaigns.draws.possible({step: StepScore(scores[step].base / 2, (), (), 1.0, 0.0) for step in steps_of})
        for steps_of in chosen
    ]
    seconds, shares = timed(lambda: campaigns.what_if(scenarios, goals))
    today = [campaigns.share(goal) for goal in goals]
    agree(all(share <= before for row in shares for share, before in zip(row, today, strict=True)))
    yield Row("  what-if on them, each of 35", 0.0052, seconds / 35, "-", "never above today")


def exact_rows() -> Iterator[Row]:
    """Yield the exact probability of a goal behind 200 layers of width 5."""
    from atlasmodel.risk.network.exact import exact_probability

    network = layers_of(200, 5)
    seconds, found = timed(lambda: exact_probability(network))
    agree(found is not None)
    yield Row(
        "exact, 200 layers of width 5", 0.106, seconds, "-", f"P = {found.value:.4f}, {len(network.draws):,} steps"
    )


def layers_of(layers: int, width: int, seed: int = 5) -> Any:
    """Return a network of layers with 2.5 edges a node on average; start before the first, goal after the last."""
    from atlasmodel.risk.network.network import Network, step

    random = np.random.default_rng(seed)
    draws = [step(float(random.uniform(0.4, 0.95)), [[0]], [1 + node]) for node in range(width)]
    for layer in range(layers - 1):
        for node in range(width):
            for other in random.choice(width, int(random.integers(2, 4)), replace=False).tolist():
                needs, gains = 1 + layer * width + node, 1 + (layer + 1) * width + other
                draws.append(step(float(random.uniform(0.4, 0.95)), [[needs]], [gains]))
    goal = 1 + layers * width
    draws += [step(1.0, [[1 + (layers - 1) * width + node]], [goal]) for node in range(width)]
    return Network(frozenset({0}), tuple(draws), goal)


def scale_rows(*, full: bool) -> Iterator[Row]:
    """Yield the time from file to assessment, and to the attack graph alone, each size in a process of its own."""
    import json

    pytm = pytm_resolve()
    taken: dict[int, float] = {}
    for size in SCALE_FULL if full else SCALE:
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("scale.py")), "--one", str(size)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            reason = done.stderr.strip().splitlines()[-1:] or ["killed: out of memory?"]
            yield Row(f"{size:,} components assessed", 60.0 if size == 100_000 else None, None, "-", reason[0])
            continue
        figures = json.loads(done.stdout)
        taken[size] = figures["read"] + figures["assess"]
        mark = 60.0 if size == 100_000 else pytm / 2 if size == 3000 and isinstance(pytm, float) else None
        chained = figures["read"] + figures["match"] + figures["chain"]
        note = f"read to reached {chained:.2f} s; peak {figures['peak_mib']:,.0f} MiB; {bounds()}"
        yield Row(f"{size:,} components assessed", mark, taken[size], pytm if size == 3000 else "-", note)
    if 10_000 in taken and 100_000 in taken:
        yield Row("  100,000 / 10,000 (a ratio)", 12.0, taken[100_000] / taken[10_000])


def bounds() -> str:
    """Return the bounds of an assessment as they stand unless one says otherwise, and whether kernels are compiled."""
    from atlasmodel._compiled import is_available
    from atlasmodel.assembly import world_set
    from atlasmodel.options import Options
    from atlasmodel.workspace import Workspace

    options, worlds = Options(), world_set(Workspace.builtin(), Options()).count
    return (
        f"{worlds:,} worlds, {options.paths} paths for {options.path_goals} goals, "
        f"{options.swept_goals} ends swept, {options.removes} removes, {options.measures} measures, "
        f"{options.questions} questions; {'compiled kernels' if is_available() else 'nothing compiled'}"
    )


def toggle_rows() -> Iterator[Row]:
    """Yield what it takes to get the graph again after one component changed, beside building it anew."""
    from generate import generate

    from atlasmodel.attack.graph import build_graph
    from atlasmodel.match.engine import match
    from atlasmodel.workspace import Workspace

    yield from _control_rows(10_000)
    space = Workspace.builtin()
    pipeline = _pipeline(generate(10_000, seed=SEED))
    first = pipeline.components[50]
    turned = first.model_copy(update={"attributes": {**first.attributes, "exposure": "public"}})
    components = tuple(turned if item is first else item for item in pipeline.components)
    changed = pipeline.changed(components=components)
    before = match(pipeline, space.rules, space.vocabulary)

    def anew() -> Any:
        return build_graph(match(changed, space.rules, space.vocabulary), space.vocabulary.tokens)

    full, graph = timed(anew)
    former = build_graph(before, space.vocabulary.tokens)
    seconds, again = timed(lambda: build_graph(before.revised(changed), space.vocabulary.tokens, former))
    agree([step.id for step in again.steps] == [step.id for step in graph.steps])
    yield Row("one component of 10,000: graph", full / 20, seconds, "-", f"anew {full:.2f} s")


def _control_rows(size: int) -> Iterator[Row]:
    """Yield what it takes to say what one control more does to the total, beside the analysis it rests on."""
    from generate import generate

    from atlasmodel.analysis import analyse
    from atlasmodel.assembly import world_set
    from atlasmodel.mitigate.placement import Placed
    from atlasmodel.options import Options
    from atlasmodel.workspace import Workspace

    space = Workspace.builtin()
    pipeline = _pipeline(generate(size, seed=SEED))

    def anew() -> Any:
        analysis = analyse(pipeline, space, world_set(space, Options()))
        agree(analysis.total > 0)  # which is when it is sampled
        return analysis

    full, analysis = timed(anew, runs=1)
    for name in ("rate_limit", "egress_allowlist"):
        places = analysis.coverage.places(space.library.controls[name])[:10]
        questions = [[Placed(name, at, "in_place", 1.0, None)] for at in places]
        analysis.totals_with(questions[0])
        seconds, totals = timed(lambda: [analysis.totals_with(one)[0] for one in questions])  # noqa: B023
        note = f"{len(set(totals))} totals at {len(places)} places; the analysis anew {full:.2f} s"
        yield Row(f"{name}, {size:,}: total risk", full / 20, seconds / len(places), "-", note)


def _pipeline(document: dict[str, Any]) -> Any:
    import json
    import tempfile

    from atlasmodel.model.reader import read_pipeline

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pipeline.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        return read_pipeline(file)


def main(arguments: list[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Figures of the attack graph beside their marks.")
    rows: dict[str, Callable[[], Iterator[Row]]]
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--lang")
    given = parser.parse_args(arguments)
    rows = {
        "generate": lambda: generate_rows(given.lang),
        "paths": lambda: paths_rows(full=given.full),
        "cuts": cuts_rows,
        "sampled": sampled_rows,
        "worlds": worlds_rows,
        "exact": exact_rows,
        "toggle": toggle_rows,
        "scale": lambda: scale_rows(full=given.full),
    }
    unknown = set(given.rows) - rows.keys()
    if unknown:
        parser.error(f"there is no row {', '.join(sorted(unknown))}; rows: {' '.join(rows)}")
    print(f"{'':34} {'mark':>9} {'ours':>9} {'ours/mark':>9} {'peer':>14}  note")
    for name in given.rows or rows:
        for row in rows[name]():
            ratio = f"{row.ours / row.mark:9.2f}" if row.mark and row.ours else f"{'-':>9}"
            peer = f"{row.peer:14.3f}" if isinstance(row.peer, float) else f"{row.peer:>14}"
            print(f"{row.what:34} {_number(row.mark)} {_number(row.ours)} {ratio} {peer}  {row.note}", flush=True)


def _number(value: float | None) -> str:
    return f"{'-':>9}" if value is None else f"{value:9.4f}" if value < 1 else f"{value:9.2f}"


if __name__ == "__main__":
    main(sys.argv[1:])
