"""The audit log: who looked at another person's confidential data, in which role and why, written before it leaves."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from service.base import db
from service.base.access import Actor, Operator, Role

sql = db.load(Path(__file__).with_suffix(".sql"))


class Purpose(StrEnum):
    """Why somebody looks; a closed list, so that the one who is looked at can be told in their own language."""

    LEADING = "leading"
    PERSONNEL = "personnel"
    ADMINISTRATION = "administration"
    INTEGRATION = "integration"
    CONTEST = "contest"
    OPERATION = "operation"


USUAL: Mapping[str, Purpose] = {
    Role.HR: Purpose.PERSONNEL,
    Role.ADMINISTRATOR: Purpose.ADMINISTRATION,
    Role.SERVICE: Purpose.INTEGRATION,
}


async def looked(
    tx: db.Connection, me: Actor | Operator, subject_id: UUID | None, action: str, purpose: Purpose | None = None
) -> None:
    """Write that the caller looks at a person's data, or at everybody's; at one's own is nobody's business.

    Call it before reading: what cannot be written down is not shown, and a reading route needs `opt=AUDITED`.
    """
    if subject_id is not None and subject_id == me.person_id:
        return
    why = purpose or USUAL.get(me.role, Purpose.LEADING)
    given = {"actor_id": me.person_id, "role": me.role, "subject_id": subject_id}
    await db.run(tx, sql.insert, action=action, purpose=why, detail=None, **given)


async def looked_at_each(tx: db.Connection, me: Actor, subject_ids: Sequence[UUID], action: str) -> None:
    """Write the same of several people at once; call it before reading, too."""
    others = sorted({one for one in subject_ids if one != me.person_id})
    why = USUAL.get(me.role, Purpose.LEADING)
    given = {"actor_id": me.person_id, "role": me.role, "subject_ids": others}
    await db.run(tx, sql.insert_each, action=action, purpose=why, **given)
