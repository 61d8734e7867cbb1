"""A person with a canary in every text there is: planted by the catalogue, looked for in a dump of all tables."""

import re
from io import BytesIO
from uuid import UUID

from service.flows.erasing import CODES, NAMES, OTHERS_WORDS

NAME = "Kanarea Lintunen"
TOKEN = re.compile(rb"canary|kanarea|lintu(?:nen|s)", re.IGNORECASE)
MENTION = "We thank Kanarea, as Lintusen Kanarea and KANAREA LINTUNEN; kanarea.lintunen@canary.example says hello."
TABLES = """
select c.relname::text from pg_class as c
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migration'
order by c.relname
"""
COLUMNS = """
select a.attname::text as name, format_type(a.atttypid, null) as type, a.attnotnull as required,
    a.atthasdef or a.attidentity <> '' as given,
    (select f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
     where k.conrelid = a.attrelid and k.contype = 'f' and a.attnum = any (k.conkey) and f.relname <> 'organization'
     limit 1) as refers_to,
    array(select pg_get_constraintdef(k.oid) from pg_constraint k
          where k.conrelid = a.attrelid and k.contype = 'c' and k.conkey = array[a.attnum]) as checks
from pg_attribute as a
where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  and a.attname <> 'organization_id'
order by a.attnum
"""
# What a check over several columns asks for, and keys of several columns that point at one row.
SPECIAL = {
    "retraction": {"feedback_id": None, "signal_id": None, "badge_id": None, "document_id": None, "handover_id": None,
                   "care_id": None},
    "contest": {"kudos_id": None, "feedback_id": None, "signal_id": None, "badge_id": None, "document_id": None,
                "handover_id": None, "care_id": None, "decision": "'upheld'", "decided_at": "now()"},
    "signal": {"aspect": None, "value": None},
    "project_money": {"unit": "'EUR'"},
    "credential": {"contact_id": None},
    "peer_release": {"givers": "5"},
}  # fmt: skip
UNTOUCHED = {
    "organization",
    "person",
    "erasure",
    "board_version",
    "consent_setting",
    "sign_in_domain",
}  # one row each, the list itself, or of the organization alone
VALUES = {
    "uuid": "gen_random_uuid()", "boolean": "true", "bytea": "sha256(gen_random_uuid()::text::bytea)",
    "timestamp with time zone": "clock_timestamp()", "smallint": "1", "integer": "1", "bigint": "1", "numeric": "1",
    "double precision": "0.5", "date": "current_date", "text[]": "'{read}'",
}  # fmt: skip


