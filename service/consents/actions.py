"""Turn sources on and off, and step onto or off the individual boards; at once, everywhere."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

from msgspec import UNSET

from service.base import clock, db, slots
from service.base.errors import Invalid
from service.base.events import record
from service.consents.model import SOURCES, Answered, ChoiceChange, Choices, Preset, Seen

sql = db.load(Path(__file__).with_name("queries.sql"))

SCORING = "scoring_now"  # the job, as the worker's table names it


async def choices(tx: db.Connection, person_id: UUID) -> Choices:
    """Return what a person chose; silence is no."""
    preset = await db.one(tx, sql.preset, str)
    answers = await db.many(tx, sql.answers, Answered, person_id=person_id)
    seen = await db.maybe(tx, sql.seen, Seen, person_id=person_id)
    shown, since = (seen.shown, seen.at) if seen else (False, None)
    return Choices(preset, seen is not None, answers, shown, since)


async def change(tx: db.Connection, person_id: UUID, wanted: ChoiceChange) -> Choices:
    """Turn on or off what is named; whoever chooses anything has joined."""
    named = [wanted.peers, wanted.customers, wanted.kudos, wanted.on_boards]
    if all(one is UNSET for one in named):
        raise Invalid("nothing to change: name at least one of peers, customers, kudos, on_boards")
    changed = [
        source
        for source, given in zip(SOURCES, named, strict=False)
        if isinstance(given, bool)
        and await db.run(tx, sql.answer, person_id=person_id, source=source, given=given, at=clock.now())
    ]
    before = await db.maybe(tx, sql.seen, Seen, person_id=person_id)
    stays = before.shown if before else False
    await show(tx, [person_id], shown=stays if wanted.on_boards is UNSET else bool(wanted.on_boards))
    # Which source is nobody's to know but theirs: an event tells only that something changed.
    await record(tx, "choices_changed" if changed else "visibility_changed", person_id)
    if changed and not await db.one(tx, sql.run_is_due, bool, job=SCORING):
        now = clock.now()  # by a run of its own, so that it holds everywhere within a minute
        await slots.ensure(tx, slots.NewSlot(job=SCORING, key=str(uuid4()), moment=now, due_at=now))
    return await choices(tx, person_id)


async def show(tx: db.Connection, people: Sequence[UUID], *, shown: bool) -> None:
    """Put people on the individual boards, or take them off."""
    if await db.run(tx, sql.choose, people=people, shown=shown, at=clock.now()):
        await db.run(tx, sql.boards_changed)


async def ask_by(tx: db.Connection, preset: Preset) -> None:
    """Set how the organization asks for consent."""
    await db.run(tx, sql.set_preset, preset=preset)
    await record(tx, "consent_preset_changed", None, preset=preset)
