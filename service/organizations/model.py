"""Teams and who is in them, from when to when."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from service.base.border import Id, Input, Instant, Name

TeamRole = Literal["member", "lead"]


class NewTeam(Input):
    """A team to be added."""

    name: Name
    external_id: Id | None = None
    department: Name | None = None


class TeamChange(Input):
    """What changes of a team."""

    name: Name | UnsetType = UNSET
    department: Name | UnsetType | None = UNSET


class Team(msgspec.Struct, frozen=True):
    """A team."""

    id: UUID
    external_id: str
    name: str
    department: str | None


class NewTeamMember(Input):
    """Somebody who joins a team; without `from_at`, since ever."""

    person_id: UUID
    role: TeamRole = "member"
    from_at: Instant | None = None
    to_at: Instant | None = None


class TeamMemberChange(Input):
    """What changes of a membership."""

    role: TeamRole | UnsetType = UNSET
    to_at: Instant | UnsetType | None = UNSET


class NewTeamRole(Input):
    """The part somebody takes in a team from a moment on; without `from_at`, from now on."""

    role: TeamRole
    from_at: Instant | None = None


class TeamMember(msgspec.Struct, frozen=True):
    """One person's time in one team."""

    id: UUID
    team_id: UUID
    person_id: UUID
    role: str
    from_at: datetime | None
    to_at: datetime | None
