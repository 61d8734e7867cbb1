"""A badge that somebody holds."""

from datetime import datetime
from uuid import UUID

import msgspec

from service.base.border import Id, Input, Instant


class NewGrant(Input):
    """A badge to be granted."""

    receiver_id: UUID
    project_id: UUID | None = None
    external_id: Id | None = None
    giver_id: UUID | None = None  # a service may say who gives
    at: Instant | None = None  # and when it was


class Grant(msgspec.Struct, frozen=True):
    """A badge granted."""

    id: UUID
    external_id: str
    badge: str
    receiver_id: UUID
    project_id: UUID | None
    giver_id: UUID | None
    at: datetime
    contested: bool = False


class BadgeView(msgspec.Struct, frozen=True):
    """A badge that can be granted."""

    key: str
    name: str
    meaning: str
