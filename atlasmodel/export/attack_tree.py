"""Draw the attack tree of a goal: goal on top, steps as boxes, choices as ellipses, countermeasures beside their steps.

It reads in black and white: every difference is one of shape, line or word as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from atlasmodel.attack.tree import AttackTree, StepLabel
from atlasmodel.export.dot import FONT, INK, MUTED, attributes, badge, cell, lines, table, text
from atlasmodel.export.sketch import Sketch, sketch
from atlasmodel.export.words import fact_words

WIDTH = 27  # characters a line
PADDING = 4  # points; browsers set bold letters wider than Graphviz measures them
MOST_AGAINST = 2  # countermeasures drawn at a step
GREEN = "#dcecdc"


def tree_dot(tree: AttackTree) -> str:
    """Return the drawing of a tree as DOT, small enough for an A4 page."""
    root = sketch(tree)
    marks = _marks(root)
    head = attributes(
        rankdir="TB", fontname=FONT, fontsize=9, fontcolor=INK, labelloc="b", nodesep=0.18, ranksep=0.32,
        size="10.9,10.9", margin=0.1, label=_caption(tree, root),
    )  # fmt: skip
    body = [
        "digraph {",
        f"  graph {head}",
        f"  node {attributes(fontname=FONT, fontsize=9, fontcolor=INK, color=INK, shape='plain')}",
        f"  edge {attributes(fontname=FONT, fontsize=7.5, fontcolor=MUTED, color=INK, arrowhead='none')}",
    ]
    names: dict[int, str] = {}
    for number, item in enumerate(root.walk()):
        names[id(item)] = f"n{number}"
        body.append(f"  n{number} {_node(item, tree, marks)}")
    for item in root.walk():
        body += [f"  {names[id(item)]} -> {names[id(child)]} {_line(child, tree)}" for child in item.children]
        if item.kind == "step":
            body += _against(names[id(item)], tree.step(item.node))
    return "\n".join([*body, "}"]) + "\n"


def _marks(root: Sketch) -> dict[str, str]:
    """Return a letter for each fact that is referred to from elsewhere in the drawing."""
    home = {fact: item for item in root.walk() for fact in item.facts}
    letters: dict[int, str] = {}
    marks = {}
    for item in root.walk():
        if item.kind == "again" and item.node.id in home:
            target = id(home[item.node.id])
            marks[item.node.id] = letters.setdefault(target, _letter(len(letters)))
    return marks


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else str(number - 25)


def _node(item: Sketch, tree: AttackTree, marks: Mapping[str, str]) -> str:
    mark = next((marks[fact] for fact in item.facts if fact in marks), None)
    if item.kind == "goal":
        return attributes(label=_goal(item, tree))
    if item.kind == "step":
        return attributes(label=_step(item, tree.step(item.node), mark))
    if item.kind == "or":
        words = cell(text("any of", bold=True)) + (badge(mark) if mark else "")
        return attributes(label=_rows([words]), shape="ellipse", margin="0.03,0.01", height=0.3)
    if item.kind == "cut":
        return attributes(label=f"<{text(f'{item.more} ways, see the text', size=8)}>", shape="box", style="dotted")
    held = cell(lines(" or ".join(fact_words(tree.fact(fact)) for fact in item.node.id.split(" | ")), WIDTH, 4, size=8))
    if item.kind == "start":
        words, style = text("held at the start", size=7.5, bold=True), '"rounded,bold"'
    else:
        words, style = text(f"see {marks.get(item.node.id, 'the text')}", bold=True), '"rounded,dashed"'
    return attributes(label=_rows([cell(words), held]), shape="box", style=style, margin="0.05,0.02")


def _rows(rows: list[str]) -> str:
    return table(rows, border=0, cellborder=0, cellspacing=0, cellpadding=1)


def _goal(item: Sketch, tree: AttackTree) -> str:
    place = item.node.id.partition("@")[2]
    name = tree.places.get(place, place)
    rows = [
        cell(text("GOAL", size=7.5, bold=True, colour="white")),
        cell(lines(tree.meaning or item.node.id, 44, size=11, bold=True, colour="white")),
        cell(text(f"at {name}", colour="white")),
    ]
    return table(rows, border=2, cellborder=0, cellspacing=0, cellpadding=PADDING, bgcolor=INK)


def _step(item: Sketch, label: StepLabel, mark: str | None) -> str:
    """Return a box: the technique, what is done, where and how likely."""
    prepared = label.place == "adversary"
    technique = " ".join(word for word in (label.technique, label.technique_name) if word) or "spreads by itself"
    chance = f"p {label.probability:.2g}" if label.probability < 1 else "certain"
    place = "off the system" if prepared else label.place

    def row(words: str, **style: str | float) -> str:
        return cell(words, align="left", balign="left", **style)

    head = lines(technique, WIDTH + 6, left=True, size=7.5, colour=MUTED)
    span = {"colspan": 2} if mark else {}
    rows = [
        row(head, border=0, width=110 if mark else 0) + (badge(mark) if mark else ""),
        row(lines(label.title, WIDTH, left=True, bold=True), border=0, **span),
        row(lines(f"{place}, {chance}", WIDTH + 4, left=True, size=8), border=0, **span),
    ]
    if len(item.children) > 1:
        rows.append(cell(text("needs all of", size=7.5, bold=True), border=1, sides="T", **span))
    shade = "#eeeeee" if prepared else "white"
    return table(rows, border=1, cellborder=0, cellspacing=0, cellpadding=PADDING, bgcolor=shade)


def _against(step: str, label: StepLabel) -> list[str]:
    """Return the countermeasures of a step as nodes of their own on dotted lines, as attack-defence trees do."""
    left = len(label.measures) - MOST_AGAINST
    words = [("against it", f"{measure.name} ({measure.state})") for measure in label.measures[:MOST_AGAINST]]
    words += [("against it", f"+{left} more")] if left > 0 else []
    words += [("could be added", label.suggestion)] if label.suggestion else []
    found, line = [], attributes(style="dotted", color="#2e6b2e")
    for number, (what, name) in enumerate(words):
        held = [cell(text(what, size=7.5, bold=True)), cell(lines(name, 20, 4, size=8))]
        style = '"dashed,filled"' if what == "could be added" else "filled"
        colour = "white" if what == "could be added" else GREEN
        look = attributes(
            label=_rows(held), shape="box", style=style, fillcolor=colour, color="#2e6b2e", margin="0.04,0.02"
        )
        found += [f"  {step}d{number} {look}", f"  {step} -> {step}d{number} {line}"]
    return found


def _line(child: Sketch, tree: AttackTree) -> str:
    """Return the line to a node, with the certain steps that were folded into it and the ways left out."""
    places = dict.fromkeys(tree.step(node).place for node in child.through)
    rows = [cell(lines(f"by way of {', '.join(places)}", 22, left=True), align="left", balign="left")] if places else []
    if child.more and child.kind != "cut":
        rows.append(cell(text(f"+{child.more} more ways", bold=True), align="left"))
    return attributes(label=_rows(rows)) if rows else ""


def _caption(tree: AttackTree, root: Sketch) -> str:
    left_out = sum(item.more for item in root.walk())
    cut = f"{left_out} further ways are left out here; the text tree has more." if left_out else "Nothing is left out."
    words = [
        text(f"{tree.pipeline}: attack tree for {tree.adversary}" if tree.pipeline else "Attack tree", bold=True),
        text("Read from the goal down. Box: a step, which needs everything below it. Ellipse: one of these is enough."),
        text("Grey: done off the system. Rounded: held at the start. p: chance that the step works. "
             "See A: drawn in full at A."),
        text(f"Green, on a dotted line: what stands against a step; dashed frame: what could. {cut}"),
    ]  # fmt: skip
    rows = [cell(line, align="left") for line in words]
    return table(rows, border=0, cellspacing=0, cellpadding=1)
