"""The same request twice has one effect: answers are kept under the caller's Idempotency-Key for a day."""

import hmac
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request

from service.base import clock, db
from service.base.errors import AppError, Busy, Invalid

sql = db.load(Path(__file__).with_suffix(".sql"))

KEPT_HOURS = 24
LONGEST_KEY = 200  # characters
SESSION = "talkoot_session"  # how names of session cookies end


class KeyReused(AppError):
    """The key was used before, for another body; a new request takes a new key."""

    code = "idempotency_key_reused"
    status = 422


class Raced(Busy):
    """Another process is answering the same request at this moment."""


class Claim(msgspec.Struct, frozen=True):
    """What makes two requests the same: who asks, where, under which key, and for what."""

    actor_id: UUID
    route: str
    key: str
    body_hash: bytes


class Kept(msgspec.Struct, frozen=True):
    """An answer given before."""

    actor_id: UUID
    key: str
    body_hash: bytes
    status: int
    response: str

    def for_claim(self, claim: Claim) -> "Kept":
        """Return this answer; refuse where the request behind the key was another one."""
        if self.body_hash != claim.body_hash:
            raise KeyReused("this Idempotency-Key was used for another request; take a new one", key=claim.key)
        return self


class Replayed(Exception):
    """Ends a request whose effect is there already."""

    def __init__(self, kept: Kept) -> None:
        super().__init__(kept.key)
        self.kept = kept


async def claim_of(request: Request[Any, Any, Any], actor_id: UUID) -> Claim | None:
    """Read the claim of a request, or None where it carries no key.

    Raises
    ------
    Invalid : the key is empty, too long or not plain ASCII.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Invalid(f"Idempotency-Key takes 1 to {LONGEST_KEY} printable ASCII characters", field="Idempotency-Key")
    scope = request.scope
    asked = b"\0".join((scope["path"].encode(), scope["query_string"], await request.body()))
    route = f"{scope['method']} {scope['path_template']}"
    return Claim(actor_id, route, key, hmac.digest(_secret(request), asked, "sha256"))


async def replay(tx: db.Connection, claim: Claim) -> None:
    """Wait for an earlier request of this claim; end this one with its answer if there is one.

    Raises
    ------
    Replayed : the answer is known.
    KeyReused : the key belongs to another request.
    """
    await db.one(tx, sql.queue, str, lock=_lock(claim))
    kept = await db.maybe(tx, sql.kept, Kept, actor_id=claim.actor_id, route=claim.route, key=claim.key)
    if kept is not None:
        raise Replayed(kept.for_claim(claim))


async def keep(tx: db.Connection, claim: Claim, status: int, body: bytes) -> None:
    """Keep the answer, in the transaction of its effect."""
    await db.run(tx, sql.keep, **msgspec.structs.asdict(claim), status=status, response=body.decode())


async def kept_among(tx: db.Connection, route: str, claims: Sequence[Claim]) -> dict[tuple[UUID, str], Kept]:
    """Return the answers known already to any of these claims of one route, by actor and key."""
    actor_ids, keys = [claim.actor_id for claim in claims], [claim.key for claim in claims]
    found = await db.many(tx, sql.kept_among, Kept, route=route, actor_ids=actor_ids, keys=keys)
    return {(kept.actor_id, kept.key): kept for kept in found}


async def purge(tx: db.Connection) -> int:
    """Forget what is older than a day; how many answers that was."""
    return await db.run(tx, sql.purge, before=clock.now() - timedelta(hours=KEPT_HOURS))


def _secret(request: Request[Any, Any, Any]) -> bytes:
    """Return the caller's own secret, which is kept nowhere: without it, no body's hash can be tried out."""
    session = [value for name, value in request.cookies.items() if name.endswith(SESSION)]
    return (request.headers.get("authorization") or "".join(session)).encode("utf-8", "surrogatepass")


def _lock(claim: Claim) -> int:
    named = f"{claim.actor_id}\0{claim.route}\0{claim.key}".encode()
    return int.from_bytes(sha256(named).digest()[:8], signed=True)
