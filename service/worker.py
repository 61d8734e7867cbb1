"""The clock of Talkoot: it rings for scheduled jobs, does their open slots one by one, and delivers the outbox.

APScheduler is a bell only. Who does what is decided in PostgreSQL (service/base/slots.py), so any number of workers
may run at once, and a job missed while none did is caught up with.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import partial
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from service.base import clock, connect, days, db, events, logs, slots
from service.base.config import Settings
from service.base.connect import Organization
from service.base.migrate import migrate
from service.base.slots import Claim, NewSlot
from service.jobs import JOBS, SUBSCRIBERS, UNKNOWN, Event, Job, Subscriber, jobs_with

sql = db.load(Path(__file__).with_suffix(".sql"))
log = structlog.get_logger()

NAME = f"{socket.gethostname()}:{os.getpid()}"[:200]
LONGEST_JOB_SECONDS = 3600.0
STOP_SECONDS = 10.0  # what a stopping worker gives the job at hand before it is given back
STATEMENT_SECONDS = 600.0
ORGANIZATIONS_A_TIME = 20
EVENTS_A_TIME = 100


class Newest(msgspec.Struct):
    """The newest day of a job that has a slot, if any, and since when there is an organization."""

    job: str
    newest: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Duties:
    """The two tables and the patience of a worker; tests have their own."""

    jobs: Mapping[str, Job] = field(default_factory=lambda: JOBS)
    subscribers: Mapping[str, tuple[Subscriber, ...]] = field(default_factory=lambda: SUBSCRIBERS)
    lease_seconds: float = slots.LEASE_SECONDS
    backoff_seconds: float = slots.BACKOFF_SECONDS
    stop_seconds: float = STOP_SECONDS


async def run(settings: Settings) -> None:
    """`talkoot worker`: work until a signal says stop."""
    logs.configure()
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with connect.database(settings) as url:
        await migrate(url)
        async with worker_pool(url) as pool:
            log.info("worker_ready", worker=NAME)
            await work(pool, stop, Duties(jobs_with(settings)))


@contextlib.asynccontextmanager
async def worker_pool(url: str) -> AsyncIterator[db.Pool]:
    """Open the connections a worker needs: its job's, the heartbeat's, and the planner's."""
    pool = await db.open_pool(url, db.PoolSettings("talkoot_worker", 4, STATEMENT_SECONDS))
    try:
        yield pool
    finally:
        await pool.close()


async def work(pool: db.Pool, stop: asyncio.Event, duties: Duties | None = None) -> None:
    """Do scheduled jobs until `stop` is set; the job at hand is finished, or given back after a while."""
    duties = duties or Duties()
    minute, second = asyncio.Event(), asyncio.Event()
    loops = {
        asyncio.create_task(_at_each(minute, stop, partial(plan, pool, duties))),
        asyncio.create_task(_at_each(second, stop, partial(take, pool, stop, duties))),
    }
    bells = _bells(minute, second)
    try:
        await stop.wait()
        minute.set()
        second.set()
        await asyncio.wait(loops, timeout=duties.stop_seconds)
    finally:
        bells.shutdown(wait=False)
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


async def plan(pool: db.Pool, duties: Duties) -> None:
    """Put the slots there that are due on each organization's clocks, and deliver its events."""
    for organization in await connect.organizations(pool):
        try:
            await plan_days(pool, organization, duties.jobs)
            await deliver(pool, organization.organization_id, duties.subscribers)
        except Exception:
            log.exception("planning_failed", organization=organization.handle)  # the others are planned all the same


async def plan_days(pool: db.Pool, organization: Organization, jobs: Mapping[str, Job]) -> None:
    """Ensure the newest due day of each daily job; days missed before it are marked skipped."""
    zone, now = ZoneInfo(organization.time_zone), clock.now()
    daily = {name: job.at for name, job in jobs.items() if job.at is not None}
    async with db.tenant(pool, organization.organization_id) as tx:
        for known in await db.many(tx, slots.sql.newest_keys, Newest, jobs=list(daily)):
            at = daily[known.job]
            day = days.newest(now, at, zone)
            due_at = days.moment(day, at, zone)
            if (known.newest is None and due_at < known.created_at) or (known.newest or "") >= day.isoformat():
                continue
            if known.newest is not None:
                missed = [gone.isoformat() for gone in days.missed(day.fromisoformat(known.newest), day)]
                await db.run(tx, slots.sql.insert_skipped, job=known.job, keys=missed)
            midnight = days.moment(day, time(0), zone)
            await slots.ensure(tx, NewSlot(job=known.job, key=day.isoformat(), moment=midnight, due_at=due_at))
            await db.run(tx, slots.sql.skip_older, job=known.job, key=day.isoformat())


