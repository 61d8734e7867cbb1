"""Commands for exports, as on the page: `talkoot exports take`, `again` and `list`."""

import shutil
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from service.base import connect, db
from service.base.access import Operator
from service.exports import actions
from service.exports.actions import sql
from service.exports.model import Export, ExportPurpose, Format, NewExport, What

exports = typer.Typer(help="People, scores, projects, badges and open evidence as files.", no_args_is_help=True)

BAD_INPUT = 2  # exit status where nothing was done because of what was given
MOST = 1000  # lines of a list

Handle = Annotated[str, typer.Argument(help="The organization's handle.")]
Into = Annotated[Path, typer.Argument(help="Where to write; must not be there yet. Its ending says the format.")]


@exports.command()
def take(
    organization: Handle,
    what: Annotated[What, typer.Argument(help="What to take out.")],
    file: Into,
    purpose: Annotated[ExportPurpose, typer.Option(help="What for; whoever is in it is shown this.")],
) -> None:
    """Take a new export of the newest run; who is in it sees when, by the operator, and what for."""
    _refuse_what_is_there(file)
    new = NewExport(what=what, format=_format_of(file), purpose=purpose)

    async def work(pool: db.Pool) -> None:
        me = Operator((await connect.find_organization(pool, organization)).organization_id)
        async with db.tenant(pool, me.organization_id) as tx:
            export = await actions.ask(tx, me, new)
        await _make(pool, me, export.id, file)

    connect.run_command(work)


@exports.command()
def again(
    organization: Handle,
    export: Annotated[UUID, typer.Argument(help="The export's id, of `talkoot exports list`.")],
    file: Into,
) -> None:
    """Take an earlier export once more: the same bytes, unless something in it was withdrawn or somebody erased."""
    _refuse_what_is_there(file)

    async def work(pool: db.Pool) -> None:
        me = Operator((await connect.find_organization(pool, organization)).organization_id)
        await _make(pool, me, export, file)

    connect.run_command(work)


@exports.command("list")
def list_exports(organization: Handle) -> None:
    """Show what was taken, the newest first."""

    async def work(tx: db.Connection) -> None:
        for one in await db.many(tx, sql.exports, Export, after_key=None, after_id=None, most=MOST):
            asked = f"{one.asked_at:%Y-%m-%d %H:%M}"
            known = f"{one.digest or '–'}{', somebody was erased since' if one.erased else ''}"
            typer.echo(f"{one.id}  {asked}  {one.what:<9} {one.format:<8} {one.purpose:<15} {known}")

    connect.run_in(organization, work)


def _format_of(file: Path) -> Format:
    try:
        return Format(file.suffix.removeprefix(".").lower())
    except ValueError:
        connect.fail(f"{file.name} ends in none of {', '.join(Format)}, so its format is not known", BAD_INPUT)


async def _make(pool: db.Pool, me: Operator, export_id: UUID, file: Path) -> None:
    """Make the file and write it."""
    from service.exports.making import Making

    made = await Making(pool).file_of(me, export_id)
    with made.file as source, file.open("xb") as target:
        shutil.copyfileobj(source, target)
    typer.echo(f"{file}: {made.size:,} bytes, export {export_id}")


def _refuse_what_is_there(file: Path) -> None:
    if file.exists():
        connect.fail(f"{file} is there already", BAD_INPUT)


def register(app: typer.Typer) -> None:
    """Add the commands to `talkoot`."""
    app.add_typer(exports, name="exports")
