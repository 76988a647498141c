"""What others take for the same work, measured where they are installed; each says why where it is not known."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

SEED = 7
PATHS = 100


def timed(work: Callable[[], Any], runs: int = 3) -> tuple[float, Any]:
    """Return the median seconds of CPU and the last result; long work runs once."""
    times: list[float] = []
    result: Any = None
    while len(times) < runs:
        result = None
        gc.collect()
        before = time.process_time()
        result = work()
        times.append(time.process_time() - before)
        if times[0] > 5:
            break
    return statistics.median(times), result


def agree(same: Any) -> None:
    """Stop where two ways to one answer differ: a figure for a wrong answer is none."""
    if not same:
        raise SystemExit("two ways to one answer differ")


def mal_toolbox(lang: str | None) -> float | str:
    """Return how long mal-toolbox takes for 5,003 assets of coreLang, or why that is not known."""
    if lang is None:
        return "no coreLang"
    try:
        from maltoolbox.attackgraph import AttackGraph
        from maltoolbox.language import LanguageGraph
        from maltoolbox.model import Model
    except ImportError:
        return "not installed"
    language = LanguageGraph.load_from_file(lang)
    model = Model("bench", language)
    random = np.random.default_rng(SEED)
    apps: list[Any] = []
    network: Any = None
    for block in range(500):
        if block % 5 == 0:
            before, network = network, model.add_asset("Network", f"network{block}")
            if before is not None:
                between = model.add_asset("ConnectionRule", f"between{block}")
                between.add_associated_assets("networks", {before, network})
        apps += _mal_block(model, block, network, apps[int(random.integers(len(apps)))] if apps else None)
    return timed(lambda: AttackGraph(language, model))[0]


def _mal_block(model: Any, block: int, network: Any, other: Any) -> list[Any]:
    """Add ten assets to a model of mal-toolbox: a machine, three applications, their data, who may use them, a hole."""
    apps = [model.add_asset("Application", f"app{block}-{number}") for number in range(3)]
    data = [model.add_asset("Data", f"data{block}-{number}") for number in range(2)]
    identity = model.add_asset("Identity", f"identity{block}")
    credentials = model.add_asset("Credentials", f"credentials{block}")
    model.add_asset("Hardware", f"hardware{block}").add_associated_assets("sysExecutedApps", {apps[0]})
    apps[0].add_associated_assets("appExecutedApps", set(apps[1:]))
    for app in apps:
        app.add_associated_assets("networks", {network})
    for app, content in zip(apps[1:], data, strict=True):
        app.add_associated_assets("containedData", {content})
    identity.add_associated_assets("credentials", {credentials})
    identity.add_associated_assets("lowPrivApps", {apps[1]})
    identity.add_associated_assets("readPrivData", {data[0]})
    data[1].add_associated_assets("information", {credentials})
    model.add_asset("SoftwareVulnerability", f"hole{block}").add_associated_assets("application", {apps[1]})
    rule = model.add_asset("ConnectionRule", f"rule{block}")
    rule.add_associated_assets("applications", {apps[0], other or apps[1]})
    return apps


def yen_paths(starts: Any, targets: Any, weights: Any, target: int, found: list[float]) -> float | str:
    """Return how long SciPy takes for as many paths, or why that is not known; its paths must weigh the same."""
    try:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import yen
    except ImportError:
        return "no SciPy"
    size = len(starts) - 1
    graph = csr_array((weights, targets.astype(np.int32), starts.astype(np.int32)), shape=(size, size))
    seconds, lengths = timed(lambda: yen(graph, 0, target, PATHS))
    agree(np.allclose(lengths, found))
    return seconds


def integer_flow(sources: Any, targets: Any, capacity: Any) -> tuple[float | str, int | None]:
    """Return how long SciPy takes for the greatest flow from node 0 to the last in whole numbers, and that flow."""
    try:
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import maximum_flow
    except ImportError:
        return "no SciPy", None
    size = int(targets.max()) + 1
    graph = coo_array((capacity.astype(np.int32), (sources, targets)), shape=(size, size)).tocsr()
    seconds, found = timed(lambda: maximum_flow(graph, 0, size - 1))
    return seconds, int(found.flow_value)


def networkx_worlds(sources: Any, targets: Any, chances: Any, worlds: int = 5) -> float:
    """Return what 10,048 worlds would take networkx, from a few."""
    import networkx as nx

    random = np.random.default_rng(SEED)

    def work() -> None:
        for _ in range(worlds):
            there = random.random(len(chances)) < chances
            graph = nx.DiGraph(zip(sources[there].tolist(), targets[there].tolist(), strict=True))
            graph.add_node(0)
            nx.descendants(graph, 0)

    return timed(work)[0] / worlds * 10_048


def pytm_resolve(elements: int = 3000) -> float | str:
    """Return how long pytm takes to resolve as many elements in a chain, or why that is not known."""
    try:
        import pytm
    except ImportError:
        return "no pytm"
    model = pytm.TM("bench", description="synthetic")
    zones = [pytm.Boundary(f"zone {number}") for number in range(elements // 25)]
    servers = [
        pytm.Server(f"server {number}", inBoundary=zones[number * len(zones) // elements]) for number in range(elements)
    ]
    for one, other in pairwise(servers):
        pytm.Dataflow(one, other, f"flow {one.name}-{other.name}", protocol="HTTPS")
    model.check()
    before = time.process_time()
    model.resolve()
    return time.process_time() - before
