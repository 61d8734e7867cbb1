"""Who helps whom across departments, and where nobody does: told of many people or not at all."""

import time
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import msgspec
from litestar import Request, Response, get

from dashboards import network
from dashboards.network import Row
from service.base import clock, db
from service.base.web import Me, Tx
from service.pages import lead, shown
from service.pages.lead import Teams
from service.pages.page import Seen, data

chart = db.load(Path(network.__file__).with_suffix(".sql"))

LATELY = timedelta(days=365)
TOLD_APART = 12  # departments
KEPT_SECONDS = 600.0  # a year of help hardly changes in ten minutes, and adding it up takes a moment
MOST_KEPT = 500  # organizations


class Shared(msgspec.Struct, frozen=True):
    """How many projects of the year had people of both departments."""

    name: str
    other: str
    projects: int


class Apart(msgspec.Struct, frozen=True):
    """Two departments between which no help is on record."""

    name: str
    other: str
    projects: int  # that both had people in


class Help(msgspec.Struct, frozen=True):
    """The year's help of an organization."""

    k: int
    names: list[str]
    rows: list[Row]
    apart: list[Apart]


@get("/team/help", guards=[lead.LEADING])
async def show_help(
    request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen, team: lead.Wanted = None
) -> Response[str]:
    """Show the network of help of the whole organization; the reader's own departments stand out."""
    teams = await lead.teams_of(tx, me, team)
    found = await _kept(request, tx, me.organization_id)
    mine = _mine(teams)
    words = view.words.all(network.WORDS)
    return view.page(
        "lead_help.html",
        teams=teams,
        help=found,
        mine=mine,
        nearest=[one for one in found.rows if one.helper in mine or one.helped in mine],
        figure=data(network.figure(found.rows, words, found.names, mine)) if len(found.names) > 1 else None,
        rest=words["rest"],
    )


def _mine(teams: Teams | None) -> list[str]:
    """Return the departments of the teams that the reader leads, else of the one that is shown."""
    if teams is None:
        return []
    led = [one for one in teams.all if one.own] or [teams.shown]
    return [one.department for one in led if one.department]


async def _kept(request: Request[Any, Any, Any], tx: db.Connection, organization_id: UUID) -> Help:
    """Return what was added up at most ten minutes ago; the same for every reader of an organization."""
    state = request.app.state
    if "help" not in state:
        state["help"] = {}
    kept = cast("dict[UUID, tuple[float, Help]]", state["help"])
    at, found = kept.get(organization_id, (float("-inf"), None))
    if found is not None and time.monotonic() - at < KEPT_SECONDS:
        return found
    if len(kept) >= MOST_KEPT:
        kept.clear()
    fresh = await help_of(tx)
    kept[organization_id] = (time.monotonic(), fresh)
    return fresh


async def help_of(tx: db.Connection) -> Help:
    """Add up who helped whom in a year, and between whom nobody did."""
    now, k = clock.now(), lead.promised_k(await shown.newest_run(tx))
    since = now - LATELY
    names = await db.many(tx, chart.names, str, k=k, most=TOLD_APART)
    rows = await db.many(tx, chart.help, Row, k=k, most=TOLD_APART, since=since, now=now)
    shared = await db.many(tx, chart.shared, Shared, since=since)
    return Help(k, names, rows, apart(names, rows, shared))


def apart(names: list[str], rows: list[Row], shared: list[Shared]) -> list[Apart]:
    """Return the pairs without help in either direction; those that work together most come first."""
    helped = {frozenset((one.helper, one.helped)) for one in rows}
    together = {frozenset((one.name, one.other)): one.projects for one in shared}
    pairs = [pair for pair in combinations([name for name in names if name], 2) if frozenset(pair) not in helped]
    found = [Apart(*pair, together.get(frozenset(pair), 0)) for pair in pairs]
    return sorted(found, key=lambda one: (-one.projects, one.name, one.other))
