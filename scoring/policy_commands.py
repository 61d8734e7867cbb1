"""`talkoot policy`: the policies of an organization, from the operator's shell."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
import typer

from scoring import policies
from scoring.commands import read_policy
from scoring.policy import InvalidPolicy, Policy, Reference, encode
from scoring.preview_commands import tell
from scoring.preview_run import both
from service.base import clock, connect, db
from service.base.errors import Invalid

policy = typer.Typer(help="The scoring policies of an organization: versions, previews, publication.")

Rescale = Annotated[bool, typer.Option("--rescale", help="Freeze today's scale instead of keeping the one in force.")]
Yes = Annotated[bool, typer.Option("--yes", help="Publish without asking.")]
Handle = Annotated[str, typer.Argument(metavar="ORGANIZATION", help="The organization's handle.")]
File = Annotated[Path, typer.Argument(metavar="POLICY", help="The new policy, as JSON.")]
Why = Annotated[str | None, typer.Option("--reason", help="Why it is published, for the history.")]
MOST = 1000  # versions listed


@policy.command()
def show(
    organization: Handle,
    version: Annotated[int | None, typer.Option(help="Which version; default: the one in force.")] = None,
) -> None:
    """Print a policy as JSON: that in force, or an earlier one."""

    async def work(pool: db.Pool) -> None:
        there = await connect.find_organization(pool, organization)
        async with db.tenant(pool, there.organization_id) as tx:
            found = await policies.in_force(tx)
            if version is not None:
                found = await db.one(tx, policies.sql.by_version, policies.Version, version=version)
        typer.echo(msgspec.json.format(encode(found.value), indent=2).decode())

    connect.run_command(work)


@policy.command()
def history(organization: Handle) -> None:
    """List the versions, the newest first."""

    async def work(pool: db.Pool) -> None:
        there = await connect.find_organization(pool, organization)
        async with db.tenant(pool, there.organization_id, readonly=True) as tx:
            found = await db.many(tx, policies.sql.versions, policies.Version, before=None, most=MOST)
        for one in found:
            typer.echo(f"{one.version:>4}  {one.published_at:%Y-%m-%d %H:%M}  {one.hash}  {one.reason or '–'}")
        if not found:
            typer.echo("no run yet: the standard policy becomes version 1 with the first")

    connect.run_command(work)


@policy.command()
def publish(
    organization: Handle,
    file: File,
    *,
    rescale: Rescale = False,
    yes: Yes = False,
    reason: Why = None,
) -> None:
    """Show who would move under a policy, ask, and publish it; runs that exist keep theirs."""

    async def work(pool: db.Pool) -> None:
        new = _read(file)
        there = await connect.find_organization(pool, organization)
        against, fresh = await _shown(pool, there.organization_id, new)
        if yes or typer.confirm("Publish this policy?"):
            published = policies.as_published(against.value, new, fresh, rescale=rescale)
            async with db.tenant(pool, there.organization_id) as tx:
                version = await policies.insert(tx, against, published, policies.Publisher(reason=reason))
            typer.echo(f"published version {version.version}")

    connect.run_command(work)


async def _shown(pool: db.Pool, organization_id: UUID, new: Policy) -> tuple[policies.Version, Reference]:
    """Print who would move under `new`; return the version in force, and the scale that `new` would freeze."""
    async with db.tenant(pool, organization_id) as tx:
        against = await policies.in_force(tx)
        await policies.keeps_faith(tx, against.value, new)
    at = clock.now()
    compared, reference = await both(pool, organization_id, (against.value, new), at)
    tell(compared, at)
    return against, reference


def _read(file: Path) -> Policy:
    try:
        return read_policy(file)
    except InvalidPolicy as wrong:
        raise Invalid(str(wrong), field="policy") from wrong


def register(app: typer.Typer) -> None:
    """Add the commands to `talkoot`."""
    app.add_typer(policy, name="policy")
