"""Asks every row of the matrix as every caller, over HTTP; what is foreign must look like what is absent."""

import re
from contextlib import AsyncExitStack
from uuid import uuid4

import asyncpg
import httpx

from tests.service.walls.row import CALLERS, CONTACTS, FOREIGN

UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
IDS = """
select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'id'
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.atttypid = 'uuid'::regtype
  and exists (select from pg_attribute o where o.attrelid = c.oid and o.attname = 'organization_id')
"""
KNOWN = {"badge": "safe_hands", "board": "quality", "name": "swagger-ui.css", "digest": "x", "path": "x", "number": "1"}


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
        ids, client = await self._prepare(row, caller)
        answer, text = await self._ask(client, row, ids)
        due = row.expected(caller)
        if answer.status_code != due:
            return [f"{which}: {answer.status_code} instead of {due}: {answer.text[:200]}"]
        troubles = [f"{which}: shows {one}" for one in self._leaks(caller, text, due)]
        if row.lists and due < 300 and (str(ids[row.lists[0]]) in text) != (caller in row.lists[1]):
            troubles.append(f"{which}: the {row.lists[0]} is {'missing' if caller in row.lists[1] else 'shown'}")
        looks_the_same = due == 404 or (due == 403 and not row.visible) or (caller in FOREIGN and row.names)
        if looks_the_same and not row.open:
            absent, told = await self._ask(client, row, {key: uuid4() for key in ids})
            if (absent.status_code, told) != (answer.status_code, text):
                troubles.append(f"{which}: what is absent looks different: {absent.status_code} {told[:200]}")
        return troubles

    async def _prepare(self, row, caller):
        """Make what the row wants anew; the ids to ask for, and who asks."""
        ids, client = dict(self._made.ids), self._clients[caller]
        if row.path.startswith("/sign-in/"):
            await self._made.forget_tries()
        if row.fresh == "credential":
            return ids, await self._client(caller)
        if row.fresh:
            fresh = await self._made.fresh(row.fresh)
            self._foreign[True] |= {str(one) for one in fresh.values()}
            ids |= fresh
        return ids, client

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
        client.cookies.clear()  # a link or a language would stay with whoever asks next
        answer = await client.request(row.method, path, params=query, **sent)
        named, text = str((path, body, query)), answer.text
        for key, value in given.items():
            text = text.replace(value, f"<{key}>") if value in named else text
        return answer, text


def _value(row, name, given):
    if name in KNOWN:
        return KNOWN[name]
    if name == "secret":
        return given[row.fresh]
    thing = name.removesuffix("_id")
    return given[f"{'team' if '/teams/' in row.path else 'project'}_member" if thing == "member" else thing]
