"""What can be taken out of Talkoot, in which form, and what is remembered of it."""

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

import msgspec

from service.base.border import Input
from service.base.errors import Busy

ExportPurpose = Literal["personnel", "administration", "integration", "contest"]  # of audit.Purpose


class What(StrEnum):
    """The tables there are."""

    PEOPLE = "people"
    SCORES = "scores"
    PROJECTS = "projects"
    BADGES = "badges"
    EVIDENCE = "evidence"


class Format(StrEnum):
    """The kinds of files there are."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


class TooManyExports(Busy):
    """As many files as this process makes at once are being made."""


class NewExport(Input):
    """What is to be taken out; whoever is in it is shown the purpose."""

    what: What
    format: Format
    purpose: ExportPurpose


class Export(msgspec.Struct, frozen=True):
    """A recipe: the same file whenever it is fetched, unless something in it was withdrawn or somebody erased."""

    id: UUID
    what: What
    format: Format
    purpose: str
    asked_by: str | None  # empty where a program asked
    asked_at: datetime
    run_id: UUID | None
    policy_version: int | None
    rows: int  # so far, while it is being made
    making: bool
    bytes: int | None  # empty until it was fetched, as is the digest
    digest: str | None
    changed: bool
    erased: bool  # somebody was, since it was asked for: their name stands in no file of it any more
    taken: int
    taken_at: datetime | None

    @property
    def file_name(self) -> str:
        """Return what the file is called: what is in it, of which run and policy."""
        run = f"run-{str(self.run_id)[:8]}-policy-{self.policy_version}" if self.run_id else "no-run"
        return f"talkoot-{self.what}-{run}.{self.format}"


class About(msgspec.Struct, frozen=True):
    """What a file says of itself."""

    what: What
    asked_at: datetime
    run_id: UUID | None
    policy_version: int | None
    scored_until: datetime | None

    def lines(self) -> dict[str, str]:
        """Return it as names and words."""
        return {
            "what": self.what,
            "snapshot": str(self.run_id) if self.run_id else NO_RUN,
            "policy_version": str(self.policy_version) if self.run_id else NO_RUN,
            "scored_until": self.scored_until.isoformat() if self.scored_until else NO_RUN,
            "recorded_until": self.asked_at.isoformat(),
            "not_shown": NOT_SHOWN_MEANS,
            "times": "UTC; days of people are the organization's own",
        }


NOT_SHOWN = "not shown"
NO_RUN = "no run yet"
NOT_SHOWN_MEANS = (
    f"'{NOT_SHOWN}' stands where too few have spoken, or somebody chose not to be seen, or is new: which, is not said."
)
