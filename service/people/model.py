"""A person, who is not a login."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from service.base.border import Email, Id, Input, Instant, Name

PersonRole = Literal["seller", "expert", "carer", "lead", "other"]
Language = Literal["fi", "en"]


class NewPerson(Input):
    """A person to be added."""

    name: Name
    external_id: Id | None = None
    email: Email | None = None
    title: Name | None = None
    role: PersonRole | None = None
    joined_at: Instant | None = None
    left_at: Instant | None = None
    language: Language | None = None


class PersonChange(Input):
    """What changes of a person."""

    name: Name | UnsetType = UNSET
    email: Email | UnsetType | None = UNSET
    title: Name | UnsetType | None = UNSET
    role: PersonRole | UnsetType | None = UNSET
    joined_at: Instant | UnsetType | None = UNSET
    left_at: Instant | UnsetType | None = UNSET
    language: Language | UnsetType | None = UNSET


class OwnChange(Input):
    """What a person corrects of themself; where they work and what they may do is not theirs to say."""

    name: Name | UnsetType = UNSET
    title: Name | UnsetType | None = UNSET
    language: Language | UnsetType | None = UNSET


class Person(msgspec.Struct, frozen=True):
    """A person."""

    id: UUID
    external_id: str
    name: str
    email: str | None
    title: str | None
    role: str | None
    joined_at: datetime | None
    left_at: datetime | None
    language: str | None
