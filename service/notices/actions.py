"""Choose which mails one wants."""

from pathlib import Path
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import asdict

from service.base import db
from service.base.errors import Invalid
from service.base.events import record
from service.notices.model import KINDS, MailChange, MailChoices

sql = db.load(Path(__file__).with_name("queries.sql"))


async def choices(tx: db.Connection, person_id: UUID) -> MailChoices:
    """Return which mails a person wants."""
    return MailChoices(*await db.many(tx, sql.wanted, bool, person_id=person_id))


async def change(tx: db.Connection, person_id: UUID, wanted: MailChange) -> MailChoices:
    """Turn kinds of mail on or off."""
    named = {kind: given for kind, given in asdict(wanted).items() if given is not UNSET}
    if not named:
        raise Invalid(f"nothing to change: name at least one of {', '.join(KINDS)}")
    for kind, given in named.items():
        await db.run(tx, sql.choose, person_id=person_id, kind=kind, wanted=given)
    await record(tx, "mail_choices_changed", person_id)
    return await choices(tx, person_id)
