"""The command that erases a person, and does it again after a restore: `talkoot erase`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from service.base import connect, db, postgres
from service.base.config import Settings
from service.base.migrate import migrate

LIST = "erasures.jsonl"
BAD_INPUT = 2  # exit status where nothing was done because of what was given


class Listed(msgspec.Struct, frozen=True):
    """One line of the list: ids and a hash, no name; enough to erase again what a restore brought back."""

    organization: str
    person_id: str
    known_as: str
    reason: str


def erase(
    person: Annotated[str | None, typer.Argument(help="External id, email address or name.")] = None,
    organization: Annotated[str | None, typer.Option(help="The organization's handle.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why; kept, so without the name.")] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Erase again everybody on the list, after a restore.")
    ] = False,
    listed: Annotated[
        Path | None, typer.Option("--list", help="The list of the erased; default: erasures.jsonl beside the data.")
    ] = None,
) -> None:
    """Erase a person: texts, mentions, figures; what others' figures rest on stays, without them."""
    settings = connect.given_settings()
    place = listed or (settings.data or postgres.default_folder()).parent / LIST
    if replay:
        connect.run(_replay(settings, _read(place)))
    elif person and organization and reason and 0 < len(reason.strip()) <= 200:
        connect.run(_erase(settings, place, organization, (person, reason.strip())))
    else:
        connect.fail(
            "say whom: PERSON --organization HANDLE --reason TEXT (1 to 200 characters), or --replay", BAD_INPUT
        )


@asynccontextmanager
async def _pool(settings: Settings) -> AsyncIterator[db.Pool]:
    async with connect.database(settings) as url:
        await migrate(url)
        pool = await db.open_pool(url, db.PoolSettings("talkoot_eraser", 2, connect.LONG_SECONDS))
        try:
            yield pool
        finally:
            await pool.close()


async def _erase(settings: Settings, place: Path, organization: str, asked: tuple[str, str]) -> None:
    from service.auth.actions import person_meant
    from service.flows import erasing

    person, reason = asked
    async with _pool(settings) as pool:
        there = await connect.find_organization(pool, organization)
        async with db.tenant(pool, there.organization_id) as tx:
            person_id = await person_meant(tx, person)
            who = await erasing.erase(tx, person_id, reason)
            # Before the commit: who is listed and not erased is erased by the next replay, the other way round never.
            _append(place, Listed(organization, str(who.id), who.known_as, reason))
    print(f"erased {who.id}; listed in {place}")


async def _replay(settings: Settings, lines: list[Listed]) -> None:
    from service.flows import erasing

    erased = 0
    async with _pool(settings) as pool:
        known = {one.handle: one.organization_id for one in await connect.organizations(pool)}
        for line in lines:
            if line.organization in known:
                async with db.tenant(pool, known[line.organization]) as tx:
                    erased += await erasing.erase_again(tx, line.person_id, line.known_as, line.reason)
    print(f"{len(lines)} listed, {erased} erased again")


def _read(place: Path) -> list[Listed]:
    if not place.exists():
        connect.fail(f"there is no list of the erased at {place}; say where it is with --list", BAD_INPUT)
    return [msgspec.json.decode(line, type=Listed) for line in place.read_bytes().splitlines() if line.strip()]


def _append(place: Path, line: Listed) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as file:
        file.write(msgspec.json.encode(line) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def register(app: typer.Typer) -> None:
    """Add the command to `talkoot`."""
    app.command("erase")(erase)
