"""Whose credential a request carries: looked up fresh each time, many requests with one query."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import msgspec

from service.base import db
from service.base.access import EVERY_SCOPE, Actor, Role
from service.base.gathered import Gathered

sql = db.load(Path(__file__).with_name("queries.sql"))

HASH_BYTES = 32


class Found(msgspec.Struct, frozen=True):
    """A live credential."""

    hash: bytes
    organization_id: UUID
    id: UUID
    kind: str
    person_id: UUID | None
    role: str
    scopes: list[str]
    stale: bool  # a session that was not seen for some minutes


def hash_of(secret: str) -> bytes:
    """Return what is stored of a secret; the secret has 256 bits, so a fast hash is enough."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def lookup(pool: db.Pool) -> Gathered[bytes, Actor]:
    """Return the look-up of callers by the hash of their secret."""

    async def ask(hashes: Sequence[bytes]) -> Mapping[bytes, Actor]:
        async with db.connection(pool) as conn:
            found = await db.many(conn, sql.credentials_of, Found, hashes=hashes)
        await _see(pool, [one for one in found if one.stale])
        return {one.hash: _actor(one) for one in found}

    return Gathered(ask)


async def _see(pool: db.Pool, stale: Iterable[Found]) -> None:
    """Note that these sessions are in use, so that they are not idle; some minutes apart, for it is a write."""
    ids = defaultdict(list)
    for one in stale:
        ids[one.organization_id].append(one.id)
    for organization_id, of_one in ids.items():
        async with db.tenant(pool, organization_id) as tx:
            await db.run(tx, sql.see, ids=of_one)


def _actor(found: Found) -> Actor:
    return Actor(found.organization_id, found.id, found.person_id, Role(found.role), found.kind, _scopes(found))


def _scopes(found: Found) -> frozenset[str]:
    return frozenset(found.scopes) if found.kind == "token" else EVERY_SCOPE
