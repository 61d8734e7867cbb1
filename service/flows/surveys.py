"""Surveys from the link to the project: a link is a credential, an answer a customer's signal."""

from datetime import timedelta
from uuid import UUID

from service.auth import actions as auth
from service.auth import contacts
from service.base import clock, db
from service.base.access import Actor
from service.base.errors import Invalid
from service.customers import actions as customers
from service.customers.model import ContactChange, NewSignal
from service.surveys import actions as surveys
from service.surveys.model import Answer, Link, LinkSpent, Question

LINK_DAYS = 60


async def new_link(tx: db.Connection, survey_id: UUID, base: str) -> Link:
    """Make a link to a survey, under the address `base`; those made before are dead.

    Raises
    ------
    NotAsked, AskedLately, AlreadyAnswered : nobody is to be asked, or not yet, or not any more.
    """
    survey = await surveys.unanswered(tx, survey_id)
    await surveys.leave_in_peace(tx, survey)
    link_id, secret = await contacts.create_link(tx, survey.contact_id, LINK_DAYS)
    before = await surveys.put_link(tx, survey_id, link_id)
    if before is not None:
        await auth.spend_link(tx, before)
    return Link(f"{base.rstrip('/')}/s/{secret}", clock.now() + timedelta(days=LINK_DAYS))


async def answer(tx: db.Connection, link: Actor, asked: Question, given: Answer) -> None:
    """Take in an answer: one voice about the project, its words seen by its members at once; the link is spent.

    Raises
    ------
    Invalid : nothing was said.
    LinkSpent : the link was used a moment before.
    """
    words = given.words.strip() if given.words else None
    kinds = ("satisfaction", "recommendation", "commitment", "listening")
    aspects = {name: getattr(given, name) for name in kinds if getattr(given, name) is not None}
    if not aspects and not words:
        raise Invalid("say at least one thing; everything else may stay empty", field="words")
    if not await auth.spend_link(tx, link.credential_id):
        raise LinkSpent("this link has been used or is no longer valid")
    signal = NewSignal(kind="survey", contact_id=asked.contact_id, about=given.about, words=words, **aspects)
    heard = await customers.store(tx, None, asked.project_id, signal)
    await surveys.mark_answered(tx, asked.id, heard.response, show_name=given.show_name)
    wishes = {name: value for name in ("channel", "rhythm") if (value := getattr(given, name)) is not None}
    if wishes:
        await customers.change_contact(tx, asked.contact_id, ContactChange(**wishes))
