"""The `talkoot` command: what an operator's shell can do, one sub-command each."""

import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from service.base import connect
from service.base.config import Settings

app = typer.Typer(
    name="talkoot",
    help="Qualitative team scoring: thanks, feedback and customers' words become levels and boards.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Host = Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1 or TALKOOT_HOST.")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Port; default 8321 or TALKOOT_PORT.")]


@app.command()
def demo(
    port: Port = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Throw this data folder's whole database away, imports too, and begin anew.")
    ] = False,
) -> None:
    """Start an example organization with two years of history, on this machine only."""
    from service import demo as demonstration

    settings = _settings(None, port)
    port_was_given = port is not None or "TALKOOT_PORT" in os.environ
    _serve(demonstration.run(settings, fresh=fresh, port_was_given=port_was_given))


@app.command()
def serve(
    host: Host = None,
    port: Port = None,
    worker: Annotated[bool, typer.Option(help="Also run the scheduled jobs in this process.")] = True,
) -> None:
    """Serve the web and, unless --no-worker is given, the scheduled jobs."""
    from service import together

    _serve(together.run(_settings(host, port), with_worker=worker))


@app.command()
def worker() -> None:
    """Run the scheduled jobs: nightly scoring and whatever was asked for. Several may run at once."""
    from service import worker as working

    connect.run(working.run(connect.given_settings()))


@app.command()
def migrate(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 where something is pending.")] = False,
) -> None:
    """Bring the database up to date, or only say whether it is."""
    connect.run(_migrate(only_check=check))


@app.command()
def check() -> None:
    """Format, lint, types, contracts and quick tests: what must be green before a commit."""
    from service import check as checking

    raise SystemExit(checking.run(Path(__file__).parents[1]))


def _serve(work: Coroutine[Any, Any, None]) -> None:
    from service.serve import leave

    try:
        connect.run(work)
    except SystemExit as trouble:
        leave(int(trouble.code or 0))
    leave(0)


async def _migrate(*, only_check: bool) -> None:
    from service.base import migrate as migrations

    async with connect.database(connect.given_settings()) as url:
        if only_check:
            pending = await migrations.check(url)
            _say(f"pending: {', '.join(pending)}" if pending else "the database is up to date")
            if pending:
                raise SystemExit(1)
        else:
            applied = await migrations.migrate(url)
            _say(f"applied: {', '.join(applied)}" if applied else "the database was up to date")


def _settings(host: str | None, port: int | None) -> Settings:
    from msgspec.structs import replace

    settings = connect.given_settings()
    return replace(settings, host=host or settings.host, port=port or settings.port)


def _say(text: str) -> None:
    print(text)


def main() -> None:
    """Run the command line."""
    # One thread for linear algebra: our matrices are small, so more threads only wait for one another.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    complete()
    app(prog_name="talkoot")


def complete() -> None:
    """Add the features' commands, once."""
    from scoring import commands as scoring
    from scoring import policy_commands as policy
    from scoring import preview_commands as preview
    from scoring.validate import commands as validation
    from service.auth import commands as access
    from service.exchange import commands as exchange
    from service.exports import commands as exports
    from service.feedback import commands as rounds
    from service.flows import commands as flows
    from service.organizations import commands as organizations
    from service.sign_in import commands as sign_in

    for feature in (
        exchange,
        scoring,
        preview,
        policy,
        validation,
        organizations,
        access,
        flows,
        rounds,
        exports,
        sign_in,
    ):
        feature.register(app)


if __name__ == "__main__":
    main()
