"""Commands for tokens and granted roles: `talkoot token …`, `talkoot role …`."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from service.auth import actions, contacts, roles
from service.auth.lookup import sql
from service.auth.model import LONGEST_DAYS, NewToken, RoleGrant, RoleView, TokenView
from service.base import clock, connect, db
from service.base.access import Role, Scope

token = typer.Typer(help="Tokens by which people and programs use the API.", no_args_is_help=True)

granting = typer.Typer(help="Roles granted to people; leads are read from the teams.", no_args_is_help=True)

MOST = 1000  # lines of a list

Organization = Annotated[str, typer.Option(help="The organization's handle.")]


@token.command()
def create(  # noqa: PLR0917 - the options of a command
    organization: Organization,
    role: Annotated[Role, typer.Option(help="What the token may do.")],
    person: Annotated[str | None, typer.Option(help="Whose it is: external id, email address or name.")] = None,
    days: Annotated[int, typer.Option(min=1, max=LONGEST_DAYS, help="How long it lives.")] = 90,
    name: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    scope: Annotated[list[Scope] | None, typer.Option(help="What it is good for; default: read and write.")] = None,
) -> None:
    """Make a token and print it, once: it is kept nowhere."""

    async def work(tx: db.Connection) -> None:
        person_id = None if person is None else await actions.person_meant(tx, person)
        scopes = tuple(scope or (Scope.READ, Scope.WRITE))
        new = NewToken(role=role, person_id=person_id, days=days, name=name, scopes=scopes)
        typer.echo(await actions.create_token(tx, new))

    connect.run_in(organization, work)


@token.command("create-for-contact")
def create_for_contact(
    organization: Organization,
    contact: Annotated[str, typer.Argument(help="Whose it is: external id or email address.")],
    days: Annotated[int, typer.Option(min=1, max=LONGEST_DAYS, help="How long it lives.")] = 90,
    name: Annotated[str | None, typer.Option(help="What it is for.")] = None,
) -> None:
    """Make a token for somebody at a customer or partner, who then sees the projects opened to them."""

    async def work(tx: db.Connection) -> None:
        typer.echo(await contacts.create_token(tx, await contacts.meant(tx, contact), days, name))

    connect.run_in(organization, work)


@token.command("list")
def list_tokens(organization: Organization) -> None:
    """Show the tokens of an organization, the newest first; their secrets are not known."""

    async def work(tx: db.Connection) -> None:
        for one in await db.many(tx, sql.tokens, TokenView, after_key=None, after_id=None, most=MOST):
            typer.echo(_line(one))

    connect.run_in(organization, work)


@token.command()
def revoke(
    organization: Organization,
    token_id: Annotated[UUID, typer.Argument(help="The token's id, from `talkoot token list`.")],
) -> None:
    """End a token; it is dead at once."""

    async def work(tx: db.Connection) -> None:
        await actions.revoke(tx, token_id)
        typer.echo(f"revoked {token_id}")

    connect.run_in(organization, work)


class Granted(StrEnum):
    """The roles that somebody has to be granted."""

    HR = "hr"
    ADMINISTRATOR = "administrator"


Person = Annotated[str, typer.Argument(help="Who: external id, email address or name.")]


@granting.command("grant")
def grant_role(organization: Organization, person: Person, granted: Annotated[Granted, typer.Argument()]) -> None:
    """Grant a role; it acts with the next request, and the person signs in anew."""

    async def work(tx: db.Connection) -> None:
        new = RoleGrant(await actions.person_meant(tx, person), granted.value)
        one = await roles.grant(tx, new, None)
        typer.echo(f"{one.person_name} is {one.role}")

    connect.run_in(organization, work)


@granting.command("revoke")
def revoke_role(organization: Organization, person: Person, granted: Annotated[Granted, typer.Argument()]) -> None:
    """Take a role; sessions and tokens made for it are dead at once."""

    async def work(tx: db.Connection) -> None:
        person_id = await actions.person_meant(tx, person)
        await roles.withdraw(tx, RoleGrant(person_id, granted.value))
        typer.echo(f"{person} is no longer {granted}")

    connect.run_in(organization, work)


@granting.command("list")
def list_roles(organization: Organization) -> None:
    """Show who was granted which role, the newest first."""

    async def work(tx: db.Connection) -> None:
        for one in await db.many(tx, sql.grants, RoleView, after_key=None, after_id=None, most=MOST):
            typer.echo(f"{one.role:<13}  {one.person_name:<40}  {one.granted_at:%Y-%m-%d}")

    connect.run_in(organization, work)


def _line(one: TokenView) -> str:
    if one.revoked_at is not None:
        state = f"revoked {one.revoked_at:%Y-%m-%d}"
    else:
        state = f"{'expires' if one.expires_at > clock.now() else 'expired'} {one.expires_at:%Y-%m-%d}"
    scopes = ",".join(one.scopes)
    return (
        f"{one.id}  {one.role:<13}  {scopes:<17}  {one.person_name or '–':<30}  {state:<18}  {one.name or ''}".rstrip()
    )


def register(app: typer.Typer) -> None:
    """Add the commands to `talkoot`."""
    app.add_typer(token, name="token")
    app.add_typer(granting, name="role")
