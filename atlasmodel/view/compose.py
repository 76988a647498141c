"""make_view(): the page of one party from a desk; every sentence is data, every figure was worked out before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from atlasmodel.assessment import Assessment
from atlasmodel.govern.check import Check
from atlasmodel.govern.engine import judge, readings_of
from atlasmodel.govern.measures.parties import PARTIES
from atlasmodel.govern.read_checks import builtin_checks
from atlasmodel.govern.reading import Reading, Truth, Verdict, every
from atlasmodel.govern.result import Governance, Result
from atlasmodel.govern.situation import Situation, day
from atlasmodel.model.organisation import Role
from atlasmodel.model.organisation_words import NEVER
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.view.definition import Definition, Entry, Glossary, TableEntry, Views, builtin_glossary, builtin_views
from atlasmodel.view.desk import Desk
from atlasmodel.view.filling import fill, listed, percent
from atlasmodel.view.naming import Names
from atlasmodel.view.page import NO_DATE, Ask, Concern, Table, View
from atlasmodel.view.summary import summary
from atlasmodel.view.tables import TABLES

MOST_ITEMS = 8
_VERDICT: Mapping[Truth, Verdict] = {"yes": "pass", "no": "fail", "unknown": "unknown"}


def make_views(
    situation: Situation,
    report: Governance,
    assessment: Callable[[Pipeline], Assessment],
    names: Iterable[str] | None = None,
    views: Views | None = None,
) -> dict[str, View]:
    """Return the pages of some parties, or of all eight; raise InputError AM196 for a name that is none.

    `assessment` is asked for each pipeline in use; its measures and ends are what the pages tell of it.
    """
    known = views or builtin_views()
    naming = Names(situation, known.words)
    desks = {
        name: Desk(situation, report, assessment, naming, PARTIES[known.of(name).party])
        for name in names or known.views
    }
    return {name: _page(name, known, desk) for name, desk in desks.items()}


def _page(name: str, views: Views, desk: Desk) -> View:
    definition = views.of(name)
    checks = {check.id: check for check in builtin_checks()}
    concerns, asked, good = [], [], []
    for entry in definition.concerns:
        stand = _stand(entry, checks, definition, desk)
        if stand is None:
            continue
        if stand.verdict == "pass":
            good += [fill(entry.good, stand.values.get)] if entry.good else []
            continue
        concerns.append(_concern(entry, stand, desk))
        asked.append(_ask(entry, stand, _role(definition, views, desk), views.find_out, desk))
    asked += _own_asks(definition, views, desk)
    asked.sort(key=lambda ask: (not ask.overdue, ask.by))  # what has no day comes after what has one
    figures = {entry.table: _table(entry, desk) for entry in definition.tables}
    report = desk.report
    page = View(
        view=name,
        reader=definition.reader,
        organisation=report.organisation,
        as_of=report.as_of,
        about=definition.about,
        summary=summary(definition.summary, concerns, asked, desk),
        part=tuple(_part(definition, views, desk)),
        concerns=tuple(concerns),
        asked=tuple(asked),
        figures={key: table for key, table in figures.items() if table.rows},
        in_order=tuple(good),
        glossary={},
        notes=report.notes,
    )
    return page.model_copy(update={"glossary": terms_in(page, builtin_glossary())})


class Stand(NamedTuple):
    """Say how a check stands for a reader, the cases that make it so, and what its sentences may name."""

    verdict: Verdict
    cases: list[Reading]
    values: dict[str, Any]


def _stand(entry: Entry, checks: Mapping[str, Check], definition: Definition, desk: Desk) -> Stand | None:
    """Return how a check stands for a reader, or None where it does not concern them."""
    result = next((one for one in desk.report.results if one.check == entry.check), None)
    if result is None or result.result == "not_applicable":
        return None
    check = checks[entry.named_by or entry.check]
    readings = readings_of(check, desk.situation)
    verdict: Verdict = result.result
    if entry.mine:
        functions = set(PARTIES[definition.party])
        readings = tuple(
            one for one in readings if one.at == definition.party or functions & desk.names.functions(one.at)
        )
        if not readings:
            return None
        verdict = _VERDICT[every(judge(check, one) for one in readings)]
    wanted = {"fail": "no", "pass": "yes"}.get(verdict, "unknown")
    cases = [one for one in readings if judge(check, one) == wanted]
    question = {"question": checks[entry.check].question}
    return Stand(verdict, cases, _numbers(cases, readings, result, desk) | question)


def _numbers(cases: list[Reading], readings: Iterable[Reading], result: Result, desk: Desk) -> dict[str, Any]:
    value = result.value
    facts = dict.fromkeys(reason.fact for one in cases for reason in one.because)
    return {
        "names": listed(list(dict.fromkeys(desk.names.name(one.at) for one in cases))),
        "count": len(cases),
        "all": len(tuple(readings)),
        "percent": percent(value.low, value.high) if value else None,
        "low": value.low if value else None,
        "high": value.high if value else None,
        "facts": listed([desk.names.told(fact) for fact in facts]),
    }


def _concern(entry: Entry, stand: Stand, desk: Desk) -> Concern:
    listed_ones = [fill(entry.each, partial(_of_case, one, entry, desk)) for one in stand.cases] if entry.each else []
    sentence = entry.fail if stand.verdict == "fail" else entry.unknown or "Too little is on record to answer this."
    return Concern(
        check=entry.check,
        title=entry.title,
        result=stand.verdict,
        says=fill(sentence, stand.values.get),
        items=tuple(listed_ones[:MOST_ITEMS]),
        more=max(0, len(listed_ones) - MOST_ITEMS),
        why=entry.why,
    )


def _of_case(case: Reading, entry: Entry, desk: Desk, name: str) -> Any:
    """Return what a sentence on one case may name: itself, what it lacks, its reasons, its row, its own fields."""
    names, at = desk.names, case.at
    known: dict[str, Callable[[], Any]] = {
        "name": lambda: names.name(at),
        "owner": lambda: names.owner(at) or "nobody on record",
        "lacks": lambda: listed([words for field, words in entry.lacks.items() if _missing(names.value(at, field))]),
        "facts": lambda: "; ".join(dict.fromkeys(names.told(reason.fact) for reason in case.because)),
    }
    if name in known:
        return known[name]()
    value = case.row[name] if name in case.row else names.value(at, name)
    if isinstance(value, str):
        return names.name(value)
    return [names.name(str(one)) for one in value] if isinstance(value, tuple | list) else value


def _missing(value: Any) -> bool:
    return value is None or value is False or value == NEVER or value in ("none", ())


def _ask(entry: Entry, stand: Stand, role: str, find_out: str, desk: Desk) -> Ask:
    pattern = entry.do if stand.verdict == "fail" else entry.find_out or find_out
    days = sorted(
        str(value)
        for case in stand.cases
        for field in entry.by
        if day(value if isinstance(value := desk.names.value(case.at, field), str) else None)
    )
    today = desk.report.as_of
    return Ask(
        what=fill(pattern, stand.values.get),
        by=days[0] if days else NO_DATE,
        overdue=bool(days and today and days[0] < today),
        why=entry.why,
        check=entry.check,
        role=role,
    )


def _role(definition: Definition, views: Views, desk: Desk) -> str:
    """Return the first role of a party, or that nobody is named."""
    for role in _roles(definition, desk):
        return role.title or role.id
    return fill(views.part.nobody, {"party": desk.names.word(definition.party)}.get)


def _part(definition: Definition, views: Views, desk: Desk) -> Iterator[str]:
    """Yield what the file says of the reader's own roles: over what, whether accepted, whether trained."""
    if desk.situation.organisation.roles is None:
        return
    names, say, mine = desk.names, views.part, _roles(definition, desk)
    for role in mine:
        over = list(dict.fromkeys((*role.accountable, *role.responsible)))
        values = {
            "title": role.title or role.id,
            "over": listed([names.name(name.partition(":")[2] or name) for name in over]),
            "on": role.acknowledged_on,
            "trained": role.trained_on,
        }
        signed = say.signed if day(role.acknowledged_on) else say.unsigned
        trained = say.trained if day(role.trained_on) else say.untrained if role.trained_on == NEVER else ""
        patterns = (say.over if over else say.holds, signed, trained)
        yield " ".join(fill(pattern, values.get) for pattern in patterns if pattern)
    if not mine:
        yield fill(say.none, {"party": names.word(definition.party)}.get)