class Aviary:
    """One organization on a connection that may do everything, and where canaries were put."""

    def __init__(self, conn, organization_id: UUID, bystander: UUID):
        self.conn, self.organization_id, self.bystander = conn, organization_id, bystander
        self.person: UUID | None = None
        self.planted: set[tuple[str, str]] = set()
        self.texts = 0

    async def plant(self):
        """Make the person, and in every table a row for each way to name them, all of its texts canaries."""
        await self.conn.execute("select set_config('app.organization_id', $1, false)", str(self.organization_id))
        self.person = await self.conn.fetchval(
            "insert into person (name, email, title, external_id, role) values ($1, $2, $3, $4, 'expert') returning id",
            NAME, "kanarea.lintunen@canary.example", "canary title", "canary-external-id",
        )  # fmt: skip
        for table in await self._in_order():
            columns = await self.conn.fetch(COLUMNS, table)
            naming = [c["name"] for c in columns if c["refers_to"] == "person" or c["name"] == "subject_id"]
            for column in naming:
                await self._insert(table, columns, column)
            if not naming:
                await self._insert(table, columns, None)

    async def _in_order(self):
        """Tables after those that they refer to."""
        tables = [r[0] for r in await self.conn.fetch(TABLES)]
        left = {t: {c["refers_to"] for c in await self.conn.fetch(COLUMNS, t)} & set(tables) - {t} for t in tables}
        order = []
        while left:
            ready = sorted(t for t, needs in left.items() if not needs - set(order))
            order += ready
            left = {t: needs for t, needs in left.items() if t not in ready}
        return [t for t in order if t not in UNTOUCHED]

    async def _insert(self, table, columns, naming):
        values, arguments = {}, []
        for column in columns:
            value = await self._value(table, column, naming)
            if isinstance(value, Argument):
                arguments.append(value.of)
                value = f"${len(arguments)}{'::jsonb' if column['type'] == 'jsonb' else ''}"
            if value is not None:
                values[column["name"]] = value
        names = ", ".join(f'"{name}"' for name in values)
        statement = (
            f'insert into "{table}" (organization_id, {names}) '  # noqa: S608 - names of the catalogue
            f"values ('{self.organization_id}', {', '.join(values.values())})"
        )
        await self.conn.execute(statement, *arguments)

    async def _value(self, table, column, naming):
        name, kind, special = column["name"], column["type"], SPECIAL.get(table, {})
        if name in special:
            return special[name]
        if column["refers_to"] == "person" or name == "subject_id":
            if name == naming:
                return f"'{self.person}'"
            return f"'{self.bystander}'" if column["required"] else None
        if column["refers_to"]:
            return await self._key_of(table, column)
        if kind in {"text", "jsonb"}:
            return self._text(table, column, own=naming is not None)
        value = VALUES[kind]  # of a kind that is not there yet, nobody has thought: say so
        return value if column["required"] and not column["given"] else None

    async def _key_of(self, table, column):
        target = column["refers_to"]
        own = {"scoring_run": {"job": "job", "slot_key": "key"}}.get(table, {}).get(column["name"])
        found = await self.conn.fetchval(
            f'select "{own or "id"}"::text from "{target}" '  # noqa: S608 - names of the catalogue
            f"where organization_id = '{self.organization_id}' limit 1"
        )
        if table == "idempotency":  # the person's own, not the first there is
            found = await self.conn.fetchval("select id::text from credential where person_id = $1", self.person)
        return Argument(found) if not column["name"].endswith("_id") else f"'{found}'"

    def _text(self, table, column, *, own):
        place, checks = (table, column["name"]), " ".join(column["checks"])
        if listed := re.search(r"ANY.*?'([^']+)'::text| = '([^']+)'::text", checks):
            return f"'{listed[1] or listed[2]}'"
        if fixed := re.search(r"length\(\w+\) = (\d+)", checks):
            return f"repeat('a', {fixed[1]})"
        return None if "~" in checks else Argument(self._words(place, column, own=own))

    def _words(self, place, column, *, own):
        self.texts += 1
        if place in CODES:
            return {} if column["type"] == "jsonb" else f"code {self.texts}"
        if place in NAMES:
            return "Somebody Else"
        self.planted.add(place)
        own = own and place not in OTHERS_WORDS
        text = f"canary {self.texts} {'.'.join(place)}" if own else f"{MENTION} {self.texts}"
        if column["type"] == "jsonb":
            return {"text": text}
        longest = min([int(n) for check in column["checks"] for n in re.findall(r"<= (\d+)", check)] or [4000])
        return text[:longest] if own else _fitting(text, longest)

    async def seen(self):
        """Return the columns of all tables in whose dump a canary is found: `COPY` of every table, as it is stored."""
        found = set()
        for table in [r[0] for r in await self.conn.fetch(TABLES)]:
            for column in await self.conn.fetch(COLUMNS, table):
                out = BytesIO()
                query = (
                    f'select "{column["name"]}" from "{table}" '  # noqa: S608 - names of the catalogue
                    f"where organization_id = '{self.organization_id}'"
                )
                await self.conn.copy_from_query(query, output=out)
                if TOKEN.search(out.getvalue()):
                    found.add((table, column["name"]))
        return found


class Argument:
    """A value that is sent beside the statement."""

    def __init__(self, of):
        self.of = of


def _fitting(text, longest):
    return text if len(text) <= longest else "Kanarea Lintunen!"[:longest]
