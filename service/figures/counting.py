"""Counts an organization as a whole: who takes part, and who helps whom across departments."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from dashboards import network, participation
from service.base import clock, days, db
from service.figures.model import Counted, Given, Help, Participation, Shared

taking_part = db.load(Path(participation.__file__).with_suffix(".sql"))
helping = db.load(Path(network.__file__).with_suffix(".sql"))

MONTHS = 8  # of joining
ROUNDS = 8
BACK = timedelta(days=730)  # of finished projects
YEAR = timedelta(days=365)  # of thanks and help
TOLD_APART = 12  # departments


async def participation_of(tx: db.Connection, k: int) -> Participation:
    """Count who takes part, as far as it may be told where `k` voices are needed; it takes a while."""
    now, zone = clock.now(), await db.one(tx, taking_part.zone, str)
    ends = month_ends(now.astimezone(ZoneInfo(zone)).date(), ZoneInfo(zone))
    return Participation(
        k,
        now,
        ends[0],
        joined=await db.many(tx, taking_part.by_team, participation.Row, at=ends[0], k=k),
        months=await db.many(tx, taking_part.everybody, Counted, ends=ends, k=k),
        rounds=await db.many(tx, taking_part.rounds, Counted, most=ROUNDS),
        given=await db.many(tx, taking_part.thanked, Given, since=now - YEAR),
        quarters=await db.many(tx, taking_part.heard_by_quarter, Counted, zone=zone, since=now - BACK),
        heard=await db.many(tx, taking_part.heard_by_department, participation.Row, since=now - BACK),
    )


def as_told_before(new: Participation, old: Participation | None) -> Participation:
    """Keep what was told of the same ends of months: who is entered or taken away since would else show at whose count.

    What was not told, because there were too few people, is told anew.
    """
    if old is None:
        return new
    told = {one.at: one for one in old.months if one.low is not None}
    months = [told.get(one.at, one) for one in new.months]
    same = old.until == new.until and any(row.low is not None for row in old.joined)
    return msgspec.structs.replace(new, months=months, joined=old.joined if same else new.joined)


def month_ends(today: date, zone: ZoneInfo) -> Sequence[datetime]:
    """Return the ends of the last months before `today`, the latest first: counts do not move from day to day."""
    ends = []
    first = today.replace(day=1)
    for _ in range(MONTHS):
        ends.append(days.moment(first, time(0), zone))
        first = (first - timedelta(days=1)).replace(day=1)
    return ends


async def help_of(tx: db.Connection, k: int) -> Help:
    """Add up who helped whom in a year, of `k` people or more."""
    now = clock.now()
    names = await db.many(tx, helping.names, str, k=k, most=TOLD_APART)
    rows = await db.many(tx, helping.help, network.Row, k=k, most=TOLD_APART, since=now - YEAR, now=now)
    shared = await db.many(tx, helping.shared, Shared, since=now - YEAR)
    return Help(k, now, names, rows, apart(names, rows, shared))


def apart(names: Sequence[str], rows: Sequence[network.Row], shared: Sequence[Shared]) -> list[Shared]:
    """Return the pairs without help in either direction; those that work together most come first."""
    helped = {frozenset((one.helper, one.helped)) for one in rows}
    together = {frozenset((one.name, one.other)): one.projects for one in shared}
    pairs = [pair for pair in combinations([name for name in names if name], 2) if frozenset(pair) not in helped]
    found = [Shared(*pair, together.get(frozenset(pair), 0)) for pair in pairs]
    return sorted(found, key=lambda one: (-one.projects, one.name, one.other))
