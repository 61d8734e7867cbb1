"""Settings on one page: what may count, who sees me, language, which mails I want, who looked, and what is kept."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from service.base import db, mail
from service.base.border import Input
from service.base.paging import NEWEST
from service.base.web import Cut, Me, Tx
from service.consents.actions import choices
from service.notices import actions as notices
from service.notices.model import KINDS, MailChange
from service.pages.consent import CHOICES
from service.pages.page import Seen, form, redirect, settings
from service.pages.rights import ACTIONS, ROLES
from service.pages.sign_in import remember_language
from service.people import actions as people
from service.people.model import Language, OwnChange, Person
from service.rights import reading

LOOKS = 3  # shown here; the page of all is one link away
# English here, Finnish in locale/fi.po.
MAILS = {
    "thanks": ("Somebody thanks me", "The mail says that, not what was written."),
    "note": ("Somebody writes me a note", "The mail says that, not what was written."),
    "asked": ("I am asked for feedback", "Once, when a round begins."),
    "decided": ("What I contested has been decided", "Usually on."),
}
DONE = {
    "language": "Saved. Talkoot speaks to you in this language, in its mails, too.",
    "mails": "Saved. It holds from now on.",
}
Done = Annotated[str, QueryParameter(max_length=60)]
Ticked = Literal["yes", ""]


class LanguageChosen(Input):
    """The form of the language."""

    language: Language


class MailsChosen(Input):
    """The form of mails; what it does not name is no."""

    thanks: Ticked = ""
    note: Ticked = ""
    asked: Ticked = ""
    decided: Ticked = ""

    def __post_init__(self) -> None:
        """Take blanks: a box that is not ticked."""


@get("/settings")
async def show_settings(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen, done: Done = "") -> Response[str]:
    """Show everything one can set, each with what it is set to."""
    person = await db.one(tx, people.sql.person, Person, id=me.person())
    chosen = await choices(tx, person.id)
    return view.page(
        "my_settings.html",
        person=person,
        about=CHOICES,
        on={one.source: one.given for one in chosen.sources} | {"on_boards": chosen.on_boards},
        mails=MAILS,
        wanted=msgspec.structs.asdict(await notices.choices(tx, person.id)),
        sends=mail.can_send(settings(request)),
        looks=(await reading.looks(tx, person.id, Cut(None, LOOKS, NEWEST))).items,
        roles=ROLES,
        actions=ACTIONS,
        done=view.words.say(DONE[done]) if done in DONE else "",
    )


@post("/settings/language")
async def choose_language(request: Request[Any, Any, Any], tx: Tx, me: Me) -> Redirect:
    """Keep the reader's language: for every browser, and for mails."""
    sent = await form(request, LanguageChosen)
    await people.change(tx, me, me.person(), OwnChange(language=sent.language))
    return remember_language(request, redirect("/settings?done=language"), sent.language)


@post("/settings/mails")
async def choose_mails(request: Request[Any, Any, Any], tx: Tx, me: Me) -> Redirect:
    """Keep which mails the reader wants."""
    sent = await form(request, MailsChosen)
    await notices.change(tx, me.person(), MailChange(**{kind: getattr(sent, kind) == "yes" for kind in KINDS}))
    return redirect("/settings?done=mails")
