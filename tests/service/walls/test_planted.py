"""Bugs planted in the first wall are caught by the matrix; and what somebody may do ends with what allows it."""

import re
from pathlib import Path

import asyncpg
import pytest

from service import docs
from service.app import create_app
from service.auth import guard
from service.auth.actions import revoke
from service.base import access, clock, db
from service.base.config import Settings
from service.contests import actions as contests
from service.notes import actions as notes
from service.notes.model import Note
from service.projects import openings
from service.scores import standing
from tests.service.walls.matrix import Asking
from tests.service.walls.rows import ROWS
from tests.service.walls.serving import serving
from tests.service.walls.world import world

RULES = Path(__file__).parents[3] / "migrations/0033_sets_at_size.sql"


def row(method, path):
    return next(one for one in ROWS if (one.method, one.path) == (method, path))


STANDING = row("GET", "/api/people/{person_id:uuid}/standing")

OPENED = row("GET", "/api/opened-projects/{project_id:uuid}")
ADDING = row("POST", "/api/people")

CUSTOMERS = row("GET", "/api/customers")
WAITING = row("GET", "/api/contests")
NOTES = row("POST", "/api/notes")
CLOSING = row("POST", "/api/projects/{project_id:uuid}/openings/{opening_id:uuid}/close")
DESCRIPTION = row("GET", "/api/docs")


def changed(monkeypatch, module, name, **replaced):
    """Replace words in a query of a module, for as long as the test lasts."""
    query = getattr(module.sql, name)
    sql = query.sql
    for old, new in replaced.values():
        assert old in sql, sql
        sql = sql.replace(old, new)
    monkeypatch.setitem(module.sql._queries, name, db.Query(query.name, sql, query.parameters))


def without_guard(app, row):
    """Take the guards from a route."""
    route = next(one for one in app.routes if one.path == row.path)
    handler, _ = route.route_handler_map[row.method]
    handler._resolved_guards = ()


def a_guard_removed(_, app):
    without_guard(app, ADDING)


def leading(monkeypatch, words, instead):
    """Let the question who leads whom be asked with other words than the rule of the database."""
    rule = re.search(r"create function led_by.*?begin atomic\s+(select .*?);\n", RULES.read_text(), re.DOTALL)[1]
    assert words in rule
    planted = rule.replace(words, instead).replace("= lead ", "= $1 ")
    changed(monkeypatch, standing, "leads", rule=("leads($1, $2)", f"$2 in ({planted})"))


def a_lead_for_ever(monkeypatch, _):
    leading(monkeypatch, "and (l.to_at is null or l.to_at > statement_timestamp())", "")


def a_member_for_ever(monkeypatch, _):
    leading(monkeypatch, "and (m.to_at is null or m.to_at > statement_timestamp())", "")


def a_lead_of_anybody(monkeypatch, _):
    leading(monkeypatch, "m.team_id = l.team_id", "true")


def contacts_let_in(monkeypatch, _):
    monkeypatch.setattr(guard, "admit", lambda me, _: me)


def every_project_opened(monkeypatch, _):
    changed(monkeypatch, openings, "look_into", which=("o.project_id = p.id", "true"))


def denied_in_other_words(monkeypatch, _):
    async def may_see(*_):
        raise access.Forbidden("you do not lead this person")

    monkeypatch.setattr(standing, "may_see", may_see)


def everybody_reviews(monkeypatch, _):
    changed(monkeypatch, contests, "waiting", whose=("or c.reviewer_id =", "or true or c.reviewer_id ="))


def notes_to_anywhere(monkeypatch, _):
    async def write(_tx, me, new, note_id):
        return Note(note_id, me.person(), "", new.receiver_id, "", new.message, clock.now())

    monkeypatch.setattr(notes, "write", write)


def a_script_of_another_host(monkeypatch, _):
    monkeypatch.setattr(docs, "PAGE", '<script src="https://cdn.example/swagger.js"></script>')


