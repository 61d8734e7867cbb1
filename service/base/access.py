"""Who is calling, and the guards that say which roles may call a route."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from service.base.errors import Forbidden, NotSignedIn, Refused


class Role(StrEnum):
    """What a credential may do; a person can hold several credentials."""

    EMPLOYEE = "employee"
    LEAD = "lead"
    HR = "hr"
    ADMINISTRATOR = "administrator"
    SERVICE = "service"
    CONTACT = "contact"  # of a customer or partner, in the projects opened to them


class Scope(StrEnum):
    """What a token may be used for, whatever its role would allow."""

    READ = "read"
    WRITE = "write"
    EXPORT = "export"  # routes with `opt={"scope": "export"}`, whatever their method


EVERY_SCOPE = frozenset(Scope)


class Actor(msgspec.Struct, frozen=True):
    """The caller, found fresh on every request from a token or a session."""

    organization_id: UUID
    credential_id: UUID
    person_id: UUID | None  # empty for a service token
    role: Role
    kind: str = "token"  # or session
    scopes: frozenset[str] = EVERY_SCOPE  # of a token; a session is not limited

    def person(self) -> UUID:
        """Return who is acting; refuse where the credential belongs to no person."""
        if self.person_id is None:
            raise Refused("this token belongs to no person; say who gives, or use a person's token")
        return self.person_id


class Operator(msgspec.Struct, frozen=True):
    """Whoever runs the service, in its shell: nobody's person here, and under no guard."""

    organization_id: UUID
    person_id: None = None
    role: str = "operator"


Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], None]

OPEN = {"open": True}  # `opt=OPEN` on a route that anybody may call; every other route asks for a credential

FOR_CONTACTS = {"contacts": True}  # `opt=FOR_CONTACTS` on a route that contacts may call; all others are closed to them


def admit(me: Actor, opt: Mapping[str, Any]) -> Actor:
    """Let the caller pass, unless they are a contact and the route with these options is none of theirs.

    Raises
    ------
    Forbidden : the same for every such route, whatever it names: a contact learns nothing of what is there.
    """
    if me.role is Role.CONTACT and not opt.get("contacts"):
        raise Forbidden("contacts see the projects opened to them, and nothing else here")
    return me


def caller(connection: Connection) -> Actor | None:
    """Return the caller that auth's guard found, or None on an open route without a credential."""
    return cast("Actor | None", connection.scope.get("auth"))


def require_role(*roles: Role) -> Guard:
    """Make a guard that lets these roles pass, for `guards=[…]` of a route or a router."""
    allowed = frozenset(roles)

    def guard(connection: Connection, _: BaseRouteHandler) -> None:
        me = caller(connection)
        if me is None:
            raise NotSignedIn("sign in, or send a token as `Authorization: Bearer …`")
        if me.role not in allowed:
            raise Forbidden(
                f"this takes the role {' or '.join(sorted(allowed))}; yours is {me.role}", roles=sorted(allowed)
            )

    return guard


administration = require_role(Role.ADMINISTRATOR, Role.SERVICE)  # people, teams, customers, contacts
project_work = require_role(Role.LEAD, Role.ADMINISTRATOR, Role.SERVICE)  # projects and their members
contacts_only = require_role(Role.CONTACT)
