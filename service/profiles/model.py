"""A profile: what a person says of themself, and what projects fill in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from service.base.border import Input, Text

MOST_SKILLS = 30
LONGEST_SKILL = 100  # characters
LONGEST_WISH = 1000

Skill = Annotated[str, Meta(min_length=1, max_length=LONGEST_SKILL)]


class OwnWords(Input):
    """Everything a person says of themself; what is left out is taken away."""

    words: Text | None = None
    responsibilities: Text | None = None
    background: Text | None = None
    education: Text | None = None
    wish: Annotated[str, Meta(min_length=1, max_length=LONGEST_WISH)] | None = None
    takes_part: bool = False
    skills: Annotated[tuple[Skill, ...], Meta(max_length=MOST_SKILLS)] = ()

    def __post_init__(self) -> None:
        """Refuse blank skills and what no text may hold."""
        super().__post_init__()
        if any("\0" in skill or not skill.strip() for skill in self.skills):
            raise ValueError("`skills` holds one that is blank, or the character NUL")


class Profile(msgspec.Struct, frozen=True):
    """What a person says of themself; `takes_part` where they wish to be asked to take part in projects."""

    person_id: UUID
    words: str | None
    responsibilities: str | None
    background: str | None
    education: str | None
    wish: str | None
    takes_part: bool
    skills: list[str]
    changed_at: datetime | None  # empty where nothing was ever written


class Part(msgspec.Struct, frozen=True):
    """One project of a person's history, as projects fill it in; `hidden` ones are shown to their owner alone."""

    project_id: UUID
    project: str
    kind: str
    customer: str | None
    roles: list[str]
    from_at: datetime | None
    to_at: datetime | None
    outcome: str | None
    hidden: bool


class Told(msgspec.Struct, frozen=True):
    """A profile as its reader sees it, and the project history, the newest first."""

    profile: Profile
    projects: list[Part]
