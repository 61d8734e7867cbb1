"""Talks: that a lead and somebody of their team had one, on a day."""

from datetime import date
from uuid import UUID

import msgspec

from service.base.border import Input


class NewTalk(Input):
    """A talk that took place; nothing of what was said is kept."""

    held_on: date


class Recorded(msgspec.Struct, frozen=True):
    """A talk that I recorded."""

    id: UUID
    person: str
    held_on: date


class Last(msgspec.Struct, frozen=True):
    """Somebody of a team, and when I last talked with them; None where I recorded no talk."""

    id: UUID
    name: str
    title: str | None
    talk_id: UUID | None
    held_on: date | None


class WithMe(msgspec.Struct, frozen=True):
    """A talk that a lead of mine recorded."""

    lead: str
    held_on: date
