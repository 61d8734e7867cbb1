"""Participation for HR: who joined, answered, thanked, and whose customers were heard; numbers that point at nobody."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.params import QueryParameter
from markupsafe import Markup

from dashboards import participation
from dashboards.participation import Row
from service.base.access import Role, require_role
from service.base.web import Tx
from service.figures import keeping
from service.figures.model import Counted, Given, Participation
from service.pages.awaited import awaited
from service.pages.language import Words
from service.pages.page import Seen, View, data
from service.pages.shown import period_name

office = require_role(Role.HR, Role.ADMINISTRATOR, Role.SERVICE)

SHOWN = 100  # lines of departments at a time
Part = Annotated[int, QueryParameter(ge=0, le=1000)]
BINS = ((0, 0), (1, 2), (3, 5), (6, 10), (11, None))  # thanks given by one person


class Line(msgspec.Struct, frozen=True):
    """A row of a table: a group by name, its count as it may be told, and whether it is a part of the one above."""

    name: str
    row: Row
    part: bool = False


class Share(msgspec.Struct, frozen=True):
    """A table and its picture."""

    lines: list[Line]
    figure: Markup


@get("/participation", guards=[office])
async def show_participation(tx: Tx, view: Seen, part: Part = 0) -> Response[str]:
    """Show how many take part, in steps and groups that point at nobody, as of the last month's end.

    Of many departments a part at a time.
    """
    try:
        counts = await keeping.participation(tx)
    except keeping.Awaited as wait:
        return awaited(view, "participation_awaited.html", wait)
    return _counted(view, counts, part)


def _counted(view: View, counts: Participation, part: int) -> Response[str]:
    words = view.words
    zone = view.words.zone
    joined = by_department(counts.joined, words)
    heard = [Line(one.department or "–", one) for one in counts.heard]
    told = slice(part * SHOWN, (part + 1) * SHOWN)
    people, projects = words.say("of the people, per cent"), words.say("of the projects, per cent")
    return view.page(
        "participation.html",
        k=counts.k,
        until=counts.until - timedelta(seconds=1),
        counted_at=counts.counted_at,
        part=part,
        more=max(len(joined), len(heard)) > told.stop,
        joined=_share(words, joined[told], people),
        months=_share(words, [_at(one, _month(one.at, zone, words)) for one in counts.months], people),
        rounds=_share(words, [_at(one, words.date(one.at)) for one in counts.rounds], people),
        thanks=_share(words, spread(counts.given, counts.k, words), people),
        quarters=_share(words, [_at(one, _quarter(one.at, zone, words)) for one in counts.quarters], projects),
        heard=_share(words, heard[told], projects),
    )


def by_department(rows: Sequence[Row], words: Words) -> list[Line]:
    """Put each department, as the sum of its groups, above these: a sum tells nothing that they do not.

    A sum is told only where every group in it is; the groups of nobody's department come last.
    """
    lines: list[Line] = []
    for department in dict.fromkeys(row.department for row in rows):
        groups = [row for row in rows if row.department == department]
        if department is None:
            lines += [Line(words.say("Small teams together"), row) for row in groups]
        elif len(groups) == 1:
            lines.append(Line(_named(department, groups[0].team), groups[0]))
        else:
            lines.append(Line(department, _sum(groups)))
            lines += [Line(row.team or words.say("Small teams together"), row, part=True) for row in groups]
    return lines


def spread(given: Sequence[Given], k: int, words: Words) -> list[Line]:
    """Count people by how many thanks they gave; a class of fewer than `k` people goes together with the next."""
    everybody = sum(one.people for one in given)
    merged: list[tuple[int, int | None, int]] = []
    for low, high in BINS:
        people = sum(one.people for one in given if low <= one.given and (high is None or one.given <= high))
        if merged and merged[-1][2] < k:
            low, _, before = merged.pop()  # noqa: PLW2901 - the class begins where the small one did
            people += before
        merged.append((low, high, people))
    if len(merged) > 1 and merged[-1][2] < k:
        _, high, people = merged.pop()
        low, _, before = merged.pop()
        merged.append((low, high, before + people))
    if everybody < k:
        return []
    return [Line(_class(low, high, words), Row(None, None, everybody, people, people)) for low, high, people in merged]


def _sum(groups: Sequence[Row]) -> Row:
    lows, highs = [row.low for row in groups], [row.high for row in groups]
    told = None not in lows
    low, high = (sum(one or 0 for one in ends) if told else None for ends in (lows, highs))
    return Row(groups[0].department, None, sum(row.people for row in groups), low, high)


def _named(department: str, team: str | None) -> str:
    return f"{department}: {team}" if team else department


def _class(low: int, high: int | None, words: Words) -> str:
    if high is None:
        return words.say("{low} thanks or more").format(low=low)
    return words.say("{low} thanks").format(low=low if low == high else f"{low}–{high}")


def _at(counted: Counted, name: str) -> Line:
    return Line(name, Row(None, None, counted.people, counted.low, counted.high))


def _month(at: datetime, zone: tzinfo, words: Words) -> str:
    last = (at - timedelta(seconds=1)).astimezone(zone)
    return period_name(words, f"month:{last:%Y-%m}")


def _quarter(at: datetime, zone: tzinfo, words: Words) -> str:
    local = at.astimezone(zone)
    return period_name(words, f"quarter:{local.year}Q{(local.month + 2) // 3}")


def _share(words: Words, lines: list[Line], unit: str) -> Share:
    told = {**words.all(participation.WORDS), "measure": unit}
    return Share(lines, data(participation.figure([line.row for line in lines], told)))
