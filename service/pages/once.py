"""A form that shows a secret this once: it carries a key of its own, so that sent again it makes nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from uuid import UUID

from service.base import db, idempotency
from service.base.access import Actor
from service.base.idempotency import Claim

MADE = 200  # the status kept of a form that made what it asked for; never the secret


@asynccontextmanager
async def once(tx: db.Connection, me: Actor, route: str, key: UUID, about: str = "") -> AsyncIterator[None]:
    """Do what a form asks for, unless the form of this key has done it already, for `about` where it names one.

    Raises
    ------
    Replayed : it has.
    """
    claim = Claim(me.credential_id, route, f"{key} {about}".rstrip(), sha256(key.bytes).digest())
    await idempotency.replay(tx, claim)
    yield
    await idempotency.keep(tx, claim, MADE, b"")
