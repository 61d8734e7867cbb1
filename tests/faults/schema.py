"""Asks the whole API what its own description allows, and what it does not, with a token of each role (schemathesis).

    python -m tests.faults.schema [--examples 20] [--seed 7] [--roles employee,lead] [--planted]

Every answer must be one that is described: no server error, no undocumented status, no body of another shape.
With `--planted` one route fails and the description leaves out what is not found: both must be noticed.
"""

import argparse
import asyncio
import os
import random
import re
import sys
import tempfile
from pathlib import Path

from service import contract
from service.app import create_app
from service.auth import contacts
from service.auth.actions import NewToken, create_token
from service.base import db, postgres
from service.base.access import Role
from service.base.config import Settings
from service.base.migrate import migrate
from service.people import actions as people
from tests import cast
from tests.service.walls.serving import serving

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
CASES = re.compile(r"(\d+) generated")
OPENING = "insert into project_opening (project_id, contact_id) values ($1, $2) returning id"
THINGS = {
    "kudos_id": "insert into kudos (giver_id, receiver_id, message) values ($1, $2, 'Thank you') returning id",
    "task_id": "insert into care_task (project_id, owner_id, kind, due_at) values ($1, $2, '3m', now()) returning id",
    "run_id": "insert into slot (job, key) values ('scoring_now', gen_random_uuid()::text) returning key",
}


async def made(worker_pool, web_pool):
    """Make an organization; it, and the ids that paths may name."""
    north = await cast.north(worker_pool)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        ids = {
            "person_id": north.ben, "team_id": north.teams["ada"], "customer_id": north.oak,
            "contact_id": north.contacts["oak"], "project_id": north.delivery,
            "kudos_id": await tx.fetchval(THINGS["kudos_id"], north.ben, north.ada),
            "task_id": await tx.fetchval(THINGS["task_id"], north.delivery, north.ben),
            "run_id": await tx.fetchval(THINGS["run_id"]),
        }  # fmt: skip
    async with db.tenant(web_pool, north.organization_id) as tx:
        ids["opening_id"] = await tx.fetchval(OPENING, north.delivery, north.contacts["oak"])
    return north, {name: str(value) for name, value in ids.items()} | {"badge": "safe_hands", "board": "quality"}


async def token(pool, north, role):
    """Make a token of a role."""
    async with db.tenant(pool, north.organization_id) as tx:
        if role is Role.CONTACT:
            return await contacts.create_token(tx, north.contacts["oak"])
        person_id = None if role is Role.SERVICE else north.ada
        return await create_token(tx, NewToken(role=role, person_id=person_id))


async def asked(address, secret, ids, options):
    """Let schemathesis ask; how many cases it made, its exit status, and what it said."""
    with tempfile.TemporaryDirectory(prefix="talkoot-schema-") as folder:
        known = "".join(f'"path.{name}" = "{value}"\n' for name, value in ids.items())
        (Path(folder) / "schemathesis.toml").write_text(f"[parameters]\n{known}")
        run = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "schemathesis.cli", "run", f"{address}/api/openapi.json",
            "--checks", CHECKS, "--max-examples", str(options.examples), "--seed", str(options.seed),
            "--header", f"Authorization: Bearer {secret}", "--no-color", "--no-shrink", "--continue-on-failure",
            "--phases", options.phases, "--suppress-health-check", "all",
            cwd=folder, env=os.environ | {"PYTHONPATH": "", "COLUMNS": "140"},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said = (await run.communicate())[0].decode(errors="replace")
    found = CASES.search(said)
    return int(found[1]) if found else 0, run.returncode, said


async def campaign(url, options):
    """Ask as each role; whether all was as described."""
    await migrate(url)
    async with (
        await db.open_pool(url, db.PoolSettings("talkoot_worker", 3)) as worker_pool,
        await db.open_pool(url, db.PoolSettings("talkoot_web", 3)) as web_pool,
        serving(create_app(Settings(), url)) as address,
    ):
        total, bad = 0, 0
        for role in (Role(name) for name in options.roles.split(",")):
            north, ids = await made(worker_pool, web_pool)
            cases, status, said = await asked(address, await token(worker_pool, north, role), ids, options)
            total, bad = total + cases, bad + (status != 0 or not cases)
            warnings = said[said.index("= WARNINGS =") :] if "= WARNINGS =" in said else ""
            print(f"{role}: {cases} cases, {'well' if status == 0 else said} {warnings}".rstrip(), flush=True)
    print(f"{total} cases from seed {options.seed}, {bad} roles with failures")
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
    options = parser.parse_args()
    if options.planted:
        plant()
    with tempfile.TemporaryDirectory(prefix="talkoot-schema-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with postgres.running(Path(folder) / "data") as url:
            bad = asyncio.run(campaign(url, options))
    sys.exit(int((bad > 0) != options.planted))


if __name__ == "__main__":
    main()
