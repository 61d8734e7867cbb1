"""Who helps whom across departments, and where nobody does: told of many people or not at all."""

from litestar import Response, get

from dashboards import network
from service.base.web import Me, Tx
from service.figures import keeping
from service.pages import lead
from service.pages.awaited import awaited
from service.pages.lead import Teams
from service.pages.page import Seen, data


@get("/team/help", guards=[lead.LEADING])
async def show_help(tx: Tx, me: Me, view: Seen, team: lead.Wanted = "") -> Response[str]:
    """Show the network of help of the whole organization; the reader's own departments stand out."""
    teams = await lead.teams_of(tx, me, team)
    try:
        found = await keeping.help_given(tx)
    except keeping.Awaited as wait:
        return awaited(view, "lead_help_awaited.html", wait, teams=teams)
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
