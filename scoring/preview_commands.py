"""`talkoot preview`: what another policy would do to the scores of an exchange folder, before it is published."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from scoring import policy as policies
from scoring.arrays import build
from scoring.commands import AsOf, Assume, Source, moment, read_policy, refuse
from scoring.exchange import folder as exchange
from scoring.exchange.problems import BadFolder
from scoring.model.evidence import Evidence
from scoring.model.score import score
from scoring.offline import after_last_evidence, assumed, dated
from scoring.preview import STANDING, Preview, preview

TOP = 10

New = Annotated[Path, typer.Option("--policy", help="The policy to look at, as JSON.")]
Against = Annotated[Path | None, typer.Option(help="The policy in force, as JSON; default: the standard one.")]
Csv = Annotated[Path | None, typer.Option("--csv", help="File to write: every board and person, before and after.")]
Freeze = Annotated[
    Path | None, typer.Option(help="File to write: the policy as it is to be published, with its scale frozen.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the `talkoot` command line."""

    @app.command(name="preview")
    def show(
        folder: Source,
        *,
        policy: New,
        against: Against = None,
        as_of: AsOf = None,
        assume_consent: Assume = None,
        csv: Csv = None,
        freeze: Freeze = None,
    ) -> None:
        """Show who would move under another policy, and by how much: levels, quality and every board."""
        try:
            new, old = read_policy(policy), read_policy(against)
            evidence, at = _read(folder, moment(as_of), assume_consent)
        except (BadFolder, policies.InvalidPolicy) as wrong:
            refuse(str(wrong))
        found = preview(evidence, dated(old, at), new, at)
        tell(found, at)
        if csv:
            _write(csv, found.moves.write_csv().encode())
        if freeze:
            _write(freeze, policies.encode(_frozen(old, new, evidence, at)))


def _read(folder: Path, as_of: datetime | None, assume: str | None) -> tuple[Evidence, datetime]:
    read = exchange.read(folder)
    frames = assumed(read.frames) if assume else read.frames
    return build(frames, read.manifest), as_of or after_last_evidence(read.frames)


def _frozen(old: policies.Policy, new: policies.Policy, evidence: Evidence, at: datetime) -> policies.Policy:
    """Return the new policy with its scale, and its levels asking for what they ask from then on."""
    dated = policies.succeeding(old, new, at.astimezone(UTC))
    return policies.referring(dated, score(evidence, new, at).reference)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as wrong:
        refuse(f"{path}: {wrong.strerror}")


def tell(found: Preview, at: datetime) -> None:
    """Print who changes levels, who moves most, and how the order of each board of the organization changes."""
    console = Console()
    moves = ("subject", "before", "after", "moved")
    levels = found.levels
    later = found.after_grace
    console.print(f"as of {at.isoformat()}: {levels.height} people change their level on the day of publication")
    console.print(_table("levels", levels.head(TOP), moves))
    if later.height:
        console.print(f"{later.height} lose one when the grace ends, should their trust stay as it is")
        console.print(_table("levels when the grace ends", later.head(TOP), moves))
    console.print(_table("quality, largest moves (sd)", found.largest(TOP), moves))
    console.print(_table("standing, largest moves (sd)", found.largest(TOP, STANDING), moves))
    whole = found.boards.filter(pl.col("scope") == "organization")
    console.print(
        _table("boards", whole, ("board", "subject_kind", "subjects", "moved_a_rank", "largest_move", "spearman"))
    )


def _table(title: str, rows: pl.DataFrame, columns: tuple[str, ...]) -> Table:
    table = Table(title=title)
    for name in columns:
        table.add_column(name, justify="right" if rows.schema[name].is_numeric() else "left")
    for row in rows.select(columns).iter_rows():
        table.add_row(
            *(f"{value:.3f}" if isinstance(value, float) else "" if value is None else str(value) for value in row)
        )
    return table
