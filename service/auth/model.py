"""What is known of a credential and of granted roles; a credential's secret is not."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from service.base.access import Role, Scope
from service.base.border import Input, Name

LONGEST_DAYS = 366

Days = Annotated[int, Meta(ge=1, le=LONGEST_DAYS)]
Scopes = Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=len(Scope))]
Grantable = Literal["hr", "administrator"]


class NewToken(Input, kw_only=True):
    """A token to be made."""

    role: Role
    person_id: UUID | None = None
    days: Days = 90
    name: Name | None = None
    scopes: Scopes = (Scope.READ, Scope.WRITE)


class TokenView(msgspec.Struct, frozen=True):
    """A token, as an operator or an administrator sees it."""

    id: UUID
    name: str | None
    role: str
    scopes: list[str]
    person_id: UUID | None
    person_name: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class MadeToken(msgspec.Struct, frozen=True):
    """A new token with its secret, which is shown this once."""

    token: TokenView
    secret: str


class SessionView(msgspec.Struct, frozen=True):
    """A browser in which somebody is signed in."""

    id: UUID
    device: str | None
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class RoleGrant(Input):
    """A role to be granted to somebody."""

    person_id: UUID
    role: Grantable


class RoleView(msgspec.Struct, frozen=True):
    """A role that somebody was granted."""

    id: UUID
    person_id: UUID
    person_name: str
    role: str
    granted_at: datetime
