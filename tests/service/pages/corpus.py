"""Texts that would do something if a page took them for markup, put into every text that there is."""

import re

import asyncpg

from service.flows.erasing import CODES
from tests.service.flows.canaries import COLUMNS, TABLES

# Short, for they must fit into a name: each harmless where it is shown as text, each telling where it is not.
CORPUS = (
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(2)>',
    "'><b id=planted>Bold</b>",
    "</script><script>alert(3)//",
    "</title><u id=planted>x</u>",
    "{{ 7 * 191 }}${7 * 191}",
    "`-alert(4)-`",
    '" autofocus onfocus=alert(5) x="',
    "javascript:alert(6)",
    "&lt;s id=planted&gt;",
)  # fmt: skip
LEFT = 6  # characters that keep texts apart which may not be the same
TAKEN_FOR_MARKUP = """() => [
  ...document.querySelectorAll("#planted, img, svg[onload], [onerror], [onfocus], a[href^='javascript']"),
  ...[...document.scripts].filter((one) => !one.src && one.type !== "application/json"),
].map((one) => one.outerHTML.slice(0, 120)).concat(document.body.innerText.includes("1337") ? ["1337"] : [])"""
# Not words of anybody: what the engine and the pages look up by.
KEYS = re.compile(
    r"^(board|scope|period|subject_kind|dimension|source|kind|job|slot_key|key|handle|locale|time_zone|engine|evidence|"
    r"missing|email|external_id|badge|policy_version|purpose|action|role|unit|language|channel|rhythm|.*digest|.*hash)$"
)
LISTED = re.compile(r"ANY|~| = '|length\(\w+\) = ")


LONG = tuple("W" * (most - LEFT) for most in (200, 100, 60, 40, 20))  # without a space, as long as may be


async def plant(database_url, organization_id, corpus=CORPUS):
    """Put the corpus into every text of an organization that is somebody's words; return the places.

    Of `LONG` the longest that a text may hold. What nothing may be put into is left as it was: a text that is also told
    apart by its pattern holds no markup.
    """
    conn = await asyncpg.connect(database_url)
    places = []
    try:
        await conn.execute("set session_replication_role = replica")  # what is written once is written anew here
        for table in [row[0] for row in await conn.fetch(TABLES)]:
            for column in await conn.fetch(COLUMNS, table):
                if column["type"] != "text" or not _is_somebodys(table, column):
                    continue
                place, turn = (table, column["name"]), len(places) % len(CORPUS)
                for text in LONG if corpus is LONG else corpus[turn : turn + 1]:
                    if await _fill(conn, organization_id, place, text):
                        places.append(place)
                        break
    finally:
        await conn.close()
    return places


def _is_somebodys(table, column):
    return not (
        (table, column["name"]) in CODES
        or column["refers_to"]
        or KEYS.match(column["name"])
        or any(LISTED.search(check) for check in column["checks"])
    )


async def _fill(conn, organization_id, place, text):
    """Write `text` and something that tells it apart; tell whether it was taken."""
    table, column = place
    apart = f"substr(md5(ctid::text), 1, {LEFT})"
    try:
        done = await conn.execute(
            f'update "{table}" set "{column}" = $1 || {apart} '  # noqa: S608 - names of the catalogue
            f'where organization_id = $2 and "{column}" is not null',
            text,
            organization_id,
        )
    except asyncpg.CheckViolationError:
        return False
    return done != "UPDATE 0"
