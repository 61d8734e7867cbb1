"""Signed notes: what one colleague writes to another, for the two of them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from service.base.border import Input, Text


class NewNote(Input):
    """A signed note to a colleague, which the two of them alone can read."""

    receiver_id: UUID
    message: Text


class Note(msgspec.Struct, frozen=True):
    """A signed note, of mine or to me; it counts in no score."""

    id: UUID
    author_id: UUID
    author: str
    receiver_id: UUID
    receiver: str
    message: str
    at: datetime


Box = Literal["received", "written"]
