"""Asks every row of the matrix as every caller, over HTTP; what is foreign must look like what is absent."""

import re
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import httpx

from service.auth import contacts
from service.auth.actions import NewToken, create_token
from service.base import db
from service.base.access import Role
from tests import cast
from tests.service.walls.rows import CALLERS, CONTACTS, EMPLOYEES, FOREIGN, LEADS

UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PERSON = "insert into person (name) values ($1) returning id"
TEAM = "insert into team (name) values ($1) returning id"
JOINS = """
insert into team_member (team_id, person_id, role, from_at, to_at)
values ($1, $2, $3, now() - interval '90 days', case when $4 then now() - interval '1 hour' end)
"""
MEMBERSHIP = "select id from team_member where person_id = $1 and to_at is null"
RUN = "insert into slot (job, key) values ('scoring_now', gen_random_uuid()::text) returning key"
OPENS = "insert into project_opening (project_id, contact_id) values ($1, $2) returning id"
SIGNAL = "insert into signal (project_id, contact_id, kind, comment) values ($1, $2, 'call', 'Good') returning id"
IDS = """
select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'id'
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.atttypid = 'uuid'::regtype
  and exists (select from pg_attribute o where o.attrelid = c.oid and o.attname = 'organization_id')
"""
FRESH = {
    "kudos": "insert into kudos (giver_id, receiver_id, message) values ($1, $2, 'Thank you') returning id",
    "task": "insert into care_task (project_id, owner_id, kind, due_at) values ($1, $2, '3m', now()) returning id",
    "contact": "insert into contact (customer_id, name) values ($1, 'New') returning id",
    "run": "update slot set state = 'done' where state = 'due'",
}


@dataclass(frozen=True, slots=True)
class World:
    """Two organizations: Ben and everything of his in North, and everybody who may ask."""

    pool: db.Pool
    north: cast.Cast
    south: cast.Cast
    people: dict[str, UUID]  # of North, by caller
    ids: dict[str, UUID]  # the target
    own: dict[str, set[str]]  # what a contact may be shown, by caller

    async def token(self, caller):
        """Make a token for a caller."""
        cast_of = self.south if caller.startswith("foreign") else self.north
        async with db.tenant(self.pool, cast_of.organization_id) as tx:
            if caller in CONTACTS:
                return await contacts.create_token(tx, cast_of.contacts["pine" if caller == "unopened" else "oak"])
            role = role_of(caller)
            person_id = self.people.get(caller) if cast_of is self.north else cast_of.people["dora"]
            return await create_token(tx, NewToken(role=role, person_id=None if role is Role.SERVICE else person_id))

    async def fresh(self, what):
        """Make something anew for one request; its id."""
        given = {
            "kudos": (self.people["colleague"], self.ids["person"]),
            "task": (self.ids["project"], self.ids["person"]),
            "contact": (self.ids["customer"],),
            "run": (),
        }[what]
        async with db.tenant(self.pool, self.north.organization_id) as tx:
            return await tx.fetchval(FRESH[what], *given)


def role_of(caller):
    """The role in which a caller calls."""
    if caller in EMPLOYEES:
        return Role.EMPLOYEE
    return Role.LEAD if caller in LEADS else Role(caller.removeprefix("foreign_"))


async def world(worker_pool, web_pool):
    """Make the two organizations."""
    north, south = await cast.north(worker_pool), await cast.south(worker_pool)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        people = {"self": north.ben, "lead": north.ada, "hr": north.cleo}
        for name in ("colleague", "stranger", "other_lead", "former_lead", "past_lead", "administrator"):
            people[name] = await tx.fetchval(PERSON, name.replace("_", " ").capitalize())
        his, other, past = north.teams["ada"], await tx.fetchval(TEAM, "Other"), await tx.fetchval(TEAM, "Past")
        for team_id, name, role, ended in (
            (his, "colleague", "member", False),
            (his, "former_lead", "lead", True),
            (other, "stranger", "member", False),
            (other, "other_lead", "lead", False),
            (past, "past_lead", "lead", False),
            (past, "self", "member", True),
        ):
            await tx.execute(JOINS, team_id, people[name], role, ended)
        other_contact = await tx.fetchval(FRESH["contact"], north.oak)
        own = [await tx.fetchval(SIGNAL, north.delivery, north.contacts["oak"])]
        ids = {
            "organization": north.organization_id, "person": north.ben, "team": his,
            "customer": north.oak, "contact": north.contacts["oak"], "project": north.delivery,
            "team_member": await tx.fetchval(MEMBERSHIP, north.ben),
            "project_member": await tx.fetchval(
                "select id from project_member where (person_id, project_id) = ($1, $2)", north.ben, north.delivery
            ),
            "run": UUID(await tx.fetchval(RUN)),
            "kudos": await tx.fetchval(FRESH["kudos"], people["colleague"], north.ben),
            "task": await tx.fetchval(FRESH["task"], north.delivery, north.ben),
        }  # fmt: skip
    async with db.tenant(web_pool, north.organization_id) as tx:
        ids["opening"] = await tx.fetchval(OPENS, north.delivery, other_contact)
        await tx.execute(OPENS, north.delivery, north.contacts["oak"])
        await tx.execute(OPENS, north.development, north.contacts["pine"])
    allowed = {"contact": {str(one) for one in (north.delivery, *own)}, "unopened": {str(north.development)}}
    return World(worker_pool, north, south, people, ids, allowed)


