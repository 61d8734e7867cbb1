"""Mails that ask customers how a project went: one, and one reminder at most, even where a worker dies in between."""

from datetime import datetime
from uuid import UUID

import aiosmtplib
import structlog

from service.base import clock, db, slots
from service.base.config import Settings, address_of
from service.base.mail import Mail, can_send, send
from service.base.slots import Claim
from service.flows.surveys import LINK_DAYS, new_link
from service.surveys.actions import REMINDER, sql
from service.surveys.model import Letter

log = structlog.get_logger()

# By language: subject, reminder's subject, text.
TEXTS = {
    "fi": (
        "Miten meni: {project}?",
        "Vielä ehtii: miten meni {project}?",
        """Hei,

{project} on valmis. Miten se meni teidän kannaltanne?

Vastaaminen vie minuutin, mikään ei ole pakollista, eikä tunnusta tarvita:

{url}

Linkki toimii kerran, {days} päivän ajan. Samalla sivulla voit sanoa, kuinka usein saamme kysyä.

Kiitos,
{organization}
""",
    ),
    "en": (
        "How did it go: {project}?",
        "There is still time: how did {project} go?",
        """Hello,

{project} is finished. How did it go for you?

It takes a minute, nothing is mandatory, and you need no account:

{url}

The link works once, for {days} days. On the same page you can say how often we may ask.

Thank you,
{organization}
""",
    ),
}


async def mail_survey(settings: Settings, pool: db.Pool, organization_id: UUID, claim: Claim) -> None:
    """Send the mail of a slot, unless it was answered, sent, or tried before by a worker that did not come back.

    Raises
    ------
    SMTPException, OSError, TimeoutError : the server did not take it; the slot is tried again later.
    slots.LeaseLost : the slot is another worker's by now.
    """
    reminds = claim.key.endswith(REMINDER)
    mail = await _prepare(settings, pool, organization_id, claim) if can_send(settings) else None
    if mail is not None:
        try:
            await send(settings, mail)
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            await _mark(pool, organization_id, claim, None)  # it certainly did not leave
            raise
        log.info("survey_mailed", reminder=reminds)
    async with db.tenant(pool, organization_id) as tx:
        await slots.hold(tx, claim)
        await slots.finish(tx, claim)


async def _prepare(settings: Settings, pool: db.Pool, organization_id: UUID, claim: Claim) -> Mail | None:
    """Make a link and note that the mail leaves, before it does; None where there is nothing to be sent."""
    reminds, survey_id = claim.key.endswith(REMINDER), _survey(claim)
    async with db.tenant(pool, organization_id) as tx:
        await slots.hold(tx, claim)
        letter = await db.maybe(tx, sql.letter, Letter, id=survey_id)
        if letter is None or (letter.reminder_tried_at if reminds else letter.mail_tried_at) is not None:
            return None
        if reminds and letter.mail_tried_at is None:
            return None  # nobody is reminded of what they never got
        link = await new_link(tx, survey_id, address_of(settings))
        await db.run(tx, sql.try_reminder if reminds else sql.try_mail, id=survey_id, at=clock.now())
    return _written(letter, link.url, reminds=reminds)


async def _mark(pool: db.Pool, organization_id: UUID, claim: Claim, at: datetime | None) -> None:
    query = sql.try_reminder if claim.key.endswith(REMINDER) else sql.try_mail
    async with db.tenant(pool, organization_id) as tx:
        await db.run(tx, query, id=_survey(claim), at=at)


def _survey(claim: Claim) -> UUID:
    return UUID(claim.key.removesuffix(REMINDER))


def _written(letter: Letter, url: str, *, reminds: bool) -> Mail:
    first, again, text = TEXTS.get(letter.language or "", TEXTS.get(letter.home, TEXTS["en"]))
    words = {"project": letter.project, "organization": letter.organization, "url": url, "days": LINK_DAYS}
    subject = (again if reminds else first).format(**words)
    return Mail(letter.email, " ".join(subject.split()), text.format(**words))
