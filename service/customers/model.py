"""Customers, the people there, and what they let us learn about a project."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from service.base.border import Email, Id, Input, Instant, Name, Text

CustomerKind = Literal["customer", "partner"]
SignalKind = Literal["survey", "interview", "meeting", "group", "call", "observation", "complaint", "referral", "usage"]
About = Literal["service", "people", "brand"]
Language = Annotated[str, Meta(min_length=1, max_length=35)]
OneToFive = Annotated[float, Meta(ge=1, le=5)]
ZeroToTen = Annotated[float, Meta(ge=0, le=10)]


class NewCustomer(Input):
    """A customer, or a partner, to be added."""

    name: Name
    external_id: Id | None = None
    kind: CustomerKind = "customer"


class CustomerChange(Input):
    """What changes of a customer."""

    name: Name | UnsetType = UNSET
    kind: CustomerKind | UnsetType = UNSET


class Customer(msgspec.Struct, frozen=True):
    """A customer or partner."""

    id: UUID
    external_id: str
    name: str
    kind: str


class NewContact(Input):
    """Somebody at a customer, to be added."""

    customer_id: UUID
    external_id: Id | None = None
    name: Name | None = None
    email: Email | None = None
    role: Name | None = None
    known: bool | None = None
    channel: Name | None = None
    rhythm: Name | None = None
    language: Language | None = None


class ContactChange(Input):
    """What changes of a contact."""

    name: Name | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    role: Name | UnsetType | None = UNSET
    known: bool | UnsetType | None = UNSET
    channel: Name | UnsetType | None = UNSET
    rhythm: Name | UnsetType | None = UNSET
    language: Language | UnsetType | None = UNSET


class Contact(msgspec.Struct, frozen=True):
    """Somebody at a customer."""

    id: UUID
    external_id: str
    customer_id: UUID
    name: str | None
    email: str | None
    role: str | None
    known: bool | None
    channel: str | None
    rhythm: str | None
    language: str | None


class NewSignal(Input):
    """What one customer let us learn at one time: any of the aspects, words, or both."""

    kind: SignalKind
    contact_id: UUID | None = None
    satisfaction: OneToFive | None = None
    recommendation: ZeroToTen | None = None
    commitment: OneToFive | None = None
    listening: OneToFive | None = None
    about: About | None = None
    words: Text | None = None
    at: Instant | None = None

    def aspects(self) -> dict[str, float]:
        """Return the aspects that were given a value."""
        given = {name: getattr(self, name) for name in ("satisfaction", "recommendation", "commitment", "listening")}
        return {name: value for name, value in given.items() if value is not None}


class Signal(msgspec.Struct, frozen=True):
    """One aspect of one response, or its words."""

    id: UUID
    response: str | None
    project_id: UUID
    contact_id: UUID | None
    kind: str
    aspect: str | None
    value: float | None
    about: str | None
    comment: str | None
    at: datetime
    contested: bool = False  # by somebody of the project, and not decided yet


class Response(msgspec.Struct, frozen=True):
    """Signals given together: one voice."""

    response: str
    signals: list[Signal]
