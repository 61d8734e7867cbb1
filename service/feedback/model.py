"""Confidential feedback, as it is given; nobody ever reads who gave it."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from service.base.border import Id, Input, Instant, Rating, Text

MOST_CRITERIA = 50


class NewFeedback(Input):
    """What one person says of another at one time: any of the criteria, and words."""

    receiver_id: UUID
    ratings: Annotated[dict[Id, Rating], Meta(min_length=1, max_length=MOST_CRITERIA)]  # by the criterion's external id
    project_id: UUID | None = None
    round_id: UUID | None = None
    comment: Text | None = None
    giver_id: UUID | None = None  # a service may say who gives
    at: Instant | None = None  # and when it was


class Receipt(msgspec.Struct, frozen=True):
    """That it arrived; no id, for an id could lead back to the giver."""

    recorded: int


class Criterion(msgspec.Struct, frozen=True):
    """What feedback can be about."""

    id: UUID
    external_id: str
    name: str
    meaning: str | None
