"""`talkoot score`: an exchange folder in, a folder of scores out, with no database."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from scoring import policy as policies
from scoring.cluster import Unreachable
from scoring.exchange.columns import EARLIEST, LATEST, SOURCES
from scoring.exchange.problems import BadFolder
from scoring.model.figures import criterion_names
from scoring.offline import Options, Outcome, dated, run_folder
from scoring.output import ForeignFolder, Format

TOP = 10
BAD_INPUT = 2  # exit status

Source = Annotated[Path, typer.Argument(metavar="FOLDER", help="Exchange folder.")]
Out = Annotated[Path, typer.Option(help="Folder to write; an earlier output in it is replaced.")]
AsOf = Annotated[
    str | None,
    typer.Option(
        help="Only what happened before this ISO 8601 time counts (UTC without offset); default: after the last."
    ),
]
PolicyFile = Annotated[Path | None, typer.Option("--policy", help="Scoring policy as JSON; default: the standard one.")]
FileFormat = Annotated[Format, typer.Option("--format", help="csv or parquet.")]
Assume = Annotated[
    str | None,
    typer.Option(
        metavar="REASON", help="Score also people of whom the folder says nothing on consent, for this reason."
    ),
]
Show = Annotated[list[str] | None, typer.Option(metavar="BOARD", help="Print the top 10 of this board. Repeatable.")]


def register(app: typer.Typer) -> None:
    """Add the command to the `talkoot` command line."""

    @app.command()
    def score(
        folder: Source,
        *,
        out: Out,
        as_of: AsOf = None,
        policy: PolicyFile = None,
        file_format: FileFormat = "csv",
        assume_consent: Assume = None,
        show: Show = None,
    ) -> None:
        """Score an exchange folder and write scores, standings, levels, stages and explanations as files."""
        try:
            options = Options(moment(as_of), read_policy(policy), file_format, assume_consent)
            found = run_folder(folder, out, options)
        except (BadFolder, policies.InvalidPolicy, ForeignFolder, Unreachable) as wrong:
            refuse(str(wrong))
        _tell(found, options)
        for board in show or ():
            _show(found, board)


def moment(text: str | None) -> datetime | None:
    """Read a time; a date alone means its first instant in UTC."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        refuse(f"--as-of: is {text!r}, expected a time such as 2026-03-01T09:00:00+02:00")
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if not datetime.fromisoformat(EARLIEST) < at < datetime.fromisoformat(LATEST):
        refuse(f"--as-of: is {text!r}, expected a time between {EARLIEST} and {LATEST}")
    return at


def read_policy(path: Path | None) -> policies.Policy:
    """Read a policy from a file; the standard one where there is none.

    Raises
    ------
    InvalidPolicy : it is none, or breaks a rule.
    """
    if path is None:
        return policies.check(policies.Policy())
    try:
        return policies.decode(path.read_bytes())
    except OSError as wrong:
        refuse(f"--policy: {path}: {wrong.strerror}")
    except policies.InvalidPolicy as wrong:
        raise policies.InvalidPolicy(f"{path}: {wrong}") from wrong


def refuse(message: str) -> NoReturn:
    """End the command with what is wrong on stderr."""
    typer.echo(message, err=True)
    raise typer.Exit(BAD_INPUT)


def _tell(found: Outcome, options: Options) -> None:
    """Say to stderr what was scored, for whom nothing could be, and how long each step took."""
    people = len(found.evidence.people.ids)
    typer.echo(f"scored {people} people as of {found.as_of.isoformat()}", err=True)
    if found.without_consent:
        silent = f"the folder says nothing on {found.without_consent} of {people * len(SOURCES)} consents"
        given = f"ASSUMED CONSENT: {silent}; reason: {options.assume_consent}"
        refused = f"NO CONSENT: {silent}, which count for nobody; --assume-consent REASON takes them as given"
        typer.echo(given if options.assume_consent else refused, err=True)
    if dated(options.policy, found.as_of) != options.policy and len(found.evidence.level_steps.at):
        day = found.as_of.date()
        typer.echo(
            f"GRACE: the policy does not say since when its levels ask for that (levels_from): from {day}", err=True
        )
    if unknown := policies.nowhere(options.policy, criterion_names(found.evidence.criteria)):
        given = ", ".join(unknown)
        typer.echo(f"NO SUCH CRITERION: the policy weighs {given}, of which the folder knows nothing", err=True)
    typer.echo(", ".join(f"{step} {seconds:.2f} s" for step, seconds in found.seconds.items()), err=True)


def _show(found: Outcome, board: str) -> None:
    """Print the top of a board of the whole organization, over all time; refuse where there is no such board."""
    boards = found.tables["standings"]["board"].unique().sort().to_list()
    if board not in boards:
        refuse(f"--show: there is no board {board!r}; there are: {', '.join(boards)}")
    rows = found.tables["standings"].filter(
        (pl.col("board") == board) & (pl.col("scope") == "organization") & (pl.col("period") == "all")
    )
    table = Table(title=f"{board}, {found.as_of.date()}")
    for name in ("band", "ranks", "who", "score"):
        table.add_column(name, justify="left" if name == "who" else "right")
    for row in rows.head(TOP).iter_rows(named=True):
        ranks = "gathering evidence" if row["provisional"] else f"{row['rank_low']}–{row['rank_high']}"
        table.add_row(str(row["band"] or ""), ranks, row["subject"], f"{row['score']:.2f}")
    Console().print(table)
