"""An export taken again tells what was known when it was asked for, whatever was corrected since; not of the erased."""

import asyncio
import csv
import io
import shutil
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.base import cells, db
from service.base.access import Operator
from service.base.migrate import FOLDER, migrate
from service.exchange.exporting import export_folder
from service.exchange.loading import Options, load_folder
from service.exports import actions
from service.exports.making import Making
from service.exports.model import Format, NewExport, What
from service.flows import erasing
from tests import cast
from tests.service.exports.conftest import AT, KUDOS
from tests.service.shell import another, execute

KEPT = "select kind, was from known_before order by until_at"

BEFORE = """
insert into organization (organization_id, handle, name, time_zone)
values ('0c0ffee0-0000-4000-8000-000000000002', 'before', 'Before', 'UTC');
set app.organization_id = '0c0ffee0-0000-4000-8000-000000000002';
insert into person (external_id, name) values ('p', 'P');
insert into team (external_id, name) values ('t', 'Old hands');
insert into team_member (team_id, person_id, role) select t.id, p.id, 'member' from team as t cross join person as p;
insert into export_job (what, format, purpose) values ('people', 'csv', 'personnel');
"""
TEAMS_THEN = """
select t.name
from export_job as e
cross join lateral memberships_known(e.asked_at) as m
cross join lateral teams_known(e.asked_at) as t
where m.recorded_at <= e.asked_at
"""


async def fetched(client, path):
    """Fetch a file again: what is in it, and what its history says."""
    answer = await client.get(f"{path}/file")
    assert answer.status_code == 200, answer.text
    return answer.content, (await client.get(path)).json()


async def made(pool, me, export_id):
    """Make the file of an export, as the page and the shell do."""
    with (await Making(pool).file_of(me, export_id)).file as file:
        return file.read()


async def by_api(api, known):
    admin = await api(known, "cleo", "administrator")
    (team,) = known.teams.values()
    members = (await admin.get(f"/api/teams/{team}/members")).json()["items"]
    ben = next(one["id"] for one in members if one["person_id"] == str(known.ben))
    answers = [
        await admin.patch(f"/api/people/{known.ada}", json={
            "name": "Ada Byron", "title": "Countess", "role": "expert", "joined_at": "2025-01-05T00:00:00Z"}),
        await admin.patch(f"/api/people/{known.ben}", json={"name": "Benjamin"}),
        await admin.patch(f"/api/teams/{team}", json={"name": "Analysts"}),
        await admin.patch(f"/api/teams/{team}/members/{ben}", json={"to_at": "2026-02-01T00:00:00Z"}),
        await admin.post(f"/api/teams/{team}/members", json={"person_id": str(known.cleo), "role": "member"}),
        await admin.patch(f"/api/customers/{known.oak}", json={"name": "Holm oak"}),
        await admin.patch(f"/api/projects/{known.delivery}", json={
            "name": "Delivered", "customer_id": str(known.pine), "ended_at": "2026-03-01T00:00:00Z",
            "outcome": "done"}),
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} <= {200, 201}, [answer.text for answer in answers]


async def by_import(worker_pool, known, folder):
    await export_folder(worker_pool, known.organization_id, folder)
    for name, old, new in (
        ("people", "Ada,", "Ada Byron,"), ("people", "Ben,", "Benjamin,"),
        ("people", ",expert,", ",seller,"), ("teams", "Ada's team", "Analysts"),
        ("team_members", "t1,ben,member,,", "t1,ben,member,,2026-02-01T00:00:00Z"), ("customers", "Oak", "Holm oak"),
        ("projects", "North delivery", "Delivered"), ("projects", "2026-01-01T", "2026-01-02T"),
    ):  # fmt: skip
        file = folder / f"{name}.csv"
        text = file.read_text()
        assert old in text, (name, text)
        file.write_text(text.replace(old, new))
    file = folder / "team_members.csv"
    file.write_text(f"{file.read_text()}t1,cleo,member,2025-01-01T00:00:00Z,\n")
    counts = await load_folder(worker_pool, known.organization_id, folder, Options(correct=True))
    assert counts.corrected == {"people": 2, "teams": 1, "team_members": 1, "customers": 1, "projects": 3}


@pytest.mark.parametrize(
    ("what", "form"),
    [*((what, Format.CSV) for what in What), (What.PEOPLE, Format.XLSX), (What.PEOPLE, Format.PARQUET)],
)
async def test_what_was_corrected_by_the_api_is_in_no_file_of_an_earlier_export(taken, api, known, what, form):
    client, path, first = await taken(known, what, form)
    await by_api(api, known)
    again, told = await fetched(client, path)
    assert again == first.content
    assert (told["changed"], told["erased"]) == (False, False)
    assert (await taken(known, what, form))[2].content != first.content  # a new export tells it


async def test_what_was_corrected_is_in_no_file_that_the_shell_takes_again(taken, api, talkoot, known, tmp_path):
    _, path, first = await taken(known, "people")
    await by_api(api, known)
    done = await talkoot("exports", "again", known.handle, path.rpartition("/")[2], tmp_path / "again.csv")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "again.csv").read_bytes() == first.content
    assert b"Ada Byron" not in first.content


