"""The page of exports: choose what and what for, take the file, and see what was taken before."""

from collections.abc import Container
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream

from service.base import db
from service.base.errors import Invalid
from service.base.paging import BY_ASKING
from service.base.web import After, Cut, Me, Tx, page
from service.exports import actions
from service.exports.actions import sql
from service.exports.model import Export, Format, NewExport, What
from service.exports.routes import EXPORTING, Files, office, send_file
from service.pages.page import Seen, View, own_fields, read, redirect
from service.pages.rights import PURPOSES

SHOWN = 20  # exports of a page
# English here, Finnish in locale/fi.po: what it is called, and what is in it.
WHAT = {
    What.PEOPLE: (
        "People and levels",
        "Everybody who works here: title, role, teams, and the level of those on boards.",
    ),
    What.SCORES: ("Scores", "Each score of people and teams with its interval, as it was released."),
    What.PROJECTS: ("Projects and satisfaction", "How many customers were heard, what they gave, and the interval."),
    What.BADGES: ("Badges", "Who holds which badge, since when, from whom."),
    What.EVIDENCE: ("Open evidence", "Thanks and what customers said, word for word; never colleagues’ answers."),
}
FORMATS = {
    Format.XLSX: "Workbook (Excel, LibreOffice)",
    Format.CSV: "CSV, for other programs",
    Format.PARQUET: "Parquet, for analysis",
}
WHY = ("personnel", "administration", "integration", "contest")


@get("/exports", guards=[office])
async def show_exports(tx: Tx, view: Seen, after: After = None, new: FromQuery[UUID | None] = None) -> Response[str]:
    """Show the form and what was taken before; `new` is the export that was asked for just now."""
    made = None if new is None else await db.maybe(tx, sql.export, Export, id=new)
    return await _page(tx, view, {"after": after}, made=made)


@post("/exports", guards=[office], opt=EXPORTING)
async def ask_for_export(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen) -> Response[str] | Redirect:
    """Ask for an export, or show what is still to be said."""
    sent = await own_fields(request)
    try:
        wanted = read(sent, NewExport)
    except Invalid:
        return await _page(tx, view, sent, errors=_errors(view, sent))
    export = await actions.ask(tx, me, wanted)
    return redirect(f"/exports?new={export.id}")


@get("/exports/{export_id:uuid}/file", guards=[office], opt=EXPORTING)
async def take_export(export_id: FromPath[UUID], request: Request[Any, Any, Any], me: Me, making: Files) -> Stream:
    """Take the file."""
    return await send_file(request, me, making, export_id)


def _errors(view: View, sent: dict[str, str]) -> dict[str, str]:
    """Say for each field what is still to be said."""
    say = view.words.say
    asked: dict[str, tuple[Container[str], str]] = {
        "what": (WHAT, say("Choose what you take.")),
        "format": (FORMATS, say("Choose one of these.")),
        "purpose": (WHY, say("Say what for; everybody in the file sees it.")),
    }
    return {field: text for field, (known, text) in asked.items() if sent.get(field) not in known}


async def _page(
    tx: db.Connection,
    view: View,
    given: dict[str, Any],
    *,
    made: Export | None = None,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    found = await page(tx, sql.exports, Export, Cut(given.get("after"), SHOWN, BY_ASKING))
    return view.page(
        "exports.html",
        422 if errors else 200,
        exports=found.items,
        older=found.next,
        made=made,
        given=given,
        errors=errors or {},
        what=WHAT,
        formats=FORMATS,
        purposes={key: PURPOSES[key] for key in WHY},
    )
