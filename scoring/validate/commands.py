"""`talkoot validate`: how good the engine is on simulated organizations, as a table and a report."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

if TYPE_CHECKING:
    from scoring.validate.findings import Finding
    from scoring.validate.run import Plan

MISSED, BAD_INPUT = 1, 2  # exit status
WIDTH = 150  # characters, where the output is no terminal

Seeds = Annotated[int, typer.Option(min=1, help="Organizations simulated for each scenario.")]
People = Annotated[int, typer.Option(min=30, help="People in each organization.")]
First = Annotated[int, typer.Option(min=0, help="Seed of the first; others are organizations nothing was chosen on.")]
Chosen = Annotated[list[str] | None, typer.Option("--scenario", metavar="NAME", help="Only this one. Repeatable.")]
Out = Annotated[Path | None, typer.Option(help="Write a report with pictures, as one HTML file.")]
Jobs = Annotated[int, typer.Option(min=1, help="Processes.")]


def register(app: typer.Typer) -> None:
    """Add the command to the `talkoot` command line."""

    @app.command()
    def validate(
        *,
        seeds: Seeds = 20,
        first_seed: First = 1,
        people: People = 120,
        scenario: Chosen = None,
        out: Out = None,
        jobs: Jobs = 2,
    ) -> None:
        """Measure the engine on simulated organizations with a known truth; exit 1 where a bound is missed."""
        from scoring.validate import bounds, report, run, scenarios, summary, tables

        named = scenarios.BY_NAME
        unknown = sorted(set(scenario or ()) - named.keys())
        if unknown:
            _refuse(f"--scenario: there is no {', '.join(unknown)}; there are: {', '.join(named)}")
        wanted = [named[name] for name in dict.fromkeys(scenario or named)]
        found = summary.summaries(_watched(run.Plan(wanted, seeds, people, jobs, first=first_seed)))
        judged = bounds.verdicts(found)
        tables.show(Console(width=None if sys.stdout.isatty() else WIDTH), found, judged)
        if out:
            out.write_text(
                report.page(found, judged, f"{seeds} seeds from {first_seed} on, {people} people"), encoding="utf-8"
            )
        if not all(verdict.passed for verdict in judged):
            raise typer.Exit(MISSED)


def _watched(plan: "Plan") -> "list[Finding]":
    """Run with a progress bar on stderr."""
    from rich.progress import Progress

    from scoring.simulate import InvalidSettings
    from scoring.validate.run import run

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("simulating and scoring", total=len(plan.cells))
        try:
            return run(plan, lambda: progress.advance(task))
        except InvalidSettings as wrong:
            _refuse(str(wrong))


def _refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(BAD_INPUT)