def closed_under_any_project(monkeypatch, _):
    changed(monkeypatch, openings, "close", where=("and project_id = $2", "and $2::uuid is not null"))


PLANTED = {
    a_guard_removed: (ADDING, "POST /api/people as self: 201 instead of 403"),
    a_lead_for_ever: (STANDING, "as former_lead: 200 instead of 404"),
    a_member_for_ever: (STANDING, "as past_lead: 200 instead of 404"),
    a_lead_of_anybody: (STANDING, "as other_lead: 200 instead of 404"),
    contacts_let_in: (CUSTOMERS, "GET /api/customers as contact: 200 instead of 403"),
    every_project_opened: (OPENED, "as unopened: 200 instead of 404"),
    denied_in_other_words: (STANDING, "as colleague: 403 instead of 404"),
    everybody_reviews: (WAITING, "as colleague: the contest is shown"),
    notes_to_anywhere: (NOTES, "as colleague: takes a foreign person: 201"),
    closed_under_any_project: (CLOSING, "as administrator: is found under another one"),
    a_script_of_another_host: (DESCRIPTION, "as anybody: loads from another host"),
}


@pytest.mark.slow
@pytest.mark.parametrize("planted", PLANTED)
async def test_a_planted_bug_is_caught_by_its_row(monkeypatch, worker_pool, web_pool, database_url, planted):
    which, words = PLANTED[planted]
    app = create_app(Settings(), database_url)
    planted(monkeypatch, app)
    made = await world(worker_pool, web_pool)
    async with serving(app) as address, Asking(made, address, database_url) as asking:
        assert any(words in line for line in await asking.wrong([which]))


@pytest.mark.slow
async def test_a_scope_that_nobody_asks_for_is_caught(monkeypatch, worker_pool, web_pool, database_url):
    monkeypatch.setattr(guard, "_refuse_beyond_scope", lambda *_: None)
    made = await world(worker_pool, web_pool)
    app = create_app(Settings(), database_url)
    async with serving(app) as address, Asking(made, address, database_url) as asking:
        assert await asking.beyond_scope(CUSTOMERS) == [
            "GET /api/customers as administrator without read: 200",
            "GET /api/customers as service without read: 200",
        ]


async def changing(database_url, statement, *given):
    """Do what an administrator's next tool may do."""
    conn = await asyncpg.connect(database_url)
    try:
        await conn.execute(statement, *given)
    finally:
        await conn.close()


async def test_a_lead_who_lost_the_team_sees_nothing_on_the_next_request(api, north):
    ada, administrator = await api(north, "ada", "lead"), await api(north, "cleo", "administrator")
    path = f"/api/people/{north.ben}/standing"
    assert (await ada.get(path)).status_code == 200
    members = (await administrator.get(f"/api/teams/{north.teams['ada']}/members")).json()["items"]
    leading = next(one for one in members if one["person_id"] == str(north.ada))
    where = f"/api/teams/{north.teams['ada']}/members/{leading['id']}"
    assert (await administrator.patch(where, json={"to_at": "2026-01-01T00:00:00Z"})).status_code == 200
    assert (await ada.get(path)).status_code == 404
    assert (await administrator.patch(where, json={"to_at": None})).status_code == 200
    assert (await ada.get(path)).status_code == 200


async def test_a_changed_role_acts_on_the_next_request(api, north, database_url):
    ben = await api(north, "ben", "administrator")
    assert (await ben.post("/api/teams", json={"name": "New"})).status_code == 201
    by = "update credential set role = 'employee' where organization_id = $1"
    await changing(database_url, by, north.organization_id)
    assert (await ben.post("/api/teams", json={"name": "New"})).status_code == 403


async def test_an_ended_token_is_dead_on_the_next_request(api, north, worker_pool):
    ben = await api(north, "ben")
    assert (await ben.get("/api/people")).status_code == 200
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await revoke(tx, await tx.fetchval("select id from credential"))
    assert (await ben.get("/api/people")).status_code == 401