async def take(pool: db.Pool, stop: asyncio.Event, duties: Duties) -> None:
    """Do open slots until there are none left, or it is time to stop."""
    found = True
    while found:
        found = False
        async with db.connection(pool) as conn:
            waiting = await db.many(conn, sql.open_organizations, UUID, most=ORGANIZATIONS_A_TIME)
        for organization_id in waiting:
            if stop.is_set():
                return
            async with db.tenant(pool, organization_id) as tx:
                claim = await slots.claim(tx, NAME, duties.lease_seconds)
            if claim is not None:
                found = True
                await do(pool, organization_id, claim, duties)


async def do(pool: db.Pool, organization_id: UUID, claim: Claim, duties: Duties) -> None:
    """Do one slot; whatever goes wrong stands in the slot afterwards."""
    said = log.bind(organization=str(organization_id), job=claim.job, key=claim.key, attempt=claim.attempts)
    try:
        async with asyncio.timeout(LONGEST_JOB_SECONDS):
            await duties.jobs.get(claim.job, UNKNOWN).act(pool, organization_id, claim)
        said.info("job_done")
    except asyncio.CancelledError:
        async with db.tenant(pool, organization_id) as tx:
            await slots.release(tx, claim)
        said.info("job_given_back")
        raise
    except slots.LeaseLost:
        said.warning("job_overtaken")  # another worker has it
    except Exception as error:  # noqa: BLE001 - a job may fail in any way; it is logged, and kept in the slot
        said.exception("job_failed")
        async with db.tenant(pool, organization_id) as tx:
            why = f"{type(error).__name__}: {error}"
            await slots.fail(tx, claim, why, backoff_seconds=duties.backoff_seconds)
    else:
        await deliver(pool, organization_id, duties.subscribers)


async def deliver(pool: db.Pool, organization_id: UUID, subscribers: Mapping[str, tuple[Subscriber, ...]]) -> None:
    """Hand each event to its subscribers, oldest first; one whose subscriber fails stays for the next time."""
    delivered = seen = EVENTS_A_TIME
    while delivered and seen == EVENTS_A_TIME:
        async with db.tenant(pool, organization_id) as tx:
            waiting = await db.many(tx, events.sql.undelivered, Event, most=EVENTS_A_TIME)
            ids = [event.id for event in waiting if await _handed(tx, event, subscribers.get(event.kind, ()))]
            if ids:
                await db.run(tx, events.sql.deliver, ids=ids)
        delivered, seen = len(ids), len(waiting)


async def _handed(tx: db.Connection, event: Event, subscribers: tuple[Subscriber, ...]) -> bool:
    try:
        async with tx.transaction():  # a savepoint: what a failing subscriber wrote is undone
            for subscriber in subscribers:
                await subscriber(tx, event)
    except Exception:
        log.exception("subscriber_failed", id=event.id, kind=event.kind)
        return False
    return True


def _bells(minute: asyncio.Event, second: asyncio.Event) -> AsyncIOScheduler:
    """Start ringing: at once, and then every minute and every second."""
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it says so each time it rings
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"misfire_grace_time": 30, "coalesce": True, "max_instances": 1}
    )
    for bell, trigger in ((minute, CronTrigger(second=0, timezone=UTC)), (second, IntervalTrigger(seconds=1))):
        bell.set()
        scheduler.add_job(_ring, trigger, args=[bell])
    scheduler.start()
    return scheduler


async def _ring(bell: asyncio.Event) -> None:
    bell.set()


async def _at_each(bell: asyncio.Event, stop: asyncio.Event, act: Callable[[], Awaitable[None]]) -> None:
    while not stop.is_set():
        await bell.wait()
        bell.clear()
        if stop.is_set():
            return
        try:
            await act()
        except (
            OSError,
            asyncpg.InterfaceError,
            asyncpg.PostgresConnectionError,
            asyncpg.OperatorInterventionError,
        ) as away:
            log.warning("database_away", why=f"{type(away).__name__}: {away}")  # the next bell tries again
        except Exception:
            log.exception("worker_failed")
