"""Grow the attack tree of a goal from the graph: cheapest ways first, nothing that rests on itself, within bounds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from math import inf

from atlasmodel.attack.hypergraph import Hypergraph, Move
from atlasmodel.attack.tree import Kind, TreeNode

DEEPEST, WIDEST = 64, 100  # what may be asked for: what grows and draws a tree goes down step by step


def grow_tree(moves: Iterable[Move], starts: Collection[str], goal: str, depth: int = 12, width: int = 3) -> TreeNode:
    """Return the tree of a goal: at most `width` ways to each fact, cheapest first, at most `depth` steps down.

    Both are bounded by DEEPEST and WIDEST.

    >>> moves = [Move("a", (("s",),), ("x",), 1.0), Move("b", (("x",), ("y",)), ("g",), 1.0)]
    >>> [node.id for node in grow_tree(moves, {"s", "y"}, "g").walk()]
    ['g', 'b', 'x', 'a', 's', 'y']
    """
    grower = _Grower(Hypergraph(moves, starts, goal), min(depth, DEEPEST), min(width, WIDEST))
    return replace(grower.fact(grower.graph.goal, frozenset()), kind="start" if goal in starts else "goal")


class _Grower:
    """Expand facts and steps, remembering what was shown."""

    def __init__(self, graph: Hypergraph, depth: int, width: int) -> None:
        self.graph, self.depth, self.width = graph, depth, width
        self.starts = frozenset(graph.start)
        self.costs = graph.relax(additive=True).cost
        self.shown: set[int] = set()

    def fact(self, fact: int, above: frozenset[int]) -> TreeNode:
        kind: Kind = "start" if fact in self.starts else "fact"
        name = self.graph.facts[fact]
        if fact in self.starts or fact in self.shown:
            return TreeNode(kind, name, shared=fact not in self.starts)
        above |= {fact}
        # What can be had without the facts above, so that nothing rests on itself.
        held = self.graph.reach(without=above)
        ways = [move for move in self.graph.gained[fact] if self._possible(move, held)]
        ways.sort(key=self._cost)
        if len(above) > self.depth:
            return TreeNode(kind, name, left_out=len(ways))
        self.shown.add(fact)
        children = tuple(self.step(move, above, held) for move in ways[: self.width])
        return TreeNode(kind, name, children, left_out=max(0, len(ways) - self.width))

    def step(self, move: int, above: frozenset[int], held: Collection[int]) -> TreeNode:
        clauses = dict.fromkeys(tuple(self.graph.clauses[clause]) for clause in self.graph.clauses_of(move))
        children = dict.fromkeys(self._options(clause, held) for clause in clauses)
        return TreeNode("step", self.graph.moves[move].id, tuple(self.clause(options, above) for options in children))

    def clause(self, options: tuple[int, ...], above: frozenset[int]) -> TreeNode:
        # What the adversary holds already leaves no reason to work for another alternative.
        if len(options) == 1 or options[0] in self.starts:
            return self.fact(options[0], above)
        children = tuple(self.fact(fact, above) for fact in options[: self.width])
        name = " | ".join(self.graph.facts[fact] for fact in options)
        return TreeNode("any", name, children, left_out=max(0, len(options) - self.width))

    def _options(self, clause: Iterable[int], held: Collection[int]) -> tuple[int, ...]:
        """Return the facts that can meet a clause, those held first, then the cheapest; of those held one is enough."""
        options = [fact for fact in clause if fact in held]
        options.sort(key=lambda fact: (fact not in self.starts, self.costs[fact], self.graph.facts[fact]))
        return tuple(options[:1] if options[0] in self.starts else options)

    def _possible(self, move: int, held: Collection[int]) -> bool:
        clauses = (self.graph.clauses[clause] for clause in self.graph.clauses_of(move))
        return all(any(fact in held for fact in clause) for clause in clauses)

    def _cost(self, move: int) -> tuple[float, str]:
        clauses = (self.graph.clauses[clause] for clause in self.graph.clauses_of(move))
        needs = sum(min((self.costs[fact] for fact in clause), default=inf) for clause in clauses)
        return needs + self.graph.weight[move], self.graph.moves[move].id
