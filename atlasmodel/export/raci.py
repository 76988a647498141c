"""The organisation around a pipeline as a map: who is responsible, accountable, consulted and informed over what."""

from __future__ import annotations

from collections.abc import Mapping

from atlasmodel.assessment import Assessment
from atlasmodel.errors import InputError, Problem
from atlasmodel.export.dot import FONT, INK, MUTED, attributes, cell, lines, table, text
from atlasmodel.export.words import places
from atlasmodel.model.organisation import Organisation, Role

LETTERS = {"R": "responsible", "A": "accountable", "C": "consulted", "I": "informed"}
SHADE = {"R": ("#8fb4d9", INK), "A": ("#1f3f63", "white"), "C": ("#e8eef5", INK), "I": ("#ffffff", INK)}
MOST = 120  # things; more cannot be read


def raci_dot(assessment: Assessment) -> str:
    """Return the map as DOT: a row for each component or duty, a column for each role.

    Raises InputError AM313 where no organisation with roles belongs to the pipeline, AM155 for a document read back.
    """
    around = assessment.inputs.pipeline.around
    if around is None or not around.roles:
        hint = "name an organisation with `roles:` in the pipeline file"
        raise InputError(Problem("AM313", "no roles are described around this pipeline", hint=hint))
    names = places(assessment)
    things = _things(around, assessment)
    stages = {row["id"]: f"stage:{row['stage']}" for row in assessment.pipeline.components if row.get("stage")}
    heads = cell(text("over what", size=9, colour=MUTED), align="left") + "".join(
        cell(lines(role.title or role.id, 14, 3, bold=True), width=70) for role in around.roles
    )
    rows = [
        cell(lines(_spoken(thing, names), 34, 2, left=True), align="left", balign="left")
        + "".join(_mark(role, {thing, stages.get(thing, thing)}) for role in around.roles)
        + _gap(around, {thing, stages.get(thing, thing)})
        for thing in things[:MOST]
    ]
    signs = " ".join(f"{letter}: {word}." for letter, word in LETTERS.items())
    left_out = f" {len(things) - MOST} further rows are left out." if len(things) > MOST else ""
    told = f"{around.name}: who answers for what in {assessment.pipeline.name}. {signs}{left_out}"
    foot = cell(
        lines(told, 100, left=True, size=9), align="left", balign="left", border=0, colspan=len(around.roles) + 2
    )
    label = table([heads + cell(""), *rows, foot], border=0, cellborder=1, cellspacing=0, cellpadding=4)
    page = attributes(fontname=FONT, margin=0.15, size="16,10.9")
    node = attributes(fontname=FONT, fontsize=10, fontcolor=INK, shape="plain")
    return f"digraph {{\n  graph {page}\n  node {node}\n  n0 {attributes(label=label)}\n}}\n"


def _things(around: Organisation, assessment: Assessment) -> list[str]:
    """Return what the rows stand for: every component of the pipeline, then the other things that roles name."""
    named = dict.fromkeys(
        thing for role in around.roles or () for word in LETTERS.values() for thing in getattr(role, word)
    )
    components = [row["id"] for row in assessment.pipeline.components]
    return [*components, *(thing for thing in named if ":" in thing)]


def _mark(role: Role, names: set[str]) -> str:
    found = [letter for letter, word in LETTERS.items() if any(_is(over, names) for over in getattr(role, word))]
    if not found:
        return cell("")
    colour, ink = SHADE[found[0] if "A" not in found else "A"]
    return cell(text("/".join(found), bold=True, colour=ink), bgcolor=colour)


def _is(over: str, names: set[str]) -> bool:
    """Tell whether a role over something is over a thing: by `*`, its id, `pipeline/id`, or the stage it stands in."""
    return over == "*" or over in names or over.rpartition("/")[2] in names


def _gap(around: Organisation, names: set[str]) -> str:
    """Return a cell that says where no role is accountable, or several are."""
    accountable = sum(any(_is(over, names) for over in role.accountable) for role in around.roles or ())
    if accountable == 1:
        return cell("")
    return cell(text(f"{accountable or 'no role'} accountable", size=9))


def _spoken(thing: str, names: Mapping[str, str]) -> str:
    kind, _, name = thing.rpartition(":")
    return f"{kind}: {name.replace('_', ' ')}" if kind else names.get(thing, thing)
