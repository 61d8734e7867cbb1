"""Contacts due after a deal: three months, one year, two years, or again and again."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from service.base.border import Id, Input, Instant

CareKind = Literal["3m", "12m", "24m", "recurring"]
CareOutcome = Literal["well", "repaired", "open"]


class NewCareTask(Input):
    """A contact to be planned."""

    project_id: UUID
    owner_id: UUID
    kind: CareKind
    due_at: Instant
    external_id: Id | None = None


class CareDone(Input):
    """How a contact went."""

    outcome: CareOutcome
    needs_changed: bool | None = None
    moved_by_customer: bool | None = None


class CareTask(msgspec.Struct, frozen=True):
    """A contact that is due, or was made."""

    id: UUID
    external_id: str
    project_id: UUID
    owner_id: UUID
    kind: str
    due_at: datetime
    done_at: datetime | None
    outcome: str | None
    needs_changed: bool | None
    moved_by_customer: bool | None
