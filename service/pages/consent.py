"""What I allow, on one page: at first sign-in as the way in, and later among the settings."""

from typing import Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from service.base import db
from service.base.border import Input, Name
from service.base.web import Me, Tx
from service.consents import actions
from service.consents.model import ChoiceChange, Choices
from service.consents.routes import boards_are_stale
from service.pages.page import Seen, View, form, local, redirect
from service.people.actions import change
from service.people.actions import sql as people
from service.people.model import OwnChange, Person

YesNo = Literal["yes", "no"]


class About(msgspec.Struct, frozen=True):
    """What a person is told of a choice before they make it: English here, Finnish in locale/fi.po."""

    key: str
    title: str
    collected: str
    why: str
    seen_by: str


CHOICES = (
    About(
        "peers",
        "Colleagues’ feedback",
        "Colleagues you have worked with answer questions about it, from 1 to 5 and in words.",
        "So that good work counts also where no customer sees it.",
        "A summary, once enough colleagues have answered: you, your lead and HR. Who answered what is shown to nobody.",
    ),
    About(
        "customers",
        "Customers’ answers",
        "What customers say of projects you were in: in surveys, calls and meetings.",
        "So that the trust a project earns counts for everyone who earned it.",
        "The words, on or off: everyone in your organization. What they mean for your score: you, your lead and HR.",
    ),
    About(
        "kudos",
        "Thanks",
        "Thanks and badges that colleagues give you.",
        "So that help counts also where it was nobody’s task.",
        "The thanks, on or off: everyone in your organization; you can hide any of them. What they mean for your "
        "score: you, your lead and HR.",
    ),
    About(
        "on_boards",
        "My name on the boards of people",
        "Nothing more is collected.",
        "So that others find out whom they could learn from.",
        "Everyone in your organization sees your name and estimate there, and your place if it is in the upper half. "
        "Your own place you always see, whatever you choose.",
    ),
)


class Chosen(Input):
    """The form; what it does not name is no."""

    peers: YesNo = "no"
    customers: YesNo = "no"
    kudos: YesNo = "no"
    on_boards: YesNo = "no"
    was_peers: YesNo | None = None  # what the form showed
    was_customers: YesNo | None = None
    was_kudos: YesNo | None = None
    was_on_boards: YesNo | None = None
    next: str = "/"


class Corrected(Input):
    """The form of one's own words."""

    name: Name
    title: Name | None = None


@get("/joining")
async def show_joining(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen) -> Response[str]:
    """Tell who comes for the first time what is collected, why, and who sees it; everything is off."""
    return await _page(tx, me, view, {"joining": True, "next": local(request.query_params.get("next", "/"))})


@post("/joining")
async def join(request: Request[Any, Any, Any], tx: Tx, me: Me) -> Redirect:
    """Keep the first choices; to say no to everything is one of them."""
    sent, _ = await _keep(request, tx, me)
    return redirect(local(sent.next))


@get("/settings/consent")
async def show_choices(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen) -> Response[str]:
    """Show what I allow, to be changed at any time."""
    person = await db.one(tx, people.person, Person, id=me.person())
    saved = request.query_params.get("saved", "")
    return await _page(tx, me, view, {"joining": False, "saved": saved, "person": person})


@post("/settings/consent")
async def change_choices(request: Request[Any, Any, Any], tx: Tx, me: Me) -> Redirect:
    """Keep what I allow from now on."""
    _, as_sent = await _keep(request, tx, me)
    return redirect(f"/settings/consent?saved={'true' if as_sent else 'partly'}")


@post("/settings/me")
async def correct_myself(request: Request[Any, Any, Any], tx: Tx, me: Me) -> Redirect:
    """Correct the reader's own name and title; a title left empty is taken away."""
    sent = await form(request, Corrected)
    await change(tx, me, me.person(), OwnChange(name=sent.name, title=sent.title))
    return redirect("/settings/consent?saved=true")


async def _page(tx: Tx, me: Me, view: View, content: dict[str, Any]) -> Response[str]:
    chosen = await actions.choices(tx, me.person())
    return view.page("consent.html", about=CHOICES, on=_on(chosen), preset=chosen.preset, **content)


def _on(chosen: Choices) -> dict[str, bool]:
    return {one.source: one.given for one in chosen.sources} | {"on_boards": chosen.on_boards}


async def _keep(request: Request[Any, Any, Any], tx: Tx, me: Me) -> tuple[Chosen, bool]:
    """Keep what was touched in this form; tell what was sent, and whether all stands as the form says.

    A form that was open for long would else give back what was withdrawn elsewhere in the meantime.
    """
    sent = await form(request, Chosen)
    wanted = {one.key: getattr(sent, one.key) for one in CHOICES}
    touched = {key: says == "yes" for key, says in wanted.items() if says != getattr(sent, f"was_{key}")}
    before = await actions.choices(tx, me.person())
    if not before.joined:
        touched.setdefault("on_boards", before.on_boards)  # to leave everything as it is is a first choice, too
    after = await actions.change(tx, me.person(), ChoiceChange(**touched)) if touched else before
    boards_are_stale(request, me)
    return sent, _on(after) == {key: says == "yes" for key, says in wanted.items()}
