"""Public thanks from one person to another."""

from datetime import datetime
from uuid import UUID

import msgspec

from service.base.border import Id, Input, Instant, Text


class NewKudos(Input):
    """Thanks to be given."""

    receiver_id: UUID
    message: Text
    project_id: UUID | None = None
    criterion: Id | None = None  # what it is about, by the criterion's external id
    external_id: Id | None = None
    giver_id: UUID | None = None  # a service may say who gives
    at: Instant | None = None  # and when it was


class Kudos(msgspec.Struct, frozen=True):
    """Thanks given."""

    id: UUID
    external_id: str
    giver_id: UUID
    receiver_id: UUID
    project_id: UUID | None
    criterion: str | None
    message: str
    at: datetime
    contested: bool = False  # by the one who received them, and not decided yet
