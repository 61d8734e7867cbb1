"""Make and end credentials; a secret is returned once and kept nowhere."""

import secrets
from datetime import timedelta
from uuid import UUID

import msgspec
from litestar.datastructures import Cookie

from service.auth.lookup import hash_of, sql
from service.base import clock, db
from service.base.access import Role
from service.base.config import Settings
from service.base.errors import Invalid, NotFound, Refused
from service.base.events import record

SECRET_BYTES = 32  # 256 bits: cannot be guessed, so its fast hash may be stored
LONGEST_DAYS = 366
SESSION_HOURS = 12


class NewToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token to be made."""

    role: Role
    person_id: UUID | None = None
    days: int = 90
    name: str | None = None


async def create_token(tx: db.Connection, new: NewToken) -> str:
    """Make a token and return it; only a service token may belong to no person."""
    if new.role is Role.CONTACT:
        raise Invalid("a contact's token belongs to a contact; say which", field="contact")
    if new.person_id is None and new.role is not Role.SERVICE:
        raise Invalid(f"a token of role {new.role} belongs to a person; say which", field="person")
    if not 1 <= new.days <= LONGEST_DAYS:
        raise Invalid(f"a token lives 1 to {LONGEST_DAYS} days", field="days")
    return await _create(tx, "token", "tk_", new)


async def start_session(tx: db.Connection, person_id: UUID, role: Role) -> str:
    """Sign a person in; return the secret for the cookie."""
    return await _create(tx, "session", "ts_", NewToken(role=role, person_id=person_id))


async def spend_link(tx: db.Connection, link_id: UUID) -> bool:
    """End a link; False where it was ended before, so that of two who use it at once only one does."""
    return await db.run(tx, sql.revoke, id=link_id) == 1


async def _create(tx: db.Connection, kind: str, prefix: str, new: NewToken) -> str:
    secret = prefix + secrets.token_urlsafe(SECRET_BYTES)
    lives = timedelta(days=new.days) if kind == "token" else timedelta(hours=SESSION_HOURS)
    credential_id = await db.one(
        tx,
        sql.insert,
        UUID,
        kind=kind,
        hash=hash_of(secret),
        person_id=new.person_id,
        role=new.role,
        name=new.name,
        expires_at=clock.now() + lives,
    )
    await record(tx, f"{kind}_created", credential_id)
    return secret


async def revoke(tx: db.Connection, credential_id: UUID) -> None:
    """End a token or a session; it is dead at once, everywhere."""
    if not await db.run(tx, sql.revoke, id=credential_id):
        raise NotFound("there is no such live credential in your organization")
    await record(tx, "credential_revoked", credential_id)


async def person_meant(tx: db.Connection, given: str) -> UUID:
    """Find whom the operator means by an external id, an email address or a name that only one person has."""
    exact = await db.maybe(tx, sql.person_known_as, UUID, given=given)
    if exact is not None:
        return exact
    found = await db.many(tx, sql.person_named, UUID, given=given)
    if not found:
        raise NotFound(f"nobody here has the id, email address or name {given!r}")
    if len(found) > 1:
        raise Refused(f"several people are called {given!r}; give an external id")
    return found[0]


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name: bound to the host where the service is reached by https."""
    return "__Host-talkoot_session" if _https(settings) else "talkoot_session"


def session_cookie(settings: Settings, secret: str | None) -> Cookie:
    """Return the cookie that carries a session, or with None the one that takes it away."""
    return Cookie(
        key=cookie_name(settings),
        value=secret or "",
        max_age=SESSION_HOURS * 3600 if secret else 0,
        path="/",
        secure=_https(settings),
        httponly=True,
        samesite="lax",
    )


def _https(settings: Settings) -> bool:
    return (settings.url or "").startswith("https://")
