"""Grant badges."""

from pathlib import Path

from service.badges.catalog import KEYS
from service.badges.model import Grant, NewGrant
from service.base import db
from service.base.access import Actor
from service.base.errors import NotFound
from service.base.events import record
from service.base.giving import giver_of, moment_of, two_people

sql = db.load(Path(__file__).with_name("queries.sql"))


async def grant(tx: db.Connection, me: Actor, badge: str, new: NewGrant) -> Grant:
    """Grant a badge of the catalogue to a colleague."""
    if badge not in KEYS:
        raise NotFound(f"there is no such badge; there are {', '.join(sorted(KEYS))}")
    giver_id = giver_of(me, new.giver_id)
    two_people(giver_id, new.receiver_id)
    granted = await db.one(
        tx,
        sql.insert,
        Grant,
        external_id=new.external_id,
        badge=badge,
        receiver_id=new.receiver_id,
        project_id=new.project_id,
        giver_id=giver_id,
        at=moment_of(me, new.at),
    )
    await record(tx, "badge_granted", granted.id, badge=badge)
    return granted