def _own_asks(definition: Definition, views: Views, desk: Desk) -> Iterator[Ask]:
    """Yield what a reader is asked about roles of their own that nobody accepted, or that nobody was trained for."""
    for role in _roles(definition, desk):
        for event, ask in ((role.acknowledged_on, views.part.ask_sign), (role.trained_on, views.part.ask_train)):
            if event == NEVER or (event is None and ask is views.part.ask_sign):
                yield Ask(
                    what=fill(ask, {"title": role.title or role.id}.get),
                    by=NO_DATE,
                    overdue=False,
                    why=views.part.why,
                    check="FUNCTIONS-KNOW-ROLE",
                    role=role.title or role.id,
                )


def _roles(definition: Definition, desk: Desk) -> list[Role]:
    functions = PARTIES[definition.party]
    return [role for role in desk.situation.organisation.roles or () if role.function in functions]


def _table(entry: TableEntry, desk: Desk) -> Table:
    rows = tuple(TABLES[entry.table](desk))
    return Table(
        title=entry.title,
        columns=entry.columns,
        rows=rows[: entry.most],
        more=max(0, len(rows) - entry.most),
        note=entry.note or None,
    )


def terms_in(view: View, glossary: Glossary) -> dict[str, str]:
    """Return the terms of a glossary that a page uses, with their meanings, by term."""
    concerns = (text for one in view.concerns for text in (one.title, one.says, *one.items, one.why))
    tables = (text for table in view.figures.values() for text in (table.title, *table.columns, table.note or ""))
    cells = (str(cell) for table in view.figures.values() for row in table.rows for cell in row.values())
    asks = (one.what for one in view.asked)
    text = " ".join((view.about, *view.summary, *view.part, *concerns, *asks, *tables, *cells, *view.in_order)).lower()
    return {
        name: term.meaning
        for name, term in sorted(glossary.terms.items(), key=lambda item: item[0].lower())
        if any(re.search(rf"(?<!\w){re.escape(form.lower())}(?!\w)", text) for form in (name, *term.also))
    }
