"""Projects of every kind, and who takes part with which share."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from service.base.border import Id, Input, Instant, Name

ProjectKind = Literal["opportunity", "development", "delivery"]
Outcome = Literal["done", "won", "lost", "stopped"]
Share = Annotated[float, Meta(ge=0, le=1000)]


class NewProject(Input):
    """A project to be added."""

    name: Name
    kind: ProjectKind
    external_id: Id | None = None
    customer_id: UUID | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    outcome: Outcome | None = None
    territory: Name | None = None
    continues_id: UUID | None = None


class ProjectChange(Input):
    """What changes of a project."""

    name: Name | UnsetType = UNSET
    customer_id: UUID | UnsetType | None = UNSET
    ended_at: Instant | UnsetType | None = UNSET
    outcome: Outcome | UnsetType | None = UNSET
    territory: Name | UnsetType | None = UNSET
    continues_id: UUID | UnsetType | None = UNSET


class Project(msgspec.Struct, frozen=True):
    """A project."""

    id: UUID
    external_id: str
    name: str
    kind: str
    customer_id: UUID | None
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    territory: str | None
    continues_id: UUID | None


class NewMember(Input):
    """Somebody who takes part; without a share, all of the same role share alike."""

    person_id: UUID
    role: Name | None = None
    share: Share | None = None
    from_at: Instant | None = None
    to_at: Instant | None = None


class MemberChange(Input):
    """What changes of somebody's part."""

    share: Share | UnsetType | None = UNSET
    to_at: Instant | UnsetType | None = UNSET


class Member(msgspec.Struct, frozen=True):
    """One person's part in one project."""

    id: UUID
    project_id: UUID
    person_id: UUID
    role: str | None
    share: float | None
    from_at: datetime | None
    to_at: datetime | None
