"""Make and end credentials; a secret is returned once and kept nowhere."""

import secrets
from datetime import timedelta
from uuid import UUID

from litestar.datastructures import Cookie

from service.auth.lookup import hash_of, sql
from service.auth.model import NewToken, RoleView, TokenView
from service.base import clock, db
from service.base.access import Actor, Role
from service.base.config import Settings
from service.base.device import device_of
from service.base.errors import Forbidden, Invalid, NotFound, Refused
from service.base.events import record

SECRET_BYTES = 32  # 256 bits: cannot be guessed, so its fast hash may be stored
PREFIXES = {"token": "tk_", "session": "ts_", "link": "tl_", "flow": "tf_"}
SESSION_HOURS = 12  # at most; one that is idle for 2 hours ends before (credentials_of in the migrations)
FLOW_MINUTES = 10
SIGN_IN_LINK_MINUTES = 15


async def create_token(tx: db.Connection, new: NewToken) -> str:
    """Make a token and return its secret; only a service token may belong to no person."""
    return (await make_token(tx, new))[1]


async def make_token(tx: db.Connection, new: NewToken) -> tuple[UUID, str]:
    """Make a token; return its id and its secret.

    Raises
    ------
    Invalid : its role fits no token, or needs a person.
    """
    if new.role is Role.CONTACT:
        raise Invalid("a contact's token belongs to a contact; say which", field="contact")
    if new.person_id is None and new.role is not Role.SERVICE:
        raise Invalid(f"a token of role {new.role} belongs to a person; say which", field="person")
    return await _create(tx, "token", new, timedelta(days=new.days))


async def make_token_for(tx: db.Connection, me: Actor, new: NewToken) -> tuple[TokenView, str]:
    """Make a token as an administrator, their own or a program's.

    Raises
    ------
    Forbidden : it would act in somebody else's name, who alone sees what they said of whom; or it would have a role or
        a scope that the caller does not hold.
    """
    if new.person_id is not None and new.person_id != me.person_id:
        raise Forbidden(
            "nobody makes a token in another person's name; make your own, or a program's with role service"
        )
    if not me.scopes.issuperset(new.scopes):
        raise Forbidden("your own token does not have all of these scopes")
    if new.role in {Role.HR, Role.ADMINISTRATOR} and new.role not in await roles_for_tokens(tx, me):
        raise Forbidden("you do not hold this role; an administrator can grant it to you")
    token_id, secret = await make_token(tx, new)
    return await db.one(tx, sql.token, TokenView, id=token_id), secret


async def roles_for_tokens(tx: db.Connection, me: Actor) -> set[Role]:
    """Return the roles that tokens of an administrator's may have: HR's only where they were granted it, too."""
    granted = await db.maybe(tx, sql.granted, RoleView, person_id=me.person_id, role=Role.HR)
    return {Role.EMPLOYEE, Role.LEAD, me.role, Role.SERVICE} | ({Role.HR} if granted else set())


async def end_token(tx: db.Connection, token_id: UUID) -> TokenView:
    """End a token; it is dead at once. One that has ended already stays so."""
    if await db.run(tx, sql.revoke_token, id=token_id):
        await record(tx, "credential_revoked", token_id)
    return await db.one(tx, sql.token, TokenView, id=token_id)


async def revive_token(tx: db.Connection, token_id: UUID) -> None:
    """Let a token that was ended by mistake work again.

    Raises
    ------
    Refused : it has expired since, or its person does not hold its role any more.
    """
    if not await db.run(tx, sql.revive_token, id=token_id):
        raise Refused("this token has expired, or its role was taken since; make another")
    await record(tx, "credential_revived", token_id)


async def start_session(tx: db.Connection, person_id: UUID, role: Role, user_agent: str | None = None) -> str:
    """Sign a person in; return the secret for the cookie, new each time."""
    new = NewToken(role=role, person_id=person_id)
    lives = timedelta(hours=SESSION_HOURS)
    return (await _create(tx, "session", new, lives, device_of(user_agent)))[1]


async def end_session(tx: db.Connection, person_id: UUID, session_id: UUID) -> None:
    """Sign a person out of one browser; what is not a session of theirs looks as if it had ended before."""
    if await db.run(tx, sql.end_session, person_id=person_id, id=session_id):
        await record(tx, "sessions_ended", person_id)


async def end_other_sessions(tx: db.Connection, person_id: UUID, kept_id: UUID) -> int:
    """Sign a person out everywhere but here; return of how many browsers."""
    ended = await db.run(tx, sql.end_other_sessions, person_id=person_id, kept_id=kept_id)
    await record(tx, "sessions_ended", person_id)
    return ended


async def end_sessions(tx: db.Connection, person_id: UUID) -> int:
    """Sign a person out everywhere, at once; return of how many browsers."""
    ended = await db.run(tx, sql.end_sessions, person_id=person_id)
    await record(tx, "sessions_ended", person_id)
    return ended


async def create_sign_in_link(tx: db.Connection, person_id: UUID) -> str:
    """Make a link that signs a person in once; return its secret."""
    new = NewToken(role=Role.EMPLOYEE, person_id=person_id)
    return (await _create(tx, "link", new, timedelta(minutes=SIGN_IN_LINK_MINUTES)))[1]


async def create_flow(tx: db.Connection) -> tuple[UUID, str]:
    """Make the state of a sign-in at a provider; return its id and its secret."""
    return await _create(tx, "flow", NewToken(role=Role.EMPLOYEE), timedelta(minutes=FLOW_MINUTES))


async def spend_link(tx: db.Connection, link_id: UUID) -> bool:
    """End a link or a flow; False where it was ended before, so that of two who use it at once only one does."""
    return await db.run(tx, sql.revoke, id=link_id) == 1


async def _create(
    tx: db.Connection, kind: str, new: NewToken, lives: timedelta, device: str | None = None
) -> tuple[UUID, str]:
    secret = PREFIXES[kind] + secrets.token_urlsafe(SECRET_BYTES)
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
        scopes=sorted(new.scopes),
        device=device,
    )
    if kind != "flow":  # anybody can begin one, so it is no event
        await record(tx, f"{kind}_created", credential_id)
    return credential_id, secret


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
