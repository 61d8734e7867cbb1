"""Mails of thanks and of new questions, to those who want them: at most one each, never what was written.

Reminders, notes and decisions have letters of their own (letters.py), which ask for the same choices.
"""

from uuid import UUID

import aiosmtplib
import msgspec
import structlog

from service.base import db, slots
from service.base.config import Settings, address_of
from service.base.mail import Mail, can_send, send
from service.base.slots import Claim
from service.notices.actions import sql

log = structlog.get_logger()

# By language and kind: subject, and where to read it. The mail itself holds no one's words: a mailbox is no safe place.
TEXTS = {
    "fi": {
        "thanks": ("Sait kiitoksen", "/"),
        "asked": ("Sinulta pyydetään palautetta", "/feedback"),
    },
    "en": {
        "thanks": ("Somebody thanked you", "/"),
        "asked": ("You are asked for feedback", "/feedback"),
    },
}
FRAMES = {
    "fi": """Hei {name},

{subject}. Voit lukea sen täällä:

{url}

Mitkä viestit haluat, valitset täällä: {choices}

{organization}
""",
    "en": """Hello {name},

{subject}. Read it here:

{url}

You choose which mails you want here: {choices}

{organization}
""",
}


class Address(msgspec.Struct, frozen=True):
    """To whom a mail goes, and from where."""

    name: str
    email: str
    language: str | None
    organization: str


async def mail_notice(settings: Settings, pool: db.Pool, organization_id: UUID, claim: Claim) -> None:
    """Send the mail of a slot. The slot is done first: rather no mail than two.

    Raises
    ------
    slots.LeaseLost : the slot is another worker's by now.
    """
    kind, _, person_id = claim.key.split(":")
    async with db.tenant(pool, organization_id) as tx:
        await slots.hold(tx, claim)
        to = await db.maybe(tx, sql.address, Address, person_id=UUID(person_id))
        await slots.finish(tx, claim)
    if to is None or not can_send(settings):
        return
    try:
        await send(settings, _written(to, kind, address_of(settings)))
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as trouble:
        log.warning("notice_not_mailed", kind=kind, error=type(trouble).__name__)


def _written(to: Address, kind: str, here: str) -> Mail:
    language = to.language if to.language in TEXTS else "en"
    subject, path = TEXTS[language][kind]
    words = {"name": to.name, "subject": subject, "url": here + path, "choices": f"{here}/settings"}
    return Mail(to.email, subject, FRAMES[language].format(**words, organization=to.organization))
