"""Commands for tokens: `talkoot token …`."""

from typing import Annotated
from uuid import UUID

import typer

from service.auth import actions, contacts
from service.auth.lookup import sql
from service.auth.model import TokenView
from service.base import clock, connect, db
from service.base.access import Role

token = typer.Typer(help="Tokens by which people and programs use the API.", no_args_is_help=True)

Organization = Annotated[str, typer.Option(help="The organization's handle.")]


@token.command()
def create(
    organization: Organization,
    role: Annotated[Role, typer.Option(help="What the token may do.")],
    person: Annotated[str | None, typer.Option(help="Whose it is: external id, email address or name.")] = None,
    days: Annotated[int, typer.Option(min=1, max=actions.LONGEST_DAYS, help="How long it lives.")] = 90,
    name: Annotated[str | None, typer.Option(help="What it is for.")] = None,
) -> None:
    """Make a token and print it, once: it is kept nowhere."""

    async def work(pool: db.Pool) -> None:
        there = await connect.find_organization(pool, organization)
        async with db.tenant(pool, there.organization_id) as tx:
            person_id = None if person is None else await actions.person_meant(tx, person)
            new = actions.NewToken(role=role, person_id=person_id, days=days, name=name)
            secret = await actions.create_token(tx, new)
        typer.echo(secret)

    connect.run_command(work)


@token.command("create-for-contact")
def create_for_contact(
    organization: Organization,
    contact: Annotated[str, typer.Argument(help="Whose it is: external id or email address.")],
    days: Annotated[int, typer.Option(min=1, max=actions.LONGEST_DAYS, help="How long it lives.")] = 90,
    name: Annotated[str | None, typer.Option(help="What it is for.")] = None,
) -> None:
    """Make a token for somebody at a customer or partner, who then sees the projects opened to them."""

    async def work(pool: db.Pool) -> None:
        there = await connect.find_organization(pool, organization)
        async with db.tenant(pool, there.organization_id) as tx:
            secret = await contacts.create_token(tx, await contacts.meant(tx, contact), days, name)
        typer.echo(secret)

    connect.run_command(work)


@token.command("list")
def list_tokens(organization: Organization) -> None:
    """Show the tokens of an organization, the newest first; their secrets are not known."""

    async def work(pool: db.Pool) -> None:
        there = await connect.find_organization(pool, organization)
        async with db.tenant(pool, there.organization_id, readonly=True) as tx:
            tokens = await db.many(tx, sql.tokens, TokenView)
        for one in tokens:
            typer.echo(_line(one))

    connect.run_command(work)


@token.command()
def revoke(
    organization: Organization,
    token_id: Annotated[UUID, typer.Argument(help="The token's id, from `talkoot token list`.")],
) -> None:
    """End a token; it is dead at once."""

    async def work(pool: db.Pool) -> None:
        there = await connect.find_organization(pool, organization)
        async with db.tenant(pool, there.organization_id) as tx:
            await actions.revoke(tx, token_id)
        typer.echo(f"revoked {token_id}")

    connect.run_command(work)


def _line(one: TokenView) -> str:
    if one.revoked_at is not None:
        state = f"revoked {one.revoked_at:%Y-%m-%d}"
    else:
        state = f"{'expires' if one.expires_at > clock.now() else 'expired'} {one.expires_at:%Y-%m-%d}"
    return f"{one.id}  {one.role:<13}  {one.person_name or '–':<30}  {state:<18}  {one.name or ''}".rstrip()


def register(app: typer.Typer) -> None:
    """Add the commands to `talkoot`."""
    app.add_typer(token, name="token")