@pytest.mark.parametrize("what", What)
async def test_what_was_corrected_by_an_import_is_in_no_file_of_an_earlier_export(
    taken, known, what, worker_pool, tmp_path
):
    client, path, first = await taken(known, what)
    await by_import(worker_pool, known, tmp_path / "folder")
    again, told = await fetched(client, path)
    assert again == first.content
    assert told["changed"] is False
    assert (await taken(known, what))[2].content != first.content


async def test_each_export_tells_its_own_moment_also_where_somebody_is_called_as_before_again(
    taken, known, worker_pool
):
    files = []
    for name in ("Ada", "Ada Byron", "Ada Lovelace", "Ada", "Ada King"):
        async with db.tenant(worker_pool, known.organization_id) as tx:
            await tx.execute("update person set name = $1 where id = $2", name, known.ada)
        files.append((name, *await taken(known, "people")))
    for name, client, path, first in files:
        again, _ = await fetched(client, path)
        assert f"ada,{name},".encode() in again
        assert again == first.content


async def test_what_no_export_told_is_not_kept(taken, known, worker_pool):
    async def rename(name):
        async with db.tenant(worker_pool, known.organization_id) as tx:
            await tx.execute("update person set name = $1, email = null where id = $2", name, known.ada)
            return [dict(row) for row in await tx.fetch(KEPT)]

    await rename("Before any export")
    async with db.tenant(worker_pool, known.organization_id) as tx:
        assert await tx.fetch(KEPT) == []
    await taken(known, "people")
    await rename("Between two corrections")
    await rename("Now")
    async with db.tenant(worker_pool, known.organization_id) as tx:
        await tx.execute("update person set email = 'new@north.example' where id = $1", known.ada)
        (kept,) = await tx.fetch(KEPT)
    assert kept["kind"] == "person"
    assert kept["was"].keys() == {"name", "title", "role", "joined_at", "left_at"}
    assert kept["was"]["name"] == "Before any export"


async def test_a_correction_that_was_under_way_when_an_export_was_asked_for_is_in_none_of_its_files(
    known, worker_pool, web_pool
):
    """It began before and ends after: the clock alone would count it as known."""
    me = Operator(known.organization_id)
    async with db.tenant(worker_pool, known.organization_id) as correcting:
        await correcting.execute("update person set name = 'Ada Byron' where id = $1", known.ada)
        async with db.tenant(web_pool, known.organization_id) as tx:
            export = await actions.ask(tx, me, NewExport(what=What.PEOPLE, format=Format.CSV, purpose="personnel"))
        first = await made(web_pool, me, export.id)
    assert b"ada,Ada," in first
    assert await made(web_pool, me, export.id) == first


async def test_no_export_is_asked_for_while_a_correction_commits(known, worker_pool, web_pool):
    me = Operator(known.organization_id)

    async def ask():
        async with db.tenant(web_pool, known.organization_id) as tx:
            return await actions.ask(tx, me, NewExport(what=What.PEOPLE, format=Format.CSV, purpose="personnel"))

    async with db.tenant(worker_pool, known.organization_id) as correcting:
        await correcting.execute("update person set name = 'Ada Byron' where id = $1", known.ada)
        await correcting.execute("set constraints all immediate")  # what happens when it commits
        asking = asyncio.create_task(ask())
        assert not (await asyncio.wait({asking}, timeout=0.3))[0]
    assert b"ada,Ada Byron," in await made(web_pool, me, (await asking).id)


NAMES = st.sampled_from(("Ada", "Byron", "=King", "Ada; Byron"))
MOMENTS = st.sampled_from((None, "2026-02-01T00:00:00+00:00", "2099-01-01T00:00:00+00:00"))
STEPS = {
    "person": "update person set name = $1 where external_id = 'ada'",
    "team": "update team set name = $1",
    "end": "update team_member set to_at = $1::text::timestamptz where role = 'member'",
}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(("person", "team")), NAMES)
        | st.tuples(st.just("end"), MOMENTS)
        | st.tuples(st.just("ask"), st.none()),
        min_size=4,
        max_size=14,
    )
)
async def test_whatever_is_corrected_between_exports_each_is_the_same_again(worker_pool, web_pool, steps):
    north = await cast.north(worker_pool)
    me, files, name = Operator(north.organization_id), [], "Ada"
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set external_id = lower(name)")
    for what, value in [*steps, ("ask", None), ("person", "Last")]:
        async with db.tenant(worker_pool, north.organization_id) as tx:
            if what == "ask":
                wanted = NewExport(what=What.PEOPLE, format=Format.CSV, purpose="personnel")
                export = await actions.ask(tx, me, wanted)
            else:
                await tx.execute(STEPS[what], value)
        if what == "ask":
            files.append((export.id, name, await made(web_pool, me, export.id)))
        name = value if what == "person" else name
    for export_id, called, first in files:
        row = next(row for row in csv.reader(io.StringIO(first.decode())) if row[0] == "ada")
        assert row[1] == cells.cell(called)
        assert await made(web_pool, me, export_id) == first


