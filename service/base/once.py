"""What is done once under a key of a day: a form that shows a secret, a look that is written down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

from service.base import db, idempotency
from service.base.access import Actor
from service.base.idempotency import Claim

DONE = 200  # the status kept of what was done; never what it showed


@asynccontextmanager
async def once(tx: db.Connection, me: Actor, what: str, key: str) -> AsyncIterator[None]:
    """Do `what`, unless it was done already under this key by this sign-in or token.

    Raises
    ------
    Replayed : it was.
    """
    claim = Claim(me.credential_id, what, key, sha256(key.encode()).digest())
    await idempotency.replay(tx, claim)
    yield
    await idempotency.keep(tx, claim, DONE, b"")
