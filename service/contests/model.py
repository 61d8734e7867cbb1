"""What a person contests, a score or a piece of evidence about them, and how it was decided."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from service.base.border import Id, Input, Text
from service.base.errors import Forbidden

Evidence = Literal["kudos", "signal", "badge", "document", "handover", "care", "feedback"]
Decision = Literal["upheld", "rejected"]


class NotTheReviewer(Forbidden):
    """Never does the person it is about decide on a contest, nor who leads them."""

    code = "not_the_reviewer"


class NewContest(Input):
    """A contest: of a score, by its `dimension`, or of a piece of evidence about me."""

    words: Text
    dimension: Id | None = None
    evidence: Evidence | None = None
    evidence_id: UUID | None = None


class Reviewer(Input):
    """Who is to decide; without a person, HR."""

    reviewer_id: UUID | None = None


class Verdict(Input):
    """A decision, with the reasons the person is told."""

    decision: Decision
    reasons: Text


class Contest(msgspec.Struct, frozen=True):
    """A contest."""

    id: UUID
    person_id: UUID
    about: str  # 'score', or the kind of evidence
    dimension: str | None
    evidence_id: UUID | None
    words: str
    opened_at: datetime
    due_at: datetime
    overdue: bool
    reviewer_id: UUID | None
    decision: str | None
    reasons: str | None
    decided_at: datetime | None


class Case(Contest, frozen=True):
    """A contest with what it is about, for whoever decides; of confidential feedback nothing is told."""

    person: str
    said: str | None  # the words contested, or the name of what is
    said_by: str | None
    said_at: datetime | None
    project: str | None


class Waiting(msgspec.Struct, frozen=True):
    """A contest that waits for its reviewer; its words are read one by one, which is written down."""

    id: UUID
    person: str
    about: str
    dimension: str | None
    opened_at: datetime
    due_at: datetime
    overdue: bool
    reviewer_id: UUID | None


class Settled(msgspec.Struct, frozen=True):
    """A contest that was decided, as reviewers find it again."""

    id: UUID
    person: str
    about: str
    dimension: str | None
    decision: str
    decided_at: datetime