async def test_who_left_later_is_gone_and_who_came_back_later_was_not_there(taken, known, worker_pool):
    leave = "update person set left_at = now() where id = $1"
    client, early, _ = await taken(known, "people")
    async with db.tenant(worker_pool, known.organization_id) as tx:
        await tx.execute(leave, known.ben)
    assert b"ben,Ben" not in (await fetched(client, early))[0]
    _, late, first = await taken(known, "people")
    async with db.tenant(worker_pool, known.organization_id) as tx:
        await tx.execute("update person set left_at = null where id = $1", known.ben)
    assert (await fetched(client, late))[0] == first.content
    assert b"ben,Ben" in (await fetched(client, early))[0]


@pytest.fixture
async def erase(database_url):
    """Erase a person."""
    may_erase = db.PoolSettings("talkoot_eraser", size=2, statement_seconds=60)
    async with await db.open_pool(database_url, may_erase) as pool:

        async def erase(cast, person_id):
            async with db.tenant(pool, cast.organization_id) as tx:
                await erasing.erase(tx, person_id, "asked for it")

        yield erase


@pytest.mark.parametrize("what", [What.PEOPLE, What.SCORES, What.BADGES, What.EVIDENCE])
async def test_no_name_that_the_erased_ever_had_is_in_a_file_taken_again_and_the_history_says_why(
    taken, known, what, erase, worker_pool
):
    async def be(name, title):
        async with db.tenant(worker_pool, known.organization_id) as tx:
            await tx.execute("update person set name = $2, title = $3 where id = $1", known.ben, name, title)

    async with db.tenant(worker_pool, known.organization_id) as tx:
        await tx.execute(KUDOS, "k2", known.ben, known.ada, "From Kanarea to you", AT)
        await tx.execute(
            "insert into badge_grant (external_id, badge, receiver_id, giver_id, at) values ('b2', 'x', $1, $2, $3)",
            known.ada, known.ben, AT,
        )  # fmt: skip
    await be("Kanarea", "Canary keeper")
    client, path, _ = await taken(known, what)
    await be("Kanarea Lintunen", "Canary feeder")
    await taken(known, what)
    await be("Kanarea", None)
    async with db.tenant(worker_pool, known.organization_id) as tx:
        assert len(await tx.fetch(KEPT)) == 2
    await erase(known, known.ben)
    again, told = await fetched(client, path)
    assert not any(word in again.lower() for word in (b"kanarea", b"lintunen", b"canary"))
    assert (told["changed"], told["erased"]) == (True, True)
    async with db.tenant(worker_pool, known.organization_id) as tx:
        assert await tx.fetch(KEPT) == []


async def test_the_shells_list_says_that_somebody_was_erased_since(taken, talkoot, known, erase):
    await taken(known, "people")
    assert "erased" not in (await talkoot("exports", "list", known.handle)).stdout
    await erase(known, known.ben)
    await taken(known, "scores")
    newer, older = (await talkoot("exports", "list", known.handle)).stdout.splitlines()
    assert ("erased" in newer, "somebody was erased since" in older) == (False, True)


async def test_who_was_added_by_mistake_leaves_nothing(taken, known, worker_pool, web_pool):
    async with db.tenant(worker_pool, known.organization_id) as tx:
        zoe = await tx.fetchval("insert into person (name) values ('Zoe') returning id")
    await taken(known, "people")
    async with db.tenant(web_pool, known.organization_id) as tx:
        await tx.execute("update person set name = 'Zoë' where id = $1", zoe)
    async with db.tenant(web_pool, known.organization_id) as tx:
        assert len(await tx.fetch(KEPT)) == 1
        await tx.execute("delete from person where id = $1", zoe)
    async with db.tenant(web_pool, known.organization_id) as tx:
        assert await tx.fetch(KEPT) == []


async def test_ones_own_data_says_what_is_kept(taken, api, known, worker_pool):
    await taken(known, "people")
    async with db.tenant(worker_pool, known.organization_id) as tx:
        await tx.execute("update person set name = 'Benjamin' where id = $1", known.ben)
        await tx.execute("update team_member set to_at = now() where person_id = $1", known.ben)
    sections = (await (await api(known, "ben")).get("/api/me/data")).json()["data"]
    kept = sections["known_before"]
    assert [(one["what"], one.get("name")) for one in kept] == [("person", "Ben"), ("team_member", None)]
    sections = (await (await api(known, "ada")).get("/api/me/data")).json()["data"]
    assert sections["known_before"] == []


async def test_memberships_of_before_the_upgrade_are_in_the_exports_of_before_it(server_url, tmp_path):
    for file in sorted(FOLDER.glob("0*.sql"))[:31]:
        shutil.copy(file, tmp_path)
    name = f"upgraded_{uuid4().hex}"
    await execute(server_url, f"create database {name}")
    url = another(server_url, name)
    try:
        await migrate(url, tmp_path)
        await execute(url, BEFORE)
        assert await migrate(url) != []
        conn = await asyncpg.connect(url)
        try:
            assert await conn.fetchval(TEAMS_THEN) == "Old hands"
        finally:
            await conn.close()
    finally:
        await execute(server_url, f"drop database {name} with (force)")
