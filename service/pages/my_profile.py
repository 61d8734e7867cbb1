"""My profile: own words, skills, what I answer for, whether I wish to take part; and which projects my page shows."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from msgspec import Meta

from service.base import db
from service.base.border import MAX_NAME, MAX_TEXT, Input
from service.base.web import Me, Tx
from service.pages.page import Seen, View, form, redirect
from service.people import actions as people
from service.people.model import OwnChange, Person
from service.profiles import actions
from service.profiles.model import LONGEST_SKILL, LONGEST_WISH, MOST_SKILLS, OwnWords, Profile

Typed = Annotated[str, Meta(max_length=10 * MAX_TEXT)]
Done = Annotated[str, QueryParameter(max_length=60)]
TEXTS = {  # field: how long it may be
    "words": MAX_TEXT,
    "responsibilities": MAX_TEXT,
    "background": MAX_TEXT,
    "education": MAX_TEXT,
    "wish": LONGEST_WISH,
}


class ProfileDraft(Input):
    """The profile as it was typed."""

    name: Typed = ""
    title: Typed = ""
    words: Typed = ""
    responsibilities: Typed = ""
    background: Typed = ""
    education: Typed = ""
    wish: Typed = ""
    takes_part: Typed = ""
    skills: Typed = ""  # one on each line, or with commas between

    def __post_init__(self) -> None:
        """Refuse what no text may hold; a draft may have blank fields, and each says what it lacks."""
        if any("\0" in getattr(self, field) for field in self.__struct_fields__):
            raise ValueError("a text holds the character NUL, which no text may")


@get("/me/profile")
async def show_form(tx: Tx, me: Me, view: Seen) -> Response[str]:
    """Show the form with what stands there now."""
    person = await db.one(tx, people.sql.person, Person, id=me.person())
    return _form(view, _draft(person, await _profile(tx, person.id)), {})


@post("/me/profile")
async def save(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen) -> Response[str] | Redirect:
    """Keep what was written, or show what has to be mended."""
    draft = await form(request, ProfileDraft)
    person_id, skills = me.person(), _skills(draft)
    errors = _errors(view, draft, skills)
    if errors:
        return _form(view, draft, errors)
    written = {field: _plain(getattr(draft, field)) or None for field in TEXTS}
    await people.change(tx, me, person_id, OwnChange(name=_plain(draft.name), title=_plain(draft.title) or None))
    await actions.change(tx, person_id, OwnWords(**written, takes_part=draft.takes_part == "yes", skills=skills))
    return redirect(f"/people/{person_id}?done=saved")


@post("/me/profile/undo")
async def undo(request: Request[Any, Any, Any], tx: Tx, me: Me) -> Redirect:
    """Bring back the profile as it was before the last change."""
    await form(request, Input)
    await actions.undo(tx, me.person())
    return redirect(f"/people/{me.person()}?done=undone")


@post("/me/profile/projects/{project_id:uuid}/hide")
async def hide_project(request: Request[Any, Any, Any], tx: Tx, me: Me, project_id: FromPath[UUID]) -> Redirect:
    """Hide a project from my history; the page it leads to can undo that."""
    await form(request, Input)
    await actions.hide(tx, me.person(), project_id)
    return redirect(f"/people/{me.person()}?done=hidden-{project_id}#history")


@post("/me/profile/projects/{project_id:uuid}/show")
async def show_project(request: Request[Any, Any, Any], tx: Tx, me: Me, project_id: FromPath[UUID]) -> Redirect:
    """Show a hidden project in my history again."""
    await form(request, Input)
    await actions.show(tx, me.person(), project_id)
    return redirect(f"/people/{me.person()}?done=shown#history")


async def _profile(tx: Tx, person_id: UUID) -> Profile:
    return await db.one(tx, actions.sql.profile, Profile, person_id=person_id)


def _draft(person: Person, profile: Profile) -> ProfileDraft:
    texts = {field: getattr(profile, field) or "" for field in TEXTS}
    takes_part = "yes" if profile.takes_part else ""
    skills = "\n".join(profile.skills)
    return ProfileDraft(name=person.name, title=person.title or "", takes_part=takes_part, skills=skills, **texts)


def _form(view: View, draft: ProfileDraft, errors: dict[str, str]) -> Response[str]:
    return view.page("my_profile.html", 422 if errors else 200, draft=draft, errors=errors, most_skills=MOST_SKILLS)


def _errors(view: View, draft: ProfileDraft, skills: Sequence[str]) -> dict[str, str]:
    """Say for each field what has to be mended."""
    say = view.words.say
    errors = {
        field: say("That is too long; {most} characters fit.").format(most=most)
        for field, most in {**TEXTS, "name": MAX_NAME, "title": MAX_NAME}.items()
        if len(_plain(getattr(draft, field))) > most
    }
    if not _plain(draft.name):
        errors["name"] = say("What are you called?")
    if len(skills) > MOST_SKILLS:
        errors["skills"] = say("Choose the {most} that matter most.").format(most=MOST_SKILLS)
    elif any(len(skill) > LONGEST_SKILL for skill in skills):
        errors["skills"] = say("One skill a line, {most} characters at most.").format(most=LONGEST_SKILL)
    return errors


def _skills(draft: ProfileDraft) -> tuple[str, ...]:
    parts = (part.strip() for part in draft.skills.replace(",", "\n").splitlines())
    return tuple(dict.fromkeys(part for part in parts if part))


def _plain(text: str) -> str:
    return text.strip().replace("\r\n", "\n")
