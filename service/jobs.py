"""What a worker does: every clock time of the product, and what follows from events."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from typing import Any
from uuid import UUID

import msgspec

from scoring.policies import PREVIEW
from scoring.preview_run import look
from scoring.run import NIGHTLY, REQUESTED, run_night
from service.base import db, idempotency, limits, slots, way_back
from service.base.config import Settings
from service.base.slots import Claim
from service.exchange import uploads
from service.feedback import night, rounds
from service.figures import keeping
from service.flows import contact_mail
from service.flows.letters import CHOOSING, LETTERS, ask_for_letters, forget_old, send_letters
from service.flows.survey_mail import mail_survey
from service.profiles.actions import forget_before
from service.surveys.actions import MAIL, ask_about_ended
from service.talks import actions as talks


class Event(msgspec.Struct):
    """Something that happened, from the outbox."""

    id: int
    kind: str
    subject_id: UUID | None
    payload: dict[str, Any]
    recorded_at: datetime


Subscriber = Callable[[db.Connection, Event], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Job:
    """What is done for a slot: it publishes and finishes the slot in one transaction that holds it."""

    act: Callable[[db.Pool, UUID, Claim], Awaitable[object]]
    at: time | None = None  # on each organization's own clocks, every day; None: whenever somebody asks for it


class UnknownJob(Exception):
    """A slot of a job that this version does not know."""


async def refuse(_: db.Pool, __: UUID, claim: Claim) -> None:
    """Stand for a job of another version."""
    raise UnknownJob(f"this version of Talkoot knows no job {claim.job!r}")


async def purge(pool: db.Pool, organization_id: UUID, claim: Claim) -> None:
    """Forget what is kept for a while only: answers to repeated requests, counts, mails, old talks, ways back."""
    async with db.tenant(pool, organization_id) as tx:
        await slots.hold(tx, claim)
        await idempotency.purge(tx)
        await limits.purge(tx)
        await uploads.purge(tx)
        await forget_before(tx)
        await way_back.purge(tx)
        await talks.purge(tx)
        await forget_old(tx)
        await slots.finish(tx, claim)


# Every clock time of the product.
JOBS: Mapping[str, Job] = {
    NIGHTLY: Job(run_night, at=time(2, 0)),
    REQUESTED: Job(run_night),
    PREVIEW: Job(look),
    night.NIGHTLY: Job(night.tend, at=time(0, 10)),
    rounds.DRAW: Job(night.draw_round),
    rounds.CLOSE: Job(night.tend),
    uploads.CHECK: Job(uploads.work),
    uploads.LOAD: Job(uploads.work),
    keeping.KEEP: Job(keeping.keep),
    "purge": Job(purge, at=time(3, 30)),
}

UNKNOWN = Job(refuse)

# Kind of event → what else is to be done about it, in the transaction that marks it delivered.
SUBSCRIBERS: Mapping[str, tuple[Subscriber, ...]] = {
    "project_ended": (ask_about_ended,),
    "project_opened_to_contact": (contact_mail.tell_of_page,),
    **dict.fromkeys(CHOOSING, (ask_for_letters,)),
    **dict.fromkeys(keeping.AFTER, (keeping.ask_to_keep,)),
}


def jobs_with(settings: Settings) -> Mapping[str, Job]:
    """Return all jobs, with those that need this installation's settings."""
    mails = {
        MAIL: Job(partial(mail_survey, settings)),
        contact_mail.MAIL: Job(partial(contact_mail.mail_page, settings)),
        LETTERS: Job(partial(send_letters, settings)),
    }
    return {**JOBS, **mails}