async def ids_of(database_url, organization_id):
    """Every id that an organization owns."""
    conn = await asyncpg.connect(database_url)
    try:
        tables = [row[0] for row in await conn.fetch(IDS)]
        found = [
            await conn.fetch(f'select id::text from "{table}" where organization_id = $1', organization_id)  # noqa: S608
            for table in tables
        ]
    finally:
        await conn.close()
    return {str(organization_id)} | {row[0] for rows in found for row in rows}


class Asking:
    """One running service, asked as every caller."""

    def __init__(self, made, address, database_url):
        self._made, self._address, self._database = made, address, database_url
        self._clients, self._stack = {}, AsyncExitStack()
        self.asked = 0

    async def __aenter__(self):
        for caller in CALLERS:
            self._clients[caller] = await self._client(caller)
        self._foreign = {
            True: await ids_of(self._database, self._made.north.organization_id),
            False: await ids_of(self._database, self._made.south.organization_id),
        }
        return self

    async def __aexit__(self, *_):
        await self._stack.aclose()

    async def _client(self, caller):
        headers = {} if caller == "anybody" else {"authorization": f"Bearer {await self._made.token(caller)}"}
        made = httpx.AsyncClient(base_url=self._address, headers=headers, timeout=30, trust_env=False)
        return await self._stack.enter_async_context(made)

    async def wrong(self, rows, callers=CALLERS):
        """What is not as the rows say: a line for each request with another status, or with something foreign in it."""
        return [trouble for row in rows for caller in callers for trouble in await self._try(row, caller)]

    async def _try(self, row, caller):
        which = f"{row.method} {row.path} as {caller}"
        ids = dict(self._made.ids)
        if row.fresh in FRESH:
            made = await self._made.fresh(row.fresh)
            ids |= {row.fresh: made} if made else {}
        client = await self._client(caller) if row.fresh == "token" else self._clients[caller]
        answer, text = await self._ask(client, row, ids)
        due = row.expected(caller)
        if answer.status_code != due:
            return [f"{which}: {answer.status_code} instead of {due}: {answer.text[:200]}"]
        troubles = [f"{which}: shows {one}" for one in self._leaks(caller, text, due)]
        looks_the_same = due == 404 or (due == 403 and not row.visible) or (caller in FOREIGN and row.names)
        if looks_the_same and not row.open:
            absent, told = await self._ask(client, row, {key: uuid4() for key in ids})
            if (absent.status_code, told) != (answer.status_code, text):
                troubles.append(f"{which}: what is absent looks different: {absent.status_code} {told[:200]}")
        return troubles

    def _leaks(self, caller, text, status):
        shown = set(UUIDS.findall(text))
        foreign = shown & self._foreign[caller in FOREIGN or caller == "foreign_contact"]
        if caller in CONTACTS and status < 300:
            foreign |= shown - self._made.own.get(caller, set())
        return foreign

    async def _ask(self, client, row, ids):
        """Ask once; the answer, and its text without the ids that the caller named themself."""
        self.asked += 1
        given = {key: str(value) for key, value in ids.items()} | {"key": str(uuid4())}
        path = re.sub(r"{(\w+):\w+}", lambda found: _value(row, found[1], given), row.path)
        body = row.body(given) if row.body else None
        sent = {"data": body or {"csrf": ""}} if row.form else {} if body is None else {"json": body}
        query = row.query(given) if row.query else None
        answer = await client.request(row.method, path, params=query, **sent)
        named, text = str((path, body, query)), answer.text
        for key, value in given.items():
            text = text.replace(value, f"<{key}>") if value in named else text
        return answer, text


def _value(row, name, given):
    known = {"badge": "safe_hands", "board": "quality", "name": "swagger-ui.css", "digest": "x", "path": "x"}
    if name in known:
        return known[name]
    thing = name.removesuffix("_id")
    return given[f"{'team' if '/teams/' in row.path else 'project'}_member" if thing == "member" else thing]
