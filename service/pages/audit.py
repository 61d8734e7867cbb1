"""The audit log for HR and administrators: who looked at whom, searched by name and by what was done; and as a file."""

import re
from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import QueryParameter

from service.base import db
from service.base.access import Role, require_role
from service.base.paging import NEWEST
from service.base.web import AUDITED, After, Cut, Me, Tx, page
from service.pages.language import Words
from service.pages.page import Seen, as_typed
from service.rights import reading

sql = db.load(Path(__file__).with_suffix(".sql"))
overseers = require_role(Role.HR, Role.ADMINISTRATOR)
Searched = Annotated[str, QueryParameter(max_length=200)]

SHOWN = 50
MOST_MEANT = 200  # people that a search may mean
# English here, Finnish in locale/fi.po.
ACTIONS = {
    "view_standing": "looked at scores",
    "view_page": "looked at a person’s page",
    "view_team": "looked at the scores of a team",
    "view_brief": "read a brief before a talk",
    "view_preview": "looked at a preview of another policy",
    "view_contest": "read a contest",
    "decide_contest": "decided on a contest",
    "export": "exported the organization",
    "import": "imported an exchange folder",
    "export_audit": "exported this log",
    "export_people": "exported the list of people",
    "export_scores": "exported scores",
    "export_projects": "exported projects and satisfaction",
    "export_badges": "exported badges",
    "export_evidence": "exported open evidence",
    "erase": "erased a person",
    "add_person": "added a person",
    "change_person": "changed a person’s entry",
    "change_team": "changed a team",
    "change_membership": "changed who is in a team",
}
ROLES = {
    "employee": "lead of the team",  # who leads a team need not hold the role
    "lead": "lead of the team",
    "hr": "HR",
    "administrator": "administrator",
    "service": "a program",
    "operator": "the operator of the service",
}
PURPOSES = {
    "leading": "leading the team",
    "personnel": "personnel matters",
    "administration": "administration",
    "integration": "another system",
    "contest": "deciding on a contest",
    "operation": "running the service",
}
# What our own code writes as details; an erasure's are the operator's own words.
IMPORTED = re.compile(
    r"added (?P<added>\d+), corrected (?P<corrected>\d+), left out (?P<left>\d+)(?P<rest>.*)", re.DOTALL
)
ASSUMED = re.compile(r", assumed (?P<consents>\d+) consents: (?P<why>.*)", re.DOTALL)
EXPORTED = re.compile(r"to (?P<path>.+)", re.DOTALL)


class Entry(msgspec.Struct, frozen=True):
    """One look or export; without an actor a program's, without a subject one at everybody."""

    id: UUID
    at: datetime
    actor: str | None
    role: str
    action: str
    subject: str | None
    purpose: str | None
    detail: str | None


@get("/audit", guards=[overseers])
async def show_log(tx: Tx, view: Seen, q: Searched = "", action: Searched = "", after: After = None) -> Response[str]:
    """Show who looked at whom, the newest first."""
    await db.one(tx, reading.sql.read_all, str)
    chosen = action if action in ACTIONS else None
    query, given = await _search(tx, q, chosen)
    found = await page(tx, query, Entry, Cut(after, SHOWN, NEWEST), **given)
    kept = {key: value for key, value in {"q": q, "action": chosen}.items() if value}
    return view.page(
        "audit.html",
        entries=found.items,
        older=f"/audit?{urlencode(kept | {'after': found.next})}" if found.next else "",
        newest=f"/audit?{urlencode(kept)}" if after else "",
        file=f"/audit/export?{urlencode(kept)}",
        q=q,
        chosen=chosen,
        actions=ACTIONS,
        roles=ROLES,
        purposes=PURPOSES,
        told=lambda one: told(one.action, one.detail or "", view.words),
    )


def told(action: str, detail: str, words: Words) -> str:
    """Say the details of a row in the reader's language, as far as they are our own code's; the row itself stays."""
    if action == "export" and (found := EXPORTED.fullmatch(detail)):
        return words.say("to %(path)s") % found.groupdict()
    if action != "import" or not (found := IMPORTED.fullmatch(detail)):
        return detail
    said = words.say("added %(added)s, corrected %(corrected)s, left out %(left)s") % found.groupdict()
    if assumed := ASSUMED.fullmatch(found["rest"]):
        return said + words.say(", assumed %(consents)s consents: %(why)s") % assumed.groupdict()
    return said + found["rest"]


@get("/audit/export", guards=[overseers], opt=AUDITED)
async def export_log(tx: Tx, me: Me, q: Searched = "", action: Searched = "") -> Response[str]:
    """Hand out the newest rows of what was searched as CSV; that it was taken along is the log's newest row."""
    await reading.take_the_log_along(tx, me)
    query, given = await _search(tx, q, action if action in ACTIONS else None)
    rows = await db.many(tx, query, Entry, after_key=None, after_id=None, most=reading.MOST_EXPORTED, **given)
    headers = {"content-disposition": 'attachment; filename="audit.csv"'}
    return Response(reading.as_csv(Entry, rows), media_type="text/csv", headers=headers)


async def _search(tx: Tx, q: str, action: str | None) -> tuple[db.Query, dict[str, object]]:
    """Return the query of what was typed and chosen, and what it takes."""
    wanted = as_typed(q)
    if not wanted:
        return sql.log, {"action": action}
    people = await db.many(tx, sql.meant, UUID, wanted=wanted, most=MOST_MEANT)
    return sql.log_of, {"action": action, "people": people}
