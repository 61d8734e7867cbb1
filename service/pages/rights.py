"""My rights as pages: who looked at me and what for, and my data as a file."""

from collections.abc import Sequence
from datetime import tzinfo

import msgspec
from litestar import MediaType, Response, get

from service.base.paging import NEWEST
from service.base.web import Cut, Me, Tx
from service.pages.page import Seen
from service.rights import reading
from service.rights.model import Look, MyData
from service.talks import actions as talks

SHOWN = 100
# English here, Finnish in locale/fi.po.
ROLES = {
    "lead": "Your lead",
    "employee": "Your lead",  # who leads a team need not hold the role
    "hr": "HR",
    "administrator": "An administrator",
    "service": "A program",
    "operator": "The operator of the service",
}
PURPOSES = {
    "leading": "leading the team",
    "personnel": "personnel matters",
    "administration": "administration",
    "integration": "another system",
    "contest": "settling a contested matter",
    "operation": "running the service",
}
ACTIONS = {
    "view_standing": "your scores and what they are made of",
    "view_page": "your scores and what they are made of",
    "view_team": "your scores among those of your team",
    "view_brief": "a brief before a talk with you",
    "view_preview": "what your scores would be, in a preview of another policy",
    "view_contest": "what you contested",
    "decide_contest": "what you contested, and decided on it",
    "erase": "everything, to erase it",
    "add_person": "your entry in the list of people, and added it",
    "change_person": "your entry in the list of people, and changed it",
    "change_membership": "your part in a team, and changed it",
    "export": "everything, in an export of the whole organization",
    "export_people": "the list of people, teams and levels, in an export",
    "export_scores": "the released scores of those who are seen on boards, in an export",
    "export_badges": "the badges of everybody, in an export",
    "export_evidence": "thanks and what customers said, in an export",
}


class Looks(msgspec.Struct):
    """The newest of looks that are alike, and how many there were on its day."""

    newest: Look
    times: int = 0


def by_day(looks: Sequence[Look], zone: tzinfo) -> list[Looks]:
    """Put together what the same role did for the same purpose on one day; newest first, as `looks` are."""
    days: dict[tuple[object, ...], Looks] = {}
    for one in looks:
        key = (one.at.astimezone(zone).date(), one.role, one.action, one.purpose)
        days.setdefault(key, Looks(one)).times += 1
    return list(days.values())


@get("/who-looked")
async def show_looks(tx: Tx, me: Me, view: Seen) -> Response[str]:
    """Show who looked at the reader's confidential data, newest first."""
    looks = (await reading.looks(tx, me.person(), Cut(None, SHOWN, NEWEST))).items
    held = await talks.with_me(tx, me)
    return view.page(
        "who_looked.html",
        looks=by_day(looks, view.words.zone),
        talks=held,
        roles=ROLES,
        purposes=PURPOSES,
        actions=ACTIONS,
    )


@get("/settings/my-data")
async def download_my_data(tx: Tx, me: Me) -> Response[MyData]:
    """Hand the reader everything that is kept about them, as a file."""
    headers = {"content-disposition": 'attachment; filename="my-talkoot-data.json"'}
    return Response(await reading.my_data(tx, me.person()), media_type=MediaType.JSON, headers=headers)
