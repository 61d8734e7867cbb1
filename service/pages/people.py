"""A person's page: level, journey and thanks for every colleague; scores and why for those whom they concern."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from service.base import audit, db
from service.base.web import AUDITED, Me, Tx
from service.pages import shown
from service.pages.my_journey import journey_of, next_level, sql
from service.pages.my_scores import figures_of
from service.pages.page import Seen
from service.profiles.actions import told
from service.scores.standing import may_see

THANKS = 10
# What was done on one's own page: English here, Finnish in locale/fi.po.
DONE = {
    "saved": "Saved. This is what others see.",
    "undone": "As it was before.",
    "hidden": "Hidden from your history. Others do not see it there.",
    "shown": "Shown in your history again.",
    "thanks": "Hidden. Nobody sees it, and it counts no more.",
}
# What a project's members are there for, and what a project is: the same.
PARTS = {
    "seller": "selling",
    "expert": "expert work",
    "carer": "care",
    "lead": "leading",
    "member": "member",
    "opportunity": "offer",
    "development": "development",
    "delivery": "delivery",
}
Done = Annotated[str, QueryParameter(max_length=60)]


class Person(msgspec.Struct, frozen=True):
    """Whose page it is."""

    id: UUID
    name: str
    title: str | None
    left_at: datetime | None
    team: str | None
    erased: bool


class Thanks(msgspec.Struct, frozen=True):
    """Thanks that a person received."""

    id: UUID
    message: str
    at: datetime
    giver_id: UUID
    giver: str
    project: str | None
    gone: bool  # the giver was erased, and with them what they said
    contested: bool


@get("/people/{person_id:uuid}", opt=AUDITED)
async def show_person(tx: Tx, me: Me, view: Seen, person_id: FromPath[UUID], done: Done = "") -> Response[str]:
    """Show a person: to everyone what they earned, to those whom it concerns also how it came about."""
    person = await db.one(tx, sql.person, Person, id=person_id)
    if person.erased:
        return view.page("person_gone.html")
    own = me.person_id == person_id
    is_open = not own and await may_see(tx, me, person_id)  # one's own figures are at /me: here is what others see
    if is_open:
        await audit.looked(tx, me, person_id, "view_page")
    run, profile = await shown.newest_run(tx), await told(tx, person_id, me.person_id)
    what, _, done_to = done.partition("-")
    content: dict[str, Any] = {
        "person": person,
        "own": own,
        "open": is_open,
        "level": await next_level(tx, run, view.words, person_id),
        "thanks": await db.many(tx, sql.thanks, Thanks, person_id=person_id, most=THANKS),
        "run": run,
        "profile": profile.profile,
        "history": profile.projects,
        "parts": PARTS,
        "done": view.words.say(DONE[what]) if own and what in DONE else "",
        "undo": _undo(what, done_to) if own else "",
    }
    content |= await journey_of(tx, run, view, person_id, public=not is_open)
    if run is not None and is_open:
        content |= await figures_of(tx, run, view, person_id)
    return view.page("person.html", **content)


def _undo(what: str, done_to: str) -> str:
    """Return where the form goes that undoes what was just done; nowhere for what cannot be undone."""
    paths = {"saved": "/me/profile/undo", "hidden": "/me/profile/projects/{}/show", "thanks": "/kudos/{}/show"}
    with suppress(ValueError):
        return paths.get(what, "").format("" if what == "saved" else UUID(done_to))
    return ""
