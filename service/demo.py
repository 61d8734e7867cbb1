"""The demo: a database of its own, two living example organizations, a few scoring nights, and the web."""

import socket
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import asyncpg
from msgspec.structs import replace

from scoring import policies
from scoring.exchange import writing
from scoring.policy import STANDARD_LEVELS, Policy
from scoring.run import run_now
from scoring.simulate import EXAMPLE, TINY, simulate
from scoring.simulate import Settings as Size
from scoring.simulate.voices import ROUND_DAYS
from service import together, worker
from service.auth.model import RoleGrant
from service.auth.roles import grant
from service.base import clock, connect, db, postgres, slots
from service.base.config import Settings
from service.base.errors import NotFound
from service.base.migrate import migrate
from service.base.slots import Claim, NewSlot
from service.consents.actions import show
from service.consents.actions import sql as choosing
from service.exchange.loading import Options, load_folder
from service.feedback import night, rounds
from service.feedback.model import NewRound

FREEDOMS = {  # what the example organizations let people of a level do, in their own words, English and Finnish
    "Newcomer": {"Ask anybody anything: whoever is asked takes the time": "Kysyä keneltä vain mitä vain: aikaa löytyy"},
    "Doer": {
        "Choose the next project among those that are open": "Valita seuraava hanke avoimista",
        "Two days of learning a quarter, on what you like": "Opiskella mitä haluaa kaksi päivää neljänneksessä",
    },
    "Trusted": {
        "Talk with the customer without asking first": "Puhua asiakkaan kanssa kysymättä ensin lupaa",
        "Buy what the work needs, up to 200 euros": "Ostaa työssä tarvittavaa 200 euroon asti",
    },
    "Guide": {
        "Take a newcomer along for their first month": "Ottaa tulokas mukaan ensimmäiseksi kuukaudeksi",
        "Say no to a project that would end badly": "Kieltäytyä hankkeesta, joka päättyisi huonosti",
    },
    "Master": {
        "Shape an offer by yourself": "Muotoilla tarjous itse",
        "Two weeks a year for an idea of your own": "Käyttää kaksi viikkoa vuodessa omaan ideaan",
    },
    "Pillar": {
        "Have a say in whom we hire": "Olla mukana päättämässä, keitä palkataan",
        "Speak for us outside the house": "Puhua meidän puolestamme talon ulkopuolella",
    },
}
PORTS_TRIED = 20  # the usual one and those after it, where none was asked for
ROUND_OPEN = timedelta(days=21)  # of the round in which the visitor is asked
HIDES = 7  # one of so many example people is not seen on boards
LOCK = 7_411_903_250  # advisory lock: one demo at a time on a database of one's own
sql = db.load(Path(__file__).with_suffix(".sql"))

WHERE = "demo-url"  # a file beside the database that tells a second demo where the first one is


@dataclass(frozen=True, slots=True)
class Example:
    """One example organization; `nights` are the days before today on which it was scored."""

    handle: str
    size: Size
    seed: int
    nights: tuple[int, ...]


EXAMPLES = (
    Example("jarvi-koski", EXAMPLE, 20260101, (360, 270, 180, 90, 30, 0)),
    Example("pikkupaja", TINY, 8, (30, 0)),
)


async def run(settings: Settings, *, fresh: bool, port_was_given: bool) -> None:
    """Bring everything up, say that it is ready, and serve until a signal says stop."""
    settings = replace(settings, demo=True, host="127.0.0.1")
    async with _database(settings, fresh=fresh) as (url, note):
        async with worker.worker_pool(url) as pool:
            await _fill(pool)
        settings = replace(settings, port=_port(settings, 1 if port_was_given else PORTS_TRIED))
        here = f"http://{settings.host}:{settings.port}"

        def ready() -> None:
            if note:
                note.write_text(here)
            together.say_ready(settings)

        await together.run_at(settings, url, with_worker=True, ready=ready)


@asynccontextmanager
async def _database(settings: Settings, *, fresh: bool) -> AsyncIterator[tuple[str, Path | None]]:
    """Give this demo alone the database of one's own, or the embedded one and the file that says where it is served."""
    if settings.database_url:
        if fresh:
            raise postgres.DatabaseTrouble("--fresh is for the embedded database; empty your own yourself")
        await migrate(settings.database_url)  # which says plainly why a database cannot be used
        async with _alone(settings.database_url):
            yield settings.database_url, None
        return
    place = settings.data or postgres.default_folder()
    with ExitStack() as stack:
        try:
            if fresh:
                postgres.fresh(place)
            _say(f"starting PostgreSQL in {place}")
            url = stack.enter_context(postgres.running(place))
        except postgres.AlreadyRunning as other:
            raise postgres.DatabaseTrouble(f"{other} {_elsewhere(place / WHERE)}") from other
        (place / WHERE).unlink(missing_ok=True)  # of an earlier start: we are not served anywhere yet
        await migrate(url)
        yield url, place / WHERE


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    conn = await asyncpg.connect(url, timeout=5)
    try:
        if not await conn.fetchval("select pg_try_advisory_lock($1)", LOCK):
            raise postgres.DatabaseTrouble("a demo is already running on the database of TALKOOT_DATABASE_URL")
        yield
    finally:
        await conn.close()


