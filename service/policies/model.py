"""Policies as HR sees them: versions, what a field may hold, and what another one would do."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from service.base.border import Input


class PolicyVersion(msgspec.Struct, frozen=True):
    """One published version; runs name the one they used."""

    version: int
    policy: dict[str, Any]
    hash: str
    published_at: datetime
    published_by_id: UUID | None
    reason: str | None


class Policies(msgspec.Struct, frozen=True):
    """Some versions, the newest first; `next` asks for older ones."""

    items: list[PolicyVersion]
    next: int | None


class Rule(msgspec.Struct, frozen=True):
    """What a field of the policy may hold, and why nothing else."""

    field: str
    low: float
    high: float
    standard: float
    why: str


class NewPreview(Input):
    """Fields of the policy with other values; those that are not named stay as they are in force."""

    changes: dict[str, Any]


class Move(msgspec.Struct, frozen=True):
    """Who moves, from where to where: sd of true quality, or a level's number."""

    person_id: UUID | None
    name: str
    before: float | None
    after: float | None


class BoardMove(msgspec.Struct, frozen=True):
    """How the order of one board over all time changes; `spearman` 1 is not at all."""

    board: str
    subject_kind: str
    subjects: int
    moved_a_rank: int
    largest_move: float | None
    spearman: float | None


class PolicyPreview(msgspec.Struct, frozen=True):
    """What a policy would do; `state` is due, running, done or failed, and figures come with done.

    `levels` are those of the day of publication, `levels_later` of who loses one when its grace ends, should their
    trust stay as it is.
    """

    id: UUID
    policy: dict[str, Any]
    state: str
    error: str | None
    asked_at: datetime
    as_of: datetime | None
    levels_changed: int | None
    levels: list[Move]
    levels_lost_later: int | None
    levels_later: list[Move]
    largest: list[Move]  # of quality
    standing: list[Move]
    boards: list[BoardMove]


class NewPolicy(Input):
    """Publish what was looked at; `rescale` freezes the preview's scale in place of the one in force."""

    preview_id: UUID
    rescale: bool = False
    reason: Annotated[str, Meta(min_length=1, max_length=500)] | None = None
