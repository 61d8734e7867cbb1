"""Mails that bring contacts the link to their own page: once a project was opened to them, one at a time."""

from datetime import timedelta
from typing import Protocol
from uuid import UUID

import aiosmtplib
import structlog

from service.auth import actions as auth
from service.auth import contacts
from service.base import clock, db, slots
from service.base.config import Settings, address_of
from service.base.errors import NotFound
from service.base.mail import Mail, can_send, send
from service.base.slots import Claim
from service.customers.actions import sql as customers
from service.customers.model import Contact
from service.projects.contact_pages import Letter, sql
from service.surveys.model import Link

log = structlog.get_logger()

MAIL = "contact_page_mail"  # the worker's job
LINK_DAYS = 90
# By language: subject and text.
TEXTS = {
    "fi": (
        "Yhteiset hankkeemme: {organization}",
        """Hei,

{organization} avasi sinulle oman sivun. Siellä näet yhteiset hankkeemme: missä mennään, keitä on mukana, mitä olet itse
sanonut ja milloin otamme seuraavan kerran yhteyttä. Samalla sivulla voit sanoa, miten ja kuinka usein.

{url}

Tunnusta ei tarvita. Linkki on sinun ja toimii {days} päivää; älä anna sitä eteenpäin.

Terveisin
{organization}
""",
    ),
    "en": (
        "Our projects together: {organization}",
        """Hello,

{organization} has opened a page of your own. It shows our projects together: where they are, who takes part, what you
said yourself, and when we will be in touch next. On the same page you can say how, and how often.

{url}

You need no account. The link is yours and works for {days} days; please do not pass it on.

Kind regards,
{organization}
""",
    ),
}


class ProjectOpened(Protocol):
    """The event that a project was opened to a contact."""

    @property
    def subject_id(self) -> UUID | None:
        """The opening."""


async def tell_of_page(tx: db.Connection, event: ProjectOpened) -> None:
    """Have the link mailed to a contact who has none yet, has an address, and wishes to hear of us."""
    page_id = await db.maybe(tx, sql.insert_for_opening, UUID, opening_id=event.subject_id)
    if page_id is not None:
        now = clock.now()
        await slots.ensure(tx, slots.NewSlot(job=MAIL, key=str(page_id), moment=now, due_at=now))


async def new_link(tx: db.Connection, contact_id: UUID, asked_by_id: UUID | None, base: str) -> Link:
    """Make a link to a contact's page, to be handed over; those made before are dead.

    Raises
    ------
    NotFound : there is no such contact.
    """
    if await db.maybe(tx, customers.contact, Contact, id=contact_id) is None:
        raise NotFound("there is no such contact")
    page_id = await db.one(tx, sql.insert, UUID, contact_id=contact_id, asked_by_id=asked_by_id)
    return await _link(tx, page_id, contact_id, base)


async def mail_page(settings: Settings, pool: db.Pool, organization_id: UUID, claim: Claim) -> None:
    """Send the mail of a slot, unless it was tried before by a worker that did not come back.

    Raises
    ------
    SMTPException, OSError, TimeoutError : the server did not take it; the slot is tried again later.
    slots.LeaseLost : the slot is another worker's by now.
    """
    mail = await _prepare(settings, pool, organization_id, claim) if can_send(settings) else None
    if mail is not None:
        try:
            await send(settings, mail)
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            async with db.tenant(pool, organization_id) as tx:
                await db.run(tx, sql.try_mail, id=UUID(claim.key), at=None)  # it certainly did not leave
            raise
        log.info("contact_page_mailed")
    async with db.tenant(pool, organization_id) as tx:
        await slots.hold(tx, claim)
        await slots.finish(tx, claim)


async def _prepare(settings: Settings, pool: db.Pool, organization_id: UUID, claim: Claim) -> Mail | None:
    """Make a link and note that the mail leaves, before it does; None where there is nothing to be sent."""
    page_id = UUID(claim.key)
    async with db.tenant(pool, organization_id) as tx:
        await slots.hold(tx, claim)
        letter = await db.maybe(tx, sql.letter, Letter, id=page_id)
        if letter is None:
            return None
        link = await _link(tx, page_id, letter.contact_id, address_of(settings))
        await db.run(tx, sql.try_mail, id=page_id, at=clock.now())
    subject, text = TEXTS.get(letter.language or "", TEXTS.get(letter.home, TEXTS["en"]))
    words = {"organization": letter.organization, "url": link.url, "days": LINK_DAYS}
    return Mail(letter.email, " ".join(subject.format(**words).split()), text.format(**words))


async def _link(tx: db.Connection, page_id: UUID, contact_id: UUID, base: str) -> Link:
    for before in await db.many(tx, sql.links_of, UUID, contact_id=contact_id):
        await auth.spend_link(tx, before)
    link_id, secret = await contacts.create_link(tx, contact_id, LINK_DAYS)
    await db.run(tx, sql.put_link, id=page_id, link_id=link_id)
    return Link(f"{base.rstrip('/')}/p/{secret}", clock.now() + timedelta(days=LINK_DAYS))
