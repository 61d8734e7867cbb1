"""Who gives, and when: a person gives in their own name and now; a service may say for whom and when it was."""

from datetime import datetime, timedelta
from uuid import UUID

from service.base import clock
from service.base.access import Actor, Role
from service.base.border import utc
from service.base.errors import Forbidden, Invalid, NotToSelf

AHEAD = timedelta(minutes=5)  # how far another machine's clock may run ahead


def giver_of(me: Actor, stated: UUID | None) -> UUID:
    """Return the giver: the caller, or whom a service names."""
    if stated is None or stated == me.person_id:
        return me.person()
    if me.role is not Role.SERVICE:
        raise Forbidden("only a service may give in somebody's name", field="giver_id")
    return stated


def moment_of(me: Actor, stated: datetime | None) -> datetime:
    """Return when it happened: now, or when a service says, which is not in the future."""
    now = clock.now()
    if stated is None:
        return now
    if me.role is not Role.SERVICE:
        raise Forbidden("only a service may say when it happened", field="at")
    if stated > now + AHEAD:
        raise Invalid("`at` lies in the future", field="at")
    return utc(stated)


def two_people(giver_id: UUID, receiver_id: UUID) -> None:
    """Refuse what somebody would give to themselves."""
    if giver_id == receiver_id:
        raise NotToSelf("giver and receiver must be two people", field="receiver_id")
