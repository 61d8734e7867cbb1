"""What a person may know of what is kept about them, and who looked."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


class Look(msgspec.Struct, frozen=True):
    """Somebody looked at me: when, in which role, at what, and why; not who."""

    id: UUID
    at: datetime
    role: str
    action: str
    purpose: str | None


class AuditRow(msgspec.Struct, frozen=True):
    """A row of the audit log, for HR."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    role: str
    action: str
    subject_id: UUID | None
    purpose: str | None
    detail: str | None


class MyData(msgspec.Struct, frozen=True):
    """Everything kept about a person that is theirs to have, by kind; `cut_short` names kinds with more than fits."""

    made_at: datetime
    most_rows: int
    cut_short: list[str]
    data: dict[str, list[dict[str, Any]]]


class Kept(msgspec.Struct, frozen=True):
    """How many entries of a kind are kept about a person."""

    kind: str
    count: int
