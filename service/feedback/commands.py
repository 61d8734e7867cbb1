"""Commands for rounds of feedback: `talkoot round …`."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from service.base import clock, connect, db, slots
from service.base.slots import NewSlot
from service.feedback import night, rounds
from service.feedback.model import NewRound, Round
from service.feedback.rounds import sql

command = typer.Typer(help="Rounds of confidential feedback.", no_args_is_help=True)

Organization = Annotated[str, typer.Argument(metavar="ORG", help="The organization's handle.")]
Act = Callable[[db.Pool, UUID, slots.Claim], Awaitable[None]]
WORKER = "shell"


@command.command("open")
def open_round(
    organization: Organization,
    closes: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Its last day.")],
    asks: Annotated[int, typer.Option(min=3, max=20, help="About each person, and of each person at most.")] = 8,
    period: Annotated[int, typer.Option(min=1, max=730, help="Days back that work counts as shared.")] = 180,
    reminders: Annotated[int, typer.Option(min=0, max=5, help="At most so many.")] = 2,
) -> None:
    """Open a round and draw who is asked about whom, in balance, from those who worked together."""
    new = NewRound(closes_on=closes.date(), asks_per_person=asks, period_days=period, reminders=reminders)

    async def work(pool: db.Pool) -> None:
        there = await connect.find_organization(pool, organization)
        async with db.tenant(pool, there.organization_id) as tx:
            opened = await rounds.open_round(tx, new)
        await _do(pool, there.organization_id, rounds.DRAW, opened.id, night.draw_round)
        await _say(pool, there.organization_id, opened.id)

    connect.run_command(work)


@command.command()
def close(organization: Organization) -> None:
    """Close the round that is open before its day."""

    async def work(pool: db.Pool) -> None:
        there = await connect.find_organization(pool, organization)
        async with db.tenant(pool, there.organization_id) as tx:
            closed = await rounds.close(tx, await rounds.running(tx))
        await _do(pool, there.organization_id, rounds.CLOSE, closed.id, night.tend)
        await _say(pool, there.organization_id, closed.id)

    connect.run_command(work)


@command.command()
def remind(organization: Organization) -> None:
    """Have those reminded who have not answered in the round that is open."""

    async def work(pool: db.Pool) -> None:
        there = await connect.find_organization(pool, organization)
        async with db.tenant(pool, there.organization_id) as tx:
            reminded = await rounds.remind(tx, await rounds.running(tx))
        typer.echo(_line(reminded))

    connect.run_command(work)


@command.command()
def status(organization: Organization) -> None:
    """Show the newest rounds, with numbers that name nobody."""

    async def work(pool: db.Pool) -> None:
        there = await connect.find_organization(pool, organization)
        async with db.tenant(pool, there.organization_id, readonly=True) as tx:
            newest = await db.many(tx, sql.rounds, Round, after_key=None, after_id=None, most=10)
        for one in newest:
            typer.echo(_line(one))

    connect.run_command(work)


async def _do(pool: db.Pool, organization_id: UUID, job: str, round_id: UUID, act: Act) -> None:
    now = clock.now()
    async with db.tenant(pool, organization_id) as tx:
        claim = await slots.begin(tx, NewSlot(job=job, key=str(round_id), moment=now, due_at=now), WORKER)
    await act(pool, organization_id, claim)


async def _say(pool: db.Pool, organization_id: UUID, round_id: UUID) -> None:
    async with db.tenant(pool, organization_id, readonly=True) as tx:
        typer.echo(_line(await db.one(tx, sql.by_id, Round, id=round_id)))


def _line(one: Round) -> str:
    closed = one.closed_at is not None and one.closed_at <= clock.now()
    what = "quarter" if one.standing else "round"
    asked = f"{one.people} people asked" if one.people is not None else "nobody asked"
    answered = f"at least {one.answered} answered" if one.answered else "answers not shown"
    far = f", {one.without_colleagues} for want of colleagues by others" if one.without_colleagues else ""
    said = f"reminded {one.reminders} of {one.most_reminders}"
    last = f"{'closed' if closed else 'closes'} {one.closes_on or '–'}"
    return f"{one.id}  {what:<7}  opened {one.opened_at:%Y-%m-%d}  {last}  {asked}{far}; {answered}; {said}"


def register(app: typer.Typer) -> None:
    """Add the commands to `talkoot`."""
    app.add_typer(command, name="round")
