"""Commands for exchange folders: `talkoot import` and `talkoot export`."""

import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID, uuid4

import typer

from scoring.exchange.problems import BadFolder
from service.base import connect, db

if TYPE_CHECKING:  # loaded by the command that needs it
    from service.exchange.loading import Counts

BAD_INPUT = 2  # exit status where nothing was done because of what was given
HANDLE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

Reason = Annotated[
    str | None,
    typer.Option(metavar="REASON", help="Assume the consent of people who never answered, and write down why."),
]


def import_folder(
    folder: Annotated[Path, typer.Argument(help="The exchange folder.")],
    organization: Annotated[str, typer.Option(help="The organization's handle; it is made where there is none.")],
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad rows out and count them.")] = False,
    correct: Annotated[bool, typer.Option("--correct", help="Let the folder correct what is stored.")] = False,
    assume_consent: Reason = None,
) -> None:
    """Import an exchange folder: all of it, or nothing. Importing it again changes nothing."""
    from service.exchange import progress
    from service.exchange.loading import Options, load_folder

    if not HANDLE.fullmatch(organization):
        connect.fail(f"{organization!r} is no handle: small letters, digits and hyphens, up to 63", BAD_INPUT)
    if assume_consent is not None and not 0 < len(assume_consent.strip()) <= 4000:
        connect.fail("--assume-consent needs a reason of 1 to 4000 characters", BAD_INPUT)

    async def work(pool: db.Pool) -> None:
        started = time.perf_counter()
        organization_id, is_new = await _meant(pool, organization)
        options = Options(skip_bad, correct, assume_consent, organization if is_new else None)
        with progress.shown() as tell:
            counts = await load_folder(pool, organization_id, folder, options, tell)
        _tell_counts(counts, f"{'made and filled' if is_new else 'into'} {organization}", started)

    _run(work)


def export_folder(
    organization: Annotated[str, typer.Argument(help="The organization's handle.")],
    folder: Annotated[Path, typer.Argument(help="Where to write; must not be there yet, or be empty.")],
    parquet: Annotated[bool, typer.Option("--parquet", help="Write Parquet instead of CSV.")] = False,
) -> None:
    """Export an organization, confidential feedback included, as an exchange folder; the audit log knows of it."""
    from service.exchange import exporting, progress

    async def work(pool: db.Pool) -> None:
        there = await connect.find_organization(pool, organization)
        with progress.shown() as tell:
            rows = await exporting.export_folder(pool, there.organization_id, folder, parquet=parquet, progress=tell)
        print(f"{folder}: {sum(rows.values()):,} rows in {len(rows)} files")

    _run(work)


async def _meant(pool: db.Pool, handle: str) -> tuple[UUID, bool]:
    known = {one.handle: one.organization_id for one in await connect.organizations(pool)}
    return (known[handle], False) if handle in known else (uuid4(), True)


def _run(work: connect.Command) -> None:
    async def guarded(pool: db.Pool) -> None:
        try:
            await work(pool)
        except BadFolder as refused:
            print(refused, file=sys.stderr)
            connect.fail("nothing was imported", BAD_INPUT)
        except FileExistsError as refused:
            connect.fail(str(refused), BAD_INPUT)

    connect.run_command(guarded)


def _tell_counts(counts: "Counts", where: str, started: float) -> None:
    for name, title in (("added", "added"), ("corrected", "corrected"), ("skipped", "left out")):
        rows = getattr(counts, name)
        if rows:
            print(f"{title}: " + ", ".join(f"{count:,} {file}" for file, count in rows.items()))
    for note in counts.notes:
        print(f"note: {note}")
    words = "done" if counts.changed_anything else "nothing new"
    print(f"{words}: {where}, {time.perf_counter() - started:.1f} s")


def register(app: typer.Typer) -> None:
    """Add the commands to `talkoot`."""
    app.command("import")(import_folder)
    app.command("export")(export_folder)
