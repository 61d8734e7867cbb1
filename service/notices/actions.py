"""Choose which mails one wants, and put those there that an event asks for."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import asdict

from service.base import clock, db, slots
from service.base.errors import Invalid
from service.base.events import record
from service.notices.model import KINDS, Kind, MailChange, MailChoices

sql = db.load(Path(__file__).with_name("queries.sql"))

MAIL = "notice_mail"  # the worker's job
USUAL: list[Kind] = ["note", "asked", "decided"]  # these come unless somebody chose otherwise; thanks wait to be seen


class Happened(Protocol):
    """An event of the outbox."""

    @property
    def subject_id(self) -> UUID | None:
        """What happened it is about."""


async def choices(tx: db.Connection, person_id: UUID) -> MailChoices:
    """Return which mails a person wants."""
    return MailChoices(*await db.many(tx, sql.wanted, bool, person_id=person_id, usual=USUAL))


async def change(tx: db.Connection, person_id: UUID, wanted: MailChange) -> MailChoices:
    """Turn kinds of mail on or off."""
    named = {kind: given for kind, given in asdict(wanted).items() if given is not UNSET}
    if not named:
        raise Invalid(f"nothing to change: name at least one of {', '.join(KINDS)}")
    for kind, given in named.items():
        await db.run(tx, sql.choose, person_id=person_id, kind=kind, wanted=given)
    await record(tx, "mail_choices_changed", person_id)
    return await choices(tx, person_id)


def tell(kind: Kind) -> Callable[[db.Connection, Happened], Awaitable[None]]:
    """Make the subscriber that has a mail sent to everyone whom such an event concerns and who wants it."""

    async def subscriber(tx: db.Connection, event: Happened) -> None:
        given = {"kind": kind, "subject_id": event.subject_id, "usual": USUAL}
        for person_id in await db.many(tx, sql.receivers, UUID, **given):
            now, key = clock.now(), f"{kind}:{event.subject_id}:{person_id}"
            await slots.ensure(tx, slots.NewSlot(job=MAIL, key=key, moment=now, due_at=now))

    return subscriber
