"""Commands for an organization's sign-in service: `talkoot sign-in …`."""

import os
from typing import Annotated
from uuid import UUID

import msgspec
import typer

from service.base import connect, db
from service.base.errors import Invalid
from service.sign_in import actions
from service.sign_in.actions import sql
from service.sign_in.model import NewSetting, SettingView, checked_issuer

SECRET = "TALKOOT_CLIENT_SECRET"  # noqa: S105 - the variable's name

sign_in = typer.Typer(help="Where an organization's people sign in.", no_args_is_help=True)

Organization = Annotated[str, typer.Argument(help="The organization's handle.")]


@sign_in.command("set")
def set_provider(
    organization: Organization,
    issuer: Annotated[str, typer.Option(help="The OpenID provider's address.")],
    client_id: Annotated[str, typer.Option(help="What the provider calls Talkoot.")],
    domain: Annotated[list[str] | None, typer.Option(help="Addresses of these domains belong to it.")] = None,
) -> None:
    """Set an OpenID provider; its client secret is read from TALKOOT_CLIENT_SECRET.

    So no list of programs shows it. Without that variable a secret set before stays, for the same issuer and client.
    """

    async def work(tx: db.Connection) -> None:
        checked_issuer(issuer, loopback=True)
        new = NewSetting(issuer=issuer, client_id=client_id, client_secret=os.environ.get(SECRET) or msgspec.UNSET)
        await actions.put_setting(tx, new)
        if domain is not None:
            await actions.put_domains(tx, domain)
        _show(await db.one(tx, sql.setting_view, SettingView))

    connect.run_in(organization, work)


@sign_in.command()
def show(organization: Organization) -> None:
    """Show how people sign in; never the client secret."""

    async def work(tx: db.Connection) -> None:
        found = await db.maybe(tx, sql.setting_view, SettingView)
        if found is None:
            typer.echo("by e-mail")
        else:
            _show(found)

    connect.run_in(organization, work)


@sign_in.command()
def end(organization: Organization) -> None:
    """Take the provider and the domains away: people sign in by e-mail."""

    async def work(tx: db.Connection) -> None:
        await actions.put_domains(tx, [])
        await actions.end_setting(tx)

    connect.run_in(organization, work)


@sign_in.command()
def reseal() -> None:
    """Seal every organization's client secret with the newest key of TALKOOT_SECRET, after it was changed."""

    async def work(pool: db.Pool) -> None:
        sealed = 0
        for one in await connect.organizations(pool):
            async with db.tenant(pool, one.organization_id) as tx:
                sealed += await actions.reseal(tx)
        typer.echo(f"{sealed} sealed")

    connect.run_command(work)


@sign_in.command()
def unlink(
    organization: Organization,
    email: Annotated[str, typer.Argument(help="Whose accounts to forget: an e-mail address.")],
) -> None:
    """Forget somebody's accounts, so that the next one with their verified address is linked."""

    async def work(tx: db.Connection) -> None:
        found = await db.many(tx, sql.people_of, UUID, address=email.strip().lower())
        if len(found) != 1:
            raise Invalid("one person who is here must have that address")
        await actions.unlink(tx, found[0])

    connect.run_in(organization, work)


def _show(found: SettingView) -> None:
    secret = "with a client secret" if found.has_client_secret else "without a client secret"
    typer.echo(
        f"issuer   {found.issuer}\nclient   {found.client_id}, {secret}\ndomains  {' '.join(found.domains) or '–'}"
    )


def register(app: typer.Typer) -> None:
    """Add the commands to `talkoot`."""
    app.add_typer(sign_in, name="sign-in")
