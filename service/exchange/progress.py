"""How far an import or export has come, on stderr: a bar on a terminal, plain lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

Tell = Callable[[str, int, int], None]  # what is being done, rows done, rows in all (0: not counted)


@contextmanager
def shown() -> Iterator[Tell]:
    """Give what tells of the progress inside the block."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        yield _bars(bar)


def _bars(bar: Progress) -> Tell:
    tasks: dict[str, TaskID] = {}

    def tell(doing: str, done: int, rows: int) -> None:
        if doing not in tasks:
            for task in tasks.values():  # what came before is over
                bar.update(task, visible=False)
            tasks[doing] = bar.add_task(escape(doing), total=None)
        bar.update(tasks[doing], completed=done, total=rows or None)

    return tell


def _lines(console: Console) -> Tell:
    def tell(doing: str, done: int, rows: int) -> None:
        text = f"{doing}: {done:,} of {rows:,}" if rows else doing
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    return tell
