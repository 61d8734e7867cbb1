"""Surveys: what is asked of a contact when a project ends, and what is known of the asking."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from service.base.border import Input
from service.base.errors import NotFound, Refused

Channel = Literal["email", "phone", "meeting"]
Rhythm = Literal["each_project", "quarterly", "yearly", "never"]
About = Literal["service", "people", "brand"]
OneToFive = Annotated[int, Meta(ge=1, le=5)]
ZeroToTen = Annotated[int, Meta(ge=0, le=10)]


class NotAsked(Refused):
    """The contact wishes not to be asked."""

    code = "contact_not_asked"


class AskedLately(Refused):
    """The contact was asked, or answered, and their rhythm leaves them in peace for a while."""

    code = "contact_asked_lately"


class AlreadyAnswered(Refused):
    """The survey has its answer; asking again would ask for another."""

    code = "survey_already_answered"


class LinkSpent(NotFound):
    """The link was used, has expired, was replaced by a newer one, or never was: they all look the same."""

    code = "link_spent"


class Wish(msgspec.Struct, frozen=True):
    """How a contact wishes to be asked: never, or not before a day."""

    never: bool
    rests_until: datetime | None


class NewSurvey(Input):
    """Who is to be asked."""

    contact_id: UUID


class Survey(msgspec.Struct, frozen=True):
    """One contact asked about one project; `answered_at` None as long as there is no answer, which says nothing."""

    id: UUID
    project_id: UUID
    contact_id: UUID
    asked_at: datetime
    asked_by_id: UUID | None
    mail_tried_at: datetime | None
    reminder_tried_at: datetime | None
    answered_at: datetime | None


class Link(msgspec.Struct, frozen=True):
    """A link to hand to the contact; it is shown once, and those before it are dead."""

    url: str
    expires_at: datetime


class Question(msgspec.Struct, frozen=True):
    """What the page behind a link shows, and in whose language."""

    id: UUID
    organization: str
    time_zone: str
    project_id: UUID
    project: str
    contact_id: UUID
    contact: str | None
    language: str | None
    channel: str | None
    rhythm: str | None


class Letter(msgspec.Struct, frozen=True):
    """What a mail about a survey needs; `home` is the organization's language."""

    id: UUID
    email: str
    language: str | None
    contact: str | None
    project: str
    organization: str
    home: str
    mail_tried_at: datetime | None
    reminder_tried_at: datetime | None


class Answer(Input):
    """What a contact says; nothing is mandatory but to say something."""

    satisfaction: OneToFive | None = None
    recommendation: ZeroToTen | None = None
    commitment: OneToFive | None = None
    listening: OneToFive | None = None
    about: About | None = None
    words: Annotated[str, Meta(max_length=4000)] | None = None
    show_name: bool = False
    channel: Channel | None = None
    rhythm: Rhythm | None = None
