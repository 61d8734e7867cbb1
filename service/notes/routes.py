"""Signed notes over HTTP."""

from typing import Annotated
from uuid import UUID, uuid4

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from service.base.own import be
from service.base.paging import LIMIT, NEWEST
from service.base.web import After, Cut, Limit, Me, Page, Tx, page
from service.notes import actions
from service.notes.actions import sql
from service.notes.model import Box, NewNote, Note

Which = Annotated[Box, QueryParameter(description="the notes I received, or those I wrote")]


@get("/notes")
async def list_notes(
    tx: Tx, me: Me, which: Which = "received", after: After = None, limit: Limit = LIMIT
) -> Page[Note]:
    """Signed notes, the newest first; the two people alone can read them."""
    query = sql.received if which == "received" else sql.written
    return await page(tx, query, Note, Cut(after, limit, NEWEST), me=await be(tx, me))


@post("/notes")
async def write_note(data: JSONBody[NewNote], tx: Tx, me: Me) -> Note:
    """Write a signed note to a colleague: they alone read it, at once, and it counts in no score."""
    return await actions.write(tx, me, data, uuid4())


@post("/notes/{note_id:uuid}/hide", status_code=204)
async def hide_note(note_id: FromPath[UUID], tx: Tx, me: Me) -> None:
    """Take a note out of my own sight; the other one keeps theirs."""
    await actions.hide(tx, me, note_id)


@post("/notes/{note_id:uuid}/show", status_code=204)
async def show_note(note_id: FromPath[UUID], tx: Tx, me: Me) -> None:
    """Bring back a note that I have hidden."""
    await actions.show(tx, me, note_id)


router = Router("/", route_handlers=[list_notes, write_note, hide_note, show_note], tags=["notes"])
