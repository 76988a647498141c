"""Grow the attack tree of a goal from the graph: cheapest ways first, nothing that rests on itself, within bounds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from math import inf

from atlasmodel._calls import Call, call
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.moves import Move
from atlasmodel.attack.tree import Kind, TreeNode

WIDEST = 100  # ways to a fact that may be asked for
MOST_NODES = 300_000
WORK = 20_000_000  # moves and facts looked at, about, to keep what goes in circles from resting on itself


def grow_tree(moves: Iterable[Move], starts: Collection[str], goal: str, depth: int = 12, width: int = 3) -> TreeNode:
    """Return the tree of a goal: at most `width` ways to each fact, cheapest first, at most `depth` steps down.

    Of any depth, up to MOST_NODES nodes and WORK; what these bounds cut is told as left out.

    >>> moves = [Move("a", (("s",),), ("x",), 1.0), Move("b", (("x",), ("y",)), ("g",), 1.0)]
    >>> [node.id for node in grow_tree(moves, {"s", "y"}, "g").walk()]
    ['g', 'b', 'x', 'a', 's', 'y']
    """
    grower = _Grower(Hypergraph(moves, starts, goal), depth, min(width, WIDEST))
    return replace(call(grower.fact(grower.graph.goal)), kind="start" if goal in starts else "goal")


class _Grower:
    """Expand facts and steps, remembering what was shown."""

    def __init__(self, graph: Hypergraph, depth: int, width: int) -> None:
        self.graph, self.depth, self.width = graph, depth, width
        self.costs = graph.least(additive=True).cost
        self.circle = _circles(graph)
        self.all = graph.reach()
        self.shown: set[int] = set()
        self.above: dict[int, None] = {}
        self.nodes, self.work = 0, 0

    def fact(self, fact: int) -> Call[TreeNode]:
        kind: Kind = "start" if fact in self.graph.held else "fact"
        name = self.graph.facts[fact]
        self.nodes += 1
        if fact in self.graph.held or fact in self.shown:
            return TreeNode(kind, name, shared=fact not in self.graph.held)
        self.above[fact] = None
        held = self._held(fact)
        ways = [move for move in self.graph.gained[fact] if self._possible(move, held)]
        ways.sort(key=self._cost)
        children = []
        if len(self.above) <= self.depth and self.nodes < MOST_NODES and self.work < WORK:
            self.shown.add(fact)
            for move in ways[: self.width]:
                children.append((yield self.step(move, held)))
        del self.above[fact]
        return TreeNode(kind, name, tuple(children), left_out=len(ways) - len(children))

    def step(self, move: int, held: Collection[int]) -> Call[TreeNode]:
        self.nodes += 1
        clauses = dict.fromkeys(tuple(self.graph.clauses[clause]) for clause in self.graph.clauses_of(move))
        children = []
        for options in dict.fromkeys(self._options(clause, held) for clause in clauses):
            # What the adversary holds already leaves no reason to work for another alternative.
            if len(options) == 1:
                children.append((yield self.fact(options[0])))
            else:
                children.append((yield self.choice(options)))
        return TreeNode("step", self.graph.moves.id(move), tuple(children))

    def choice(self, options: tuple[int, ...]) -> Call[TreeNode]:
        self.nodes += 1
        children = []
        for fact in options[: self.width]:
            children.append((yield self.fact(fact)))
        name = " | ".join(self.graph.facts[fact] for fact in options)
        return TreeNode("any", name, tuple(children), left_out=len(options) - len(children))

    def _held(self, fact: int) -> Collection[int]:
        """Return what can be had without the fact and those above it, so that nothing rests on itself.

        What a fact follows from can rest only on such facts above as go in circles with it.
        """
        circle = self.circle.get(fact)
        if circle is None:
            return self.all
        self.work += len(self.graph.inside) + self.graph.width
        return self.graph.reach(without={other for other in self.above if self.circle.get(other) == circle})

    def _options(self, clause: Iterable[int], held: Collection[int]) -> tuple[int, ...]:
        """Return the facts that can meet a clause, those held first, then the cheapest; of those held one is enough."""
        options = [fact for fact in clause if fact in held]
        options.sort(key=lambda fact: (fact not in self.graph.held, self.costs[fact], self.graph.facts[fact]))
        return tuple(options[:1] if options[0] in self.graph.held else options)

    def _possible(self, move: int, held: Collection[int]) -> bool:
        clauses = (self.graph.clauses[clause] for clause in self.graph.clauses_of(move))
        return all(any(fact in held for fact in clause) for clause in clauses)

    def _cost(self, move: int) -> tuple[float, str]:
        clauses = (self.graph.clauses[clause] for clause in self.graph.clauses_of(move))
        needs = sum(min((self.costs[fact] for fact in clause), default=inf) for clause in clauses)
        return needs + self.graph.weight[move], self.graph.moves.id(move)


def _circles(graph: Hypergraph) -> dict[int, int]:
    """Return, for every fact that may follow from itself, which others go in circles with it: by a common number."""
    import networkx as nx

    arcs = nx.DiGraph()  # moves are told from facts by their sign
    for move in graph.inside:
        arcs.add_edges_from((~move, fact) for fact in graph.gains[move])
        arcs.add_edges_from((fact, ~move) for clause in graph.clauses_of(move) for fact in graph.clauses[clause])
    groups = (group for group in nx.strongly_connected_components(arcs) if len(group) > 1)
    return {fact: number for number, group in enumerate(groups) for fact in group if fact >= 0}
