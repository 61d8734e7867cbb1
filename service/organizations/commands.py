"""Commands for the organizations of this installation: `talkoot organization …`."""

from typing import Annotated

import typer
from msgspec.structs import asdict

from service.base import connect, db
from service.organizations import actions

organization = typer.Typer(help="The organizations of this installation.", no_args_is_help=True)


@organization.command()
def create(
    handle: Annotated[str, typer.Argument(help="Short name for commands: small letters, digits, hyphens.")],
    name: Annotated[str | None, typer.Option(help="The name people see; default: the handle.")] = None,
    time_zone: Annotated[str, typer.Option(help="Where its nights are.")] = "Europe/Helsinki",
    currency: Annotated[str, typer.Option(help="Three capital letters.")] = "EUR",
    language: Annotated[str, typer.Option(help="fi or en.")] = "fi",
) -> None:
    """Add an organization and print its id."""
    new = actions.NewOrganization(
        handle=handle, name=name or handle, time_zone=time_zone, currency=currency, language=language
    )

    async def work(pool: db.Pool) -> None:
        typer.echo(str(await actions.add_organization(pool, new)))

    connect.run_command(work)


Thanks = Annotated[int | None, typer.Option(min=1, max=1_000_000)]
Requests = Annotated[int | None, typer.Option(min=20, max=100_000_000)]


@organization.command()
def limits(
    handle: Annotated[str, typer.Argument(help="The organization's handle.")],
    *,
    kudos_a_day: Thanks = None,
    kudos_to_one_a_week: Thanks = None,
    requests_a_minute: Requests = None,
    requests_a_minute_each: Requests = None,
) -> None:
    """Say how many thanks one person may give, and how many requests may come; what is not named stays."""
    wanted = actions.Limits(kudos_a_day, kudos_to_one_a_week, requests_a_minute, requests_a_minute_each)

    async def work(pool: db.Pool) -> None:
        there = await connect.find_organization(pool, handle)
        async with db.tenant(pool, there.organization_id) as tx:
            known = await actions.limit(tx, wanted)
        for name, value in asdict(known).items():
            typer.echo(f"{name:<24}  {value}")

    connect.run_command(work)


@organization.command("list")
def list_organizations() -> None:
    """Show all organizations, by handle."""

    async def work(pool: db.Pool) -> None:
        for one in await connect.organizations(pool):
            typer.echo(f"{one.handle:<30}  {one.name:<40}  {one.time_zone}")

    connect.run_command(work)


def register(app: typer.Typer) -> None:
    """Add the commands to `talkoot`."""
    app.add_typer(organization, name="organization")
