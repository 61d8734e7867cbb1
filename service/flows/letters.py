"""Mails to people of the organization that wish for them: of thanks, notes, what they are asked, what was decided.

They say that there is something to read, never what: a mail lies open on many screens. Each is sent once: it is marked
before it leaves, and where a worker dies in between, it may be missing, but never comes twice.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

import aiosmtplib
import msgspec
import structlog

from service.base import clock, db, slots
from service.base.config import Settings, address_of
from service.base.mail import Mail, can_send, send
from service.base.slots import Claim, NewSlot

sql = db.load(Path(__file__).with_suffix(".sql"))
log = structlog.get_logger()

LETTERS = "letters"  # the worker's job; a key is `kind:about:number`
KEPT_DAYS = 30  # after what was to be told; none of it is told again
CHOOSING = {
    "kudos_given": sql.tell_thanks,
    "note_written": sql.tell_note,
    "round_drawn": sql.ask,
    "round_reminded": sql.remind,
    "contest_decided": sql.tell_decision,
}
# By kind and language: subject, what has happened, and the page where it is.
TEXTS: Mapping[tuple[str, str], tuple[str, str, str]] = {
    ("kudos_given", "fi"): ("Sait kiitoksen", "Työtoveri on kiittänyt sinua. Kiitos odottaa sinua Talkoissa.", "/"),
    ("kudos_given", "en"): (
        "Somebody thanked you",
        "A colleague has thanked you. The thanks wait for you in Talkoot.",
        "/",
    ),
    ("round_drawn", "fi"): (
        "Sinulta pyydetään palautetta",
        "Palautekierros on alkanut. Voit vastata tai kieltäytyä; kukaan ei saa tietää kummasta.",
        "/feedback",
    ),
    ("round_drawn", "en"): (
        "You are asked for feedback",
        "A round of feedback has begun. You may answer or decline; nobody learns which.",
        "/feedback",
    ),
    ("round_reminded", "fi"): (
        "Muistutus: sinulta on kysytty palautetta",
        "Käynnissä oleva palautekierros odottaa vielä vastaustasi. Voit myös kieltäytyä; kukaan ei saa tietää siitä.",
        "/feedback",
    ),
    ("round_reminded", "en"): (
        "A reminder: you are asked for feedback",
        "A round of feedback still waits for your answer. You may also decline; nobody learns that you did.",
        "/feedback",
    ),
    ("contest_decided", "fi"): (
        "Asiaasi on annettu ratkaisu",
        "Asia, jonka olet kiistänyt, on ratkaistu. Ratkaisu ja sen perustelut ovat luettavissasi Talkoissa.",
        "/contests",
    ),
    ("contest_decided", "en"): (
        "What you contested has been decided",
        "Something you contested has been decided. You can read the decision and its reasons in Talkoot.",
        "/contests",
    ),
    ("note_written", "fi"): (
        "Sinulle on viesti",
        "Työtoveri on kirjoittanut sinulle viestin, jonka vain te kaksi voitte lukea.",
        "/feedback",
    ),
    ("note_written", "en"): (
        "There is a note for you",
        "A colleague has written you a note that only the two of you can read.",
        "/feedback",
    ),
}
HELLO = {"fi": "Hei {person},", "en": "Hello {person},"}
CHOICE = {"fi": "Mitkä viestit haluat, valitset täällä: {url}", "en": "You choose which mails you want here: {url}"}


class Happened(Protocol):
    """An event of the outbox."""

    kind: str
    subject_id: UUID | None


class Letter(msgspec.Struct, frozen=True):
    """A mail that is to leave."""

    kind: str
    person: str
    email: str
    language: str
    organization: str


async def ask_for_letters(tx: db.Connection, event: Happened) -> None:
    """Note the mails that follow from an event, and put them on the worker's list where there are any.

    Each reminder of a round has its own number.
    """
    reminds = event.kind == "round_reminded"
    number = await db.one(tx, sql.reminders, int, about=event.subject_id) if reminds else 0
    if not await db.many(tx, CHOOSING[event.kind], UUID, about=event.subject_id, number=number):
        return  # thanks are many, and few people want a mail of each
    key, now = f"{event.kind}:{event.subject_id}:{number}", clock.now()
    await slots.ensure(tx, NewSlot(job=LETTERS, key=key, moment=now, due_at=now))


async def send_letters(settings: Settings, pool: db.Pool, organization_id: UUID, claim: Claim) -> None:
    """Send the mails of a slot, one after the other; without a mail server there are none.

    Raises
    ------
    SMTPException, OSError, TimeoutError : the server did not take one; those left are tried again later.
    slots.LeaseLost : the slot is another worker's by now.
    """
    if can_send(settings):
        async with slots.kept_alive(pool, organization_id, claim):
            for letter_id in await _waiting(pool, organization_id, claim):
                await _send(settings, pool, organization_id, (claim, letter_id))
    async with db.tenant(pool, organization_id) as tx:
        await slots.hold(tx, claim)
        await slots.finish(tx, claim)


async def _waiting(pool: db.Pool, organization_id: UUID, claim: Claim) -> list[UUID]:
    """Return the letters that have not been tried."""
    kind, about, number = claim.key.split(":")
    async with db.tenant(pool, organization_id) as tx:
        await slots.hold(tx, claim)
        return await db.many(tx, sql.waiting, UUID, kind=kind, about=about, number=int(number))


async def _send(settings: Settings, pool: db.Pool, organization_id: UUID, which: tuple[Claim, UUID]) -> None:
    claim, letter_id = which
    async with db.tenant(pool, organization_id) as tx:
        await slots.hold(tx, claim)
        letter = await db.maybe(tx, sql.letter, Letter, id=letter_id)
        await db.run(tx, sql.tried, id=letter_id, at=clock.now())
    if letter is None:
        return
    try:
        await send(settings, written(letter, address_of(settings)))
    except (aiosmtplib.SMTPException, OSError, TimeoutError):
        await _untried(pool, organization_id, letter_id, None)  # it certainly did not leave
        raise
    log.info("letter_mailed", kind=letter.kind)


async def _untried(pool: db.Pool, organization_id: UUID, letter_id: UUID, at: datetime | None) -> None:
    async with db.tenant(pool, organization_id) as tx:
        await db.run(tx, sql.tried, id=letter_id, at=at)


async def forget_old(tx: db.Connection) -> int:
    """Forget whom was mailed what a month ago; how many mails that were."""
    return await db.run(tx, sql.forget, before=clock.now() - timedelta(days=KEPT_DAYS))


def written(letter: Letter, address: str) -> Mail:
    """Return the mail, in its reader's language; it holds nothing that was said."""
    language = letter.language if letter.language in HELLO else "en"
    subject, happened, path = TEXTS[letter.kind, language]
    choice = CHOICE[language].format(url=f"{address}/settings")
    parts = (HELLO[language].format(person=letter.person), happened, address + path, choice, letter.organization)
    return Mail(letter.email, subject, "\n\n".join(parts) + "\n")
