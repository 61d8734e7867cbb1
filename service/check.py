"""What must be green before a commit: format, lint, types, contracts, quick tests."""

import subprocess
import sys
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Step:
    """One check: its name and its command, run in the checkout."""

    name: str
    command: tuple[str, ...]


STEPS = (
    Step("format", ("ruff", "format", "--check", "--quiet", ".")),
    Step("lint", ("ruff", "check", "--quiet", ".")),
    Step("types", ("mypy",)),
    Step("contracts", ("lint-imports", "--no-cache")),
    Step("quick tests", ("pytest", "-q", "-n", "auto", "-m", "not slow and not browser")),
)


def run(checkout: Path) -> int:
    """Run every step, show a table, and return the exit status: 1 where a step failed."""
    programs = Path(sysconfig.get_path("scripts"))
    missing = [step.command[0] for step in STEPS if not (programs / step.command[0]).exists()]
    if missing or not (checkout / "tests").is_dir():
        print("talkoot check: needs a checkout and requirements-test.lock installed", *missing, file=sys.stderr)
        return 1
    table = Table("check", "seconds", "result")
    failed = False
    for step in STEPS:
        begun = time.monotonic()
        status = subprocess.run([programs / step.command[0], *step.command[1:]], cwd=checkout, check=False).returncode  # noqa: S603
        table.add_row(step.name, f"{time.monotonic() - begun:.1f}", "failed" if status else "good")
        failed = failed or status != 0
    Console().print(table)
    return 1 if failed else 0
