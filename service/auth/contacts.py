"""Tokens and links of contacts: somebody at a customer or partner, who sees the projects opened to them."""

import secrets
from datetime import timedelta
from uuid import UUID

from service.auth.actions import SECRET_BYTES
from service.auth.lookup import hash_of, sql
from service.auth.model import LONGEST_DAYS
from service.base import clock, db
from service.base.errors import Invalid, NotFound
from service.base.events import record


async def create_token(tx: db.Connection, contact_id: UUID, days: int = 90, name: str | None = None) -> str:
    """Make a token for a contact and return it.

    Raises
    ------
    Invalid : it would live too long, or not at all.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"a token lives 1 to {LONGEST_DAYS} days", field="days")
    secret = f"tk_{secrets.token_urlsafe(SECRET_BYTES)}"
    given = {"kind": "token", "hash": hash_of(secret), "contact_id": contact_id, "name": name}
    ends = clock.now() + timedelta(days=days)
    await record(tx, "token_created", await db.one(tx, sql.insert_for_contact, UUID, expires_at=ends, **given))
    return secret


async def create_link(tx: db.Connection, contact_id: UUID, days: int) -> tuple[UUID, str]:
    """Make a link for a contact, which works once; return its id and its secret, which is kept nowhere."""
    secret = f"tl_{secrets.token_urlsafe(SECRET_BYTES)}"
    given = {"kind": "link", "hash": hash_of(secret), "contact_id": contact_id, "name": None}
    link_id = await db.one(tx, sql.insert_for_contact, UUID, expires_at=clock.now() + timedelta(days=days), **given)
    await record(tx, "link_created", link_id)
    return link_id, secret


async def meant(tx: db.Connection, given: str) -> UUID:
    """Find whom the operator means by an external id or an email address that only one contact has."""
    found = await db.maybe(tx, sql.contact_known_as, UUID, given=given)
    if found is None:
        raise NotFound(f"there is no one contact with the id or email address {given!r}")
    return found
