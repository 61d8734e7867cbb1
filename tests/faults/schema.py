"""Asks the API all that its own description allows, and what it does not, with a token of each role (schemathesis).

    python -m tests.faults.schema [--examples 20] [--seed 7] [--roles employee,lead] [--planted | --guessing]

Each role is asked for what the authorization matrix lets it ask, of things that are there. Every answer must be one
that is described: no server error, no undocumented status, no body of another shape; and no operation may be refused
whatever is said. With `--planted` one route fails and the description leaves out what is not found; with `--guessing`
nobody tells what is there: each must be noticed.
"""

import argparse
import asyncio
import os
import random
import re
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from service import contract
from service.app import create_app
from service.base import db, postgres
from service.base.access import Role
from service.base.config import Settings
from service.base.migrate import migrate
from service.people import actions as people
from tests.faults.schema_known import Known
from tests.service.walls.serving import serving

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
CASES = re.compile(r"(\d+) generated")
HOOKS = Path(__file__).with_name("schema_hooks.py")
WARNINGS = "[warnings]\nfail-on = true\n"


async def asked(address, known, options):
    """Let schemathesis ask; how many cases it made, its exit status, and what it said."""
    with tempfile.TemporaryDirectory(prefix="talkoot-schema-") as folder:
        (Path(folder) / "schemathesis.toml").write_text(WARNINGS)
        told = str(Path(folder) / "known")
        which = [part for label in known.operations for part in ("--include-name", label)]
        async with await asyncio.start_unix_server(known.answer, told):
            run = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "schemathesis.cli", "run", f"{address}/api/openapi.json", *which,
                "--checks", CHECKS, "--max-examples", str(options.examples), "--seed", str(options.seed),
                "--no-color", "--no-shrink", "--continue-on-failure",
                "--phases", options.phases, "--suppress-health-check", "all",
                cwd=folder, env=os.environ | {
                    "PYTHONPATH": "", "COLUMNS": "140", "TALKOOT_KNOWN": told, "SCHEMATHESIS_HOOKS": str(HOOKS),
                },
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
            said = (await run.communicate())[0].decode(errors="replace")
    found = CASES.search(said)
    return int(found[1]) if found else 0, run.returncode, said


async def campaign(url, options):
    """Ask as each role; the number of roles to which something was not as described."""
    await migrate(url)
    async with AsyncExitStack() as stack:
        pools = [
            await stack.enter_async_context(await db.open_pool(url, db.PoolSettings(role, 3)))
            for role in ("talkoot_worker", "talkoot_web")
        ]
        address = await stack.enter_async_context(serving(create_app(Settings(), url)))
        total, bad = 0, 0
        for role in (Role(name) for name in options.roles.split(",")):
            known = Known(role, *pools, guessing=options.guessing)
            cases, status, said = await asked(address, known, options)
            total, bad = total + cases, bad + (status != 0 or not cases)
            warned = "no warning" if "= WARNINGS =" not in said else "WARNINGS"
            print(f"{role}: {len(known.operations)} operations, {cases} cases, {warned}", flush=True)
            print("" if status == 0 else said, end="", flush=True)
    print(f"{total} cases from seed {options.seed}, {bad} roles with failures or warnings")
    return bad


def plant():
    """Let adding a person fail, and leave what is not found out of the description."""

    async def add(*_):
        raise ZeroDivisionError

    people.add = add
    contract.READING = tuple(code for code in contract.READING if code != "404")


def main():
    """Run it; exit 1 where an answer was not as described (or, planted, where nothing was noticed)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--roles", default=",".join(Role))
    parser.add_argument("--phases", default="examples,coverage,fuzzing")
    parser.add_argument("--planted", action="store_true")
    parser.add_argument("--guessing", action="store_true")
    options = parser.parse_args()
    if options.planted:
        plant()
    with tempfile.TemporaryDirectory(prefix="talkoot-schema-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with postgres.running(Path(folder) / "data") as url:
            bad = asyncio.run(campaign(url, options))
    sys.exit(int((bad > 0) != (options.planted or options.guessing)))


if __name__ == "__main__":
    main()
