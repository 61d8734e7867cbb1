"""Give thanks, many requests with one commit; hide what one received."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

from service.base import db
from service.base.access import Actor
from service.base.errors import AppError, UnknownReference
from service.base.events import record
from service.base.giving import giver_of, moment_of, two_people
from service.base.idempotency import Claim
from service.base.shared_write import Route, SharedWrite
from service.kudos.model import Kudos, NewKudos

sql = db.load(Path(__file__).with_name("queries.sql"))

Thanks = SharedWrite[Kudos, Kudos]


async def give(thanks: Thanks, me: Actor, new: NewKudos, claim: Claim | None) -> Kudos:
    """Thank a colleague; returns when it is committed."""
    giver_id = giver_of(me, new.giver_id)
    two_people(giver_id, new.receiver_id)
    row_id = uuid4()
    kudos = Kudos(
        row_id,
        new.external_id or str(row_id),
        giver_id,
        new.receiver_id,
        new.project_id,
        new.criterion,
        new.message,
        moment_of(me, new.at),
    )
    return await thanks.put(me.organization_id, kudos, claim)


async def write(tx: db.Connection, given: Sequence[Kudos]) -> list[Kudos | AppError]:
    """Write thanks of one organization with one statement."""
    unknown = await db.many(tx, sql.give, str, given=given)
    return [_outcome(kudos, field) for kudos, field in zip(given, unknown, strict=True)]


def _outcome(kudos: Kudos, unknown: str | None) -> Kudos | AppError:
    if unknown is None:
        return kudos
    return UnknownReference(f"{unknown}: there is no such {unknown} in your organization", field=unknown)


async def hide(tx: db.Connection, me: Actor, kudos_id: UUID) -> None:
    """Hide thanks that one received; they count no more from the next night on."""
    newest_id = await db.one(tx, sql.received_by, UUID, id=kudos_id, receiver_id=me.person())
    if await db.run(tx, sql.hide, id=newest_id, by_id=me.person()):
        await record(tx, "kudos_hidden", newest_id)


async def show(tx: db.Connection, me: Actor, kudos_id: UUID) -> None:
    """Show again what one hid oneself; it counts again from the next night on."""
    newest_id = await db.one(tx, sql.received_by, UUID, id=kudos_id, receiver_id=me.person())
    if await db.run(tx, sql.show, id=newest_id, by_id=me.person()):
        await record(tx, "kudos_shown", newest_id)


def sharing(pool: db.Pool) -> Thanks:
    """Return what collects the requests that give thanks."""
    return SharedWrite(pool, Route("POST /api/kudos", "kudos_given", write))
