"""Asks every row of the matrix as every caller, over HTTP; what is foreign must look like what is absent."""

import asyncio
import re
from dataclasses import replace
from uuid import uuid4

import asyncpg
import httpx

from service.base.access import EVERY_SCOPE
from tests.service.walls.row import ADMINISTRATION, CALLERS, CONTACTS, FOREIGN, INSIDE

UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
IDS = """
select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'id'
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.atttypid = 'uuid'::regtype
  and exists (select from pg_attribute o where o.attrelid = c.oid and o.attname = 'organization_id')
"""
OTHER_HOST = re.compile(r"<(?:script|link|img|iframe)[^>]*\s(?:src|href)=[\"']?(?:https?:)?//[^\s\"'>]+")
TOGETHER = 5  # callers; fewer than the service has connections, so that nobody waits for one
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
        self._made, self._database = made, database_url
        self._client = httpx.AsyncClient(base_url=address, timeout=30, trust_env=False)
        self._credentials = {}
        self.asked = 0

    async def __aenter__(self):
        self._credentials = {caller: await self._credential(caller) for caller in CALLERS}
        self._foreign = {
            True: await ids_of(self._database, self._made.north.organization_id),
            False: await ids_of(self._database, self._made.south.organization_id),
        }
        return self

    async def __aexit__(self, *_):
        await self._client.aclose()

    async def _credential(self, caller):
        """Headers that say who asks."""
        return {} if caller == "anybody" else {"authorization": f"Bearer {await self._made.token(caller)}"}

    async def wrong(self, rows, callers=CALLERS):
        """What is not as the rows say: a line for each request with another status, or with something foreign in it."""
        return [trouble for row in rows for trouble in await self._wrong(row, callers)]

    async def beyond_scope(self, row):
        """Ask as administrator and service with every scope but the one the row wants; what is not refused for that."""
        troubles = []
        for caller in () if row.open else sorted(ADMINISTRATION):
            token = await self._made.token(caller, tuple(sorted(EVERY_SCOPE - {row.wants})))
            ids = {row.fresh: uuid4()} | self._made.ids  # refused before anything is looked up
            answer, text = await self._ask({"authorization": f"Bearer {token}"}, row, ids)
            if answer.status_code != 403 or f"the scope {row.wants}" not in text:
                troubles.append(f"{row.method} {row.path} as {caller} without {row.wants}: {answer.status_code}")
        return troubles

    async def differs_without_body(self, rows, callers=("anybody", "administrator")):
        """Ask for the head of what can be read, and for the whole; a line where they differ or a body came."""
        troubles = []
        for row, caller in ((row, caller) for row in rows for caller in callers):
            whole, _ = await self._ask(self._credentials[caller], row, self._made.ids)
            head, text = await self._ask(self._credentials[caller], replace(row, method="HEAD"), self._made.ids)
            alike = [(one.status_code, one.headers.get("content-type")) for one in (whole, head)]
            if alike[0] != alike[1] or text:
                troubles.append(f"HEAD {row.path} as {caller}: {alike[1]} instead of {alike[0]}, {text[:80]!r}")
        return troubles

    async def _wrong(self, row, callers):
        """Ask as everybody; a few at a time where nothing changes."""
        together = TOGETHER if row.method == "GET" and not row.fresh else 1
        found = []
        for start in range(0, len(callers), together):
            found += await asyncio.gather(*(self._try(row, caller) for caller in callers[start : start + together]))
        return [trouble for troubles in found for trouble in troubles]

    async def _try(self, row, caller):
        ids, headers = await self._prepare(row, caller)
        answer, text = await self._ask(headers, row, ids)
        due = row.expected(caller)
        if answer.status_code != due:
            troubles = [f"{answer.status_code} instead of {due}: {answer.text[:200]}"]
        else:
            troubles = self._shown(row, caller, (answer, text), ids)
            looks_the_same = due == 404 or (due == 403 and not row.visible) or (caller in FOREIGN and row.names)
            if looks_the_same and not row.open:
                absent, told = await self._ask(headers, row, {key: uuid4() for key in ids})
                if (absent.status_code, told) != (answer.status_code, text):
                    troubles.append(f"what is absent looks different: {absent.status_code} {told[:200]}")
            if caller in INSIDE and due < 400 and not row.open:
                troubles += await self._name_foreign(row, headers, ids)
                troubles += await self._misplace(row, headers, ids)
        return [f"{row.method} {row.path} as {caller}: {trouble}" for trouble in troubles]

    def _shown(self, row, caller, told, ids):
        """What an answer shows that it should not, or does not show that it should."""
        answer, text = told
        troubles = [f"shows {one}" for one in self._leaks(row, caller, text, answer.status_code)]
        troubles += [f"loads from another host: {one}" for one in OTHER_HOST.findall(answer.text)]
        if row.lists and answer.status_code < 300:
            what, readers = row.lists
            if (str(ids[what]) in answer.text) != (caller in readers):
                troubles.append(f"the {what} is {'missing' if caller in readers else 'shown'}")
        return troubles

    async def _misplace(self, row, headers, ids):
        """Ask for what stands under one project or team under another one."""
        if row.path.count(":uuid}") < 2:
            return []
        answer, text = await self._ask(headers, row, ids | {"project": ids["other_project"], "team": ids["other_team"]})
        found = answer.status_code != 404
        return [f"is found under another one: {answer.status_code} {text[:200]}"] if found else []

    async def _name_foreign(self, row, headers, ids):
        """Name what another organization owns, one at a time, in body or query; it must look absent."""
        troubles = []
        for name in sorted(_said(row, ids)):
            foreign, text = await self._ask(headers, row, ids, ids | {name: self._made.elsewhere[name]})
            absent, told = await self._ask(headers, row, ids, ids | {name: uuid4()})
            if foreign.status_code < 400 and row.method != "GET":
                troubles.append(f"takes a foreign {name}: {foreign.status_code} {text[:200]}")
            elif (foreign.status_code, _plain(text)) != (absent.status_code, _plain(told)):
                troubles.append(f"a foreign {name} looks known: {foreign.status_code} {text[:200]}")
        return troubles

    async def _prepare(self, row, caller):
        """Make what the row wants anew; the ids to ask for, and who asks."""
        ids, headers = dict(self._made.ids), self._credentials[caller]
        if row.path.startswith("/sign-in/"):
            await self._made.forget_tries()
        if row.fresh == "credential":
            return ids, await self._credential(caller)
        if row.fresh:
            fresh = await self._made.fresh(row.fresh)
            self._foreign[True] |= {str(one) for one in fresh.values()}
            ids |= fresh
        return ids, headers

    def _leaks(self, row, caller, text, status):
        shown = set(UUIDS.findall(text))
        foreign = shown & self._foreign[caller in FOREIGN or caller == "foreign_contact"]
        if caller in CONTACTS and status < 300 and not row.open:  # the demo's sign-in shows its example people
            foreign |= shown - self._made.own.get(caller, set())
        return foreign

    async def _ask(self, headers, row, ids, said=None):
        """Ask once, in body and query for `said`; the answer, and its text without the ids that the caller named."""
        self.asked += 1
        key = {"key": str(uuid4())}
        given, inside = ({one: str(value) for one, value in some.items()} | key for some in (ids, said or ids))
        path = re.sub(r"{(\w+):\w+}", lambda found: value_of(row, found[1], given), row.path)
        body = row.body(inside) if row.body else None
        sent = {"data": body or {"csrf": ""}} if row.form else {} if body is None else {"json": body}
        query = row.query(inside) if row.query else None
        self._client.cookies.clear()  # a session or a language would stay with whoever asks next
        answer = await self._client.request(row.method, path, params=query, headers=headers, **sent)
        named, text = str((path, body, query)), answer.text
        for one, value in (*given.items(), *inside.items()):
            text = text.replace(value, f"<{one}>") if value in named else text
        return answer, text


class _Read(dict):
    """Ids that remember which of them were asked for."""

    def __init__(self, ids):
        super().__init__(ids | {"key": ""})
        self.names = set()

    def __getitem__(self, name):
        self.names.add(name)
        return super().__getitem__(name)


def _said(row, ids):
    """Which ids body and query of a row name; a form's own key is none."""
    read = _Read(ids)
    for say in filter(None, (row.body, row.query)):
        say(read)
    return read.names - {"key"}


def _plain(text):
    """The text without ids: those of a form are new each time."""
    return UUIDS.sub("<id>", text)


def value_of(row, name, given):
    """Return what a path says where it names a thing."""
    if name in KNOWN:
        return KNOWN[name]
    if name == "secret":
        return given[row.fresh]
    thing = name.removesuffix("_id")
    return given[f"{'team' if '/teams/' in row.path else 'project'}_member" if thing == "member" else thing]
