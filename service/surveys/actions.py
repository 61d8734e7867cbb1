"""Ask contacts how a project went, and take in what they answer."""

from datetime import timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

from service.base import clock, db, slots
from service.base.access import Actor, Role
from service.base.errors import Forbidden, NotFound
from service.base.events import record
from service.surveys.model import AlreadyAnswered, AskedLately, LinkSpent, NotAsked, Question, Survey, Wish

sql = db.load(Path(__file__).with_name("queries.sql"))

MAIL, REMINDER = "survey_mail", "-reminder"  # the worker's job, and how the key of a reminder ends
REMIND_AFTER = timedelta(days=7)
MOST_ASKED = 3  # contacts asked when a project ends
# Between surveys, by a contact's own rhythm; a month where they have said nothing.
RESTS = {"quarter": timedelta(days=90), "month": timedelta(days=30), "year": timedelta(days=365)}


async def ask(tx: db.Connection, me: Actor, project_id: UUID, contact_id: UUID) -> Survey:
    """Ask a contact of the project's customer.

    Raises
    ------
    NotFound : the contact is not of the project's customer.
    Forbidden : a lead without a part in the project.
    NotAsked, AskedLately : the contact wishes not to be asked, or not yet.
    """
    wish = await db.maybe(tx, sql.wish, Wish, project_id=project_id, contact_id=contact_id, noted=True)
    if wish is None:
        raise NotFound("this project's customer has no such contact")
    await allow(tx, me, project_id)
    _keep(wish)
    given = {"project_id": project_id, "contact_id": contact_id, "asked_by_id": me.person_id}
    survey = await db.one(tx, sql.insert, Survey, **given)
    await _to_be_mailed(tx, survey.id)
    await record(tx, "survey_asked", survey.id)
    return survey


async def leave_in_peace(tx: db.Connection, survey: Survey) -> None:
    """Refuse a link to a survey whose contact wishes by now not to be asked, or not yet.

    Raises
    ------
    NotAsked, AskedLately : as they have said themselves.
    """
    which = {"project_id": survey.project_id, "contact_id": survey.contact_id}
    _keep(await db.one(tx, sql.wish, Wish, noted=False, **which))


def _keep(wish: Wish) -> None:
    if wish.never:
        raise NotAsked("this contact has said that they do not wish to be asked; talk with them instead")
    if wish.rests_until is not None and wish.rests_until > clock.now():
        day = wish.rests_until.date().isoformat()
        raise AskedLately(f"this contact has said how often they wish to be asked: ask again after {day}")


class ProjectEnded(Protocol):
    """The event that a project has ended."""

    @property
    def subject_id(self) -> UUID | None:
        """The project."""


async def ask_about_ended(tx: db.Connection, event: ProjectEnded) -> None:
    """Ask the contacts whom the end of a project concerns; those asked lately are left in peace."""
    given = {"project_id": event.subject_id, "most": MOST_ASKED, **RESTS}
    asked = await db.many(tx, sql.insert_for_ended, UUID, **given)
    for survey_id in asked:
        await _to_be_mailed(tx, survey_id)
    if asked:
        await record(tx, "surveys_asked", event.subject_id, count=len(asked))


async def _to_be_mailed(tx: db.Connection, survey_id: UUID) -> None:
    """Put the mail and, a week later, the one reminder on the worker's list."""
    now = clock.now()
    for key, due_at in ((str(survey_id), now), (f"{survey_id}{REMINDER}", now + REMIND_AFTER)):
        await slots.ensure(tx, slots.NewSlot(job=MAIL, key=key, moment=now, due_at=due_at))


async def allow(tx: db.Connection, me: Actor, project_id: UUID) -> None:
    """Refuse a lead whose people have no part in this project.

    Raises
    ------
    NotFound : there is no such project.
    Forbidden : a lead without a part in it.
    """
    if not await _has_part(tx, me, project_id):
        raise Forbidden("a lead asks about projects in which they, or somebody they lead, take part")


async def unanswered(tx: db.Connection, survey_id: UUID) -> Survey:
    """Return a survey that can still be answered.

    Raises
    ------
    AlreadyAnswered : it has been.
    """
    survey = await db.one(tx, sql.survey, Survey, id=survey_id)
    if survey.answered_at is not None:
        raise AlreadyAnswered("this survey has been answered; what was said stands with the project")
    return survey


async def _has_part(tx: db.Connection, me: Actor, project_id: UUID) -> bool:
    """Tell whether a lead has a part in this project; everybody else needs none."""
    part = await db.one(tx, sql.takes_part, bool, project_id=project_id, person_id=me.person_id)
    return part or me.role is not Role.LEAD


async def put_link(tx: db.Connection, survey_id: UUID, link_id: UUID) -> UUID | None:
    """Let a new link lead to the survey; return the one that did so before, which is to be ended."""
    before = await db.maybe(tx, sql.link_of, UUID, id=survey_id)
    await db.run(tx, sql.put_link, id=survey_id, link_id=link_id)
    return before


async def question(tx: db.Connection, link_id: UUID) -> Question:
    """Return what a link asks.

    Raises
    ------
    LinkSpent : it leads nowhere any more.
    """
    found = await db.maybe(tx, sql.question, Question, link_id=link_id)
    if found is None:
        raise LinkSpent("this link has been used or is no longer valid")
    return found


async def mark_answered(tx: db.Connection, survey_id: UUID, response: str, *, show_name: bool) -> None:
    """Note that the answer is there.

    Raises
    ------
    LinkSpent : another answer was faster.
    """
    if not await db.run(tx, sql.answered, id=survey_id, response=response, show_name=show_name):
        raise LinkSpent("this link has been used or is no longer valid")
    await record(tx, "survey_answered", survey_id)
