"""Who helps whom across departments, and where nobody does: told of many people or not at all."""

from itertools import combinations

import msgspec
from litestar import Response, get

from dashboards import network
from service.base.web import Me, Tx
from service.figures import keeping
from service.figures.model import Help
from service.pages import lead
from service.pages.lead import Teams
from service.pages.page import Seen, data


class Apart(msgspec.Struct, frozen=True):
    """Two departments between which no help is on record."""

    name: str
    other: str
    projects: int  # that both had people in


@get("/team/help", guards=[lead.LEADING])
async def show_help(tx: Tx, me: Me, view: Seen, team: lead.Wanted = "") -> Response[str]:
    """Show the network of help of the whole organization; the reader's own departments stand out."""
    teams = await lead.teams_of(tx, me, team)
    found = await keeping.help_given(tx)
    mine = _mine(teams)
    words = view.words.all(network.WORDS)
    return view.page(
        "lead_help.html",
        teams=teams,
        help=found,
        apart=apart(found),
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


def apart(found: Help) -> list[Apart]:
    """Return the pairs without help in either direction; those that work together most come first."""
    helped = {frozenset((one.helper, one.helped)) for one in found.rows}
    together = {frozenset((one.name, one.other)): one.projects for one in found.shared}
    pairs = [pair for pair in combinations([name for name in found.names if name], 2) if frozenset(pair) not in helped]
    alone = [Apart(*pair, together.get(frozenset(pair), 0)) for pair in pairs]
    return sorted(alone, key=lambda one: (-one.projects, one.name, one.other))