def _elsewhere(note: Path) -> str:
    with suppress(OSError):
        return f"Open {note.read_text()}, or stop it first."
    return "Stop it first."


async def _fill(pool: db.Pool) -> None:
    """Make each example that is not there yet: all of it in one transaction, then its nights, the newest last."""
    now = clock.now()
    for example in EXAMPLES:
        known = {each.handle: each for each in await connect.organizations(pool)}
        if example.handle not in known:
            await _import(pool, example, now)
        organization = await connect.find_organization(pool, example.handle)
        if not organization.demo:
            raise postgres.DatabaseTrouble(
                f"the organization {example.handle} here is no example; give the demo a database of its own"
            )
        async with db.tenant(pool, organization.organization_id) as tx:
            await _choose(tx)
            await policies.in_force(tx, _policy())
            for office in await db.many(tx, sql.offices, RoleGrant):
                await grant(tx, office, None)
            await db.run(tx, rounds.sql.close_rounds, days=ROUND_DAYS * 7 // 5)
        done = await _nights_done(pool, organization)
        if done < len(example.nights):  # a first start, or one that completes it
            await _ask_around(pool, organization)
        for days in example.nights[done:]:
            _say(f"scoring {example.size.name} as of {(now - timedelta(days=days)).date()}")
            await run_now(pool, organization.organization_id, now - timedelta(days=days))


async def _ask_around(pool: db.Pool, organization: connect.Organization) -> None:
    """Open a round of the house's own, unless there was one, and draw it, so that whoever is tried is asked something.

    It takes the place of the example's newest round, whose asks nobody can answer. Where a start is killed before the
    draw, the worker of the next one draws once the lease is over.
    """
    async with db.tenant(pool, organization.organization_id) as tx:
        claim = await _open_round(tx)
    if claim is not None:
        await night.draw_round(pool, organization.organization_id, claim)


async def _open_round(tx: db.Connection) -> Claim | None:
    if await db.one(tx, sql.rounds_opened, int):
        return None
    with suppress(NotFound):
        await rounds.close(tx, await rounds.running(tx))
    now = clock.now()
    opened = await rounds.open_round(tx, NewRound(closes_on=(now + ROUND_OPEN).date()))
    return await slots.begin(tx, NewSlot(job=rounds.DRAW, key=str(opened.id), moment=now, due_at=now), "demo")


async def _import(pool: db.Pool, example: Example, now: datetime) -> None:
    _say(f"making up two years of {example.size.name}, {example.size.people} people")
    made = simulate(example.size, example.seed, now)
    with TemporaryDirectory(prefix="talkoot-demo-") as folder:
        writing.write(Path(folder) / "exchange", made.frames, made.manifest)
        options = Options(create=example.handle, name=example.size.name, example=True)
        await load_folder(pool, uuid4(), Path(folder) / "exchange", options)


def _policy() -> Policy:
    """Return the standard policy with what each level lets people do, which only an organization itself can say."""
    free = {name: (tuple(said), tuple(said.values())) for name, said in FREEDOMS.items()}
    levels = ((one, *free[one.name]) for one in STANDARD_LEVELS)
    return Policy(levels=tuple(replace(one, freedoms=en, freedoms_fi=fi) for one, en, fi in levels))


async def _choose(tx: db.Connection) -> None:
    """Let most example people who have not chosen be seen on boards, so that these live, and every seventh not."""
    people = await db.many(tx, choosing.undecided, UUID)
    await show(tx, [one for place, one in enumerate(people) if place % HIDES != HIDES - 1], shown=True)
    await show(tx, people[HIDES - 1 :: HIDES], shown=False)


async def _nights_done(pool: db.Pool, organization: connect.Organization) -> int:
    """Count the nights that an earlier start got done before it was stopped."""
    async with db.tenant(pool, organization.organization_id) as tx:
        return await db.one(tx, sql.runs, int)


def _port(settings: Settings, tries: int) -> int:
    """Return the first free port from the wanted one on; the wanted one itself where all are taken."""
    for port in range(settings.port, settings.port + tries):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, port))
            return port
    return settings.port


def _say(text: str) -> None:
    print(f"talkoot demo: {text}", file=sys.stderr, flush=True)  # noqa: T201 - progress, for whoever waits
