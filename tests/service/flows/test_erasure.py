"""Erasing a person leaves no word of theirs anywhere: canaries in every text, looked for in a dump of all tables."""

import hashlib
from dataclasses import replace

import asyncpg
import msgspec
import pytest

from service.base import db, logs, sealing
from service.base.errors import Invalid
from service.exchange.exporting import export_folder
from service.flows import erasing
from service.flows.names import mentions
from tests.service.flows.canaries import NAME, TOKEN, Aviary
from tests.service.shell import talkoot

REASON = "asked for it"
DUMP_RESTORED = """
with list as (delete from erasure where person_id = $1 returning 1)
update person set name = $2, external_id = $3, email = $4 where id = $1
"""
FOLDER_RESTORED = """
with old as (select $1::uuid) insert into person (name, external_id, email) values ($2, $3, $4)
"""
TEAM_STANDING = """
insert into released_standing (run_id, board, scope, period, subject_kind, subject_id, score, low, high, provisional)
select r.id, 'quality', 'organization', 'all', 'team', $1, 0.4, 0.2, 0.6, false from scoring_run as r limit 1
"""
TEAM_FIGURES = """
select jsonb_agg(to_jsonb(s) order by s.board) from released_standing as s where s.subject_kind = 'team'
"""


@pytest.fixture
async def eraser(database_url):
    """Connections that may erase."""
    async with await db.open_pool(
        database_url, db.PoolSettings("talkoot_eraser", size=2, statement_seconds=60)
    ) as pool:
        yield pool


@pytest.fixture
async def owner(database_url):
    """A connection of who owns everything."""
    conn = await asyncpg.connect(database_url)
    await db._prepare(conn)
    yield conn
    await conn.close()


@pytest.fixture
async def aviary(owner, north):
    """North with Kanarea, whose words are everywhere."""
    made = Aviary(owner, north.organization_id, north.ben)
    await made.plant()
    return made


async def erased(eraser, aviary, without=None):
    """Erase, leaving out what is done to one table, as a forgetful version would."""
    async with db.tenant(eraser, aviary.organization_id) as tx:
        steps = [step for step in await erasing.plan(tx) if step.table_name != without]
        await erasing.erase(tx, aviary.person, REASON, steps)


async def test_the_canaries_are_everywhere_before(aviary):
    seen = await aviary.seen()
    assert aviary.planted <= seen
    assert len({table for table, _ in seen}) >= 25
    assert {("person", "name"), ("kudos", "message"), ("event", "payload"), ("idempotency", "response")} <= seen


async def test_no_canary_is_left_in_any_table_after(eraser, aviary):
    await erased(eraser, aviary)
    assert await aviary.seen() == set()


@pytest.mark.timeout(300)  # an erasure for each table
async def test_every_table_forgotten_is_caught(eraser, owner, north, worker_pool):
    """The planted bug: an erasure that knows one table less; each in turn."""
    aviary = Aviary(owner, north.organization_id, north.ben)
    await aviary.plant()
    async with db.tenant(eraser, aviary.organization_id) as tx:
        tables = {step.table_name for step in await erasing.plan(tx)} - {"erasure"}
    planted, caught = {table for table, _ in aviary.planted}, set()
    for table in sorted(tables):
        transaction = owner.transaction()
        await transaction.start()
        try:
            await owner.execute("set local role talkoot_eraser")
            steps = [step for step in await erasing.plan(owner) if step.table_name != table]
            await erasing.erase(owner, aviary.person, REASON, steps)
            await owner.execute("reset role")
            if {name for name, _ in await aviary.seen()} == {table}:
                caught.add(table)
        finally:
            await transaction.rollback()
    assert caught >= planted & tables
    assert len(caught) >= 25


async def test_a_table_that_comes_later_is_covered_by_itself(eraser, owner, north):
    await owner.execute("""
        create table diary (
            organization_id uuid not null default current_organization_id() references organization on delete restrict,
            id uuid not null default gen_random_uuid(),
            writer_id uuid not null,
            page text not null check (length(page) between 1 and 4000),
            primary key (organization_id, id),
            constraint diary_writer_fk
                foreign key (organization_id, writer_id) references person (organization_id, id) on delete restrict
        );
        call wall_off('diary');
    """)
    try:
        aviary = Aviary(owner, north.organization_id, north.ben)
        await aviary.plant()
        assert ("diary", "page") in await aviary.seen()
        await erased(eraser, aviary)
        assert await aviary.seen() == set()
    finally:
        await owner.execute("drop table diary")


async def test_what_others_figures_rest_on_stays_without_identity_and_team_figures_do_not_move(
    eraser, owner, aviary, north, worker_pool
):
    counts = (
        "select (select count(*) from kudos), (select count(*) from feedback_answer), (select count(*) from person)"
    )
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for team in north.teams.values():
            await tx.execute(TEAM_STANDING, team)
        before, teams = await tx.fetchrow(counts), await tx.fetchval(TEAM_FIGURES)
    assert [one["score"] for one in teams] == [0.4]
    await erased(eraser, aviary)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert await tx.fetchrow(counts) == before
        assert await tx.fetchval(TEAM_FIGURES) == teams
        given = await tx.fetchrow("select giver_id, message from kudos where giver_id = $1", aviary.person)
        assert given["message"] == "[erased]"
        received = (
            "select id from kudos where receiver_id = $1 and not exists ("
            "select from retraction as r where r.kudos_id = kudos.id and r.reason = 'erased')"
        )
        assert await tx.fetch(received, aviary.person) == []
        assert await tx.fetch("select 1 from released_score where subject_id = $1", aviary.person) == []
        assert await tx.fetchval(
            "select bool_and(revoked_at is not null) from credential where person_id = $1", aviary.person
        )


async def test_no_canary_is_in_an_export_folder_after(eraser, aviary, worker_pool, tmp_path):
    await erased(eraser, aviary)
    await export_folder(worker_pool, aviary.organization_id, tmp_path / "out")
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(files) > 10
    assert [path.name for path in files if TOKEN.search(path.read_bytes())] == []


async def test_a_reason_with_the_name_is_refused_and_nothing_is_erased(eraser, aviary):
    with pytest.raises(Invalid):
        async with db.tenant(eraser, aviary.organization_id) as tx:
            await erasing.erase(tx, aviary.person, "Lintunen asked for it")
    assert ("person", "name") in await aviary.seen()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Thanks Kanarea!", "Thanks [erased]!"),
        ("Lintusen työ, Kanarealle.", "[erased] työ, [erased]."),
        ("kanarea lintunen", "[erased]"),
        ("LINTUNEN KANAREA", "[erased]"),
        ("Lintunen, Kanarea", "[erased]"),
        ("Kanareafarm and lintu stay.", "Kanareafarm and lintu stay."),
    ],
)
async def test_mentions_are_found_in_the_cases_of_finnish_and_nothing_else_is(owner, text, left):
    pattern = mentions(NAME, ["Kanarea", "Lintunen"], [])
    assert await owner.fetchval("select regexp_replace($1, $2, '[erased]', 'g')", text, pattern) == left


async def test_a_namesakes_name_is_not_taken_out_of_others_words(eraser, owner, north, worker_pool):
    aviary = Aviary(owner, north.organization_id, north.ben)
    await aviary.plant()
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("insert into person (name) values ('Kanarea Virtanen')")
        await tx.execute(
            "insert into kudos (giver_id, receiver_id, message) values ($1, $2, 'Well done, Kanarea Virtanen.')",
            north.ada, north.ben,
        )  # fmt: skip
    await erased(eraser, aviary)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert await tx.fetchval("select count(*) from kudos where message = 'Well done, Kanarea Virtanen.'") == 1
        assert await tx.fetchval("select count(*) from person where name = 'Kanarea Virtanen'") == 1


async def test_the_command_says_and_lists_no_name_and_can_do_it_again_after_a_restore(
    database_url, owner, aviary, north, tmp_path
):
    shell = {"TALKOOT_DATABASE_URL": database_url}
    place, person = tmp_path / "list.jsonl", aviary.person
    before = await owner.fetchrow("select name, external_id, email from person where id = $1", person)
    asked = ("erase", NAME, "--organization", north.handle, "--reason", REASON, "--list", place)
    done = talkoot(*asked, **shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert await aviary.seen() == set()
    listed = place.read_bytes()
    assert msgspec.json.decode(listed)["person_id"] == str(person)
    assert not TOKEN.search(listed + done.stdout.encode() + done.stderr.encode())
    assert talkoot(*asked, **shell).returncode == 1  # nobody is called that any more

    # A dump of before it is restored: the same ids; and an exchange folder: new ids, the same external id.
    for restored in (DUMP_RESTORED, FOLDER_RESTORED):
        await owner.execute(restored, person, *before)
        assert ("person", "name") in await aviary.seen()
        again = talkoot("erase", "--replay", "--list", place, **shell)
        assert (again.returncode, again.stdout) == (0, "1 listed, 1 erased again\n")
        assert await aviary.seen() == set()
    assert talkoot("erase", "--replay", "--list", place, **shell).stdout == "1 listed, 0 erased again\n"


async def test_a_name_on_the_list_cannot_be_tried_without_the_key_and_old_lines_and_keys_still_lead_back(
    eraser, owner, aviary, monkeypatch
):
    old, new = "the-first-key-of-this-installation", "and-the-one-that-came-after-it-in-june"
    person = aviary.person
    before = await owner.fetchrow("select name, external_id, email from person where id = $1", person)
    handle = await owner.fetchval("select handle from organization where organization_id = $1", aviary.organization_id)
    plain = hashlib.sha256(f"{handle}\n{before['external_id']}".encode()).hexdigest()
    monkeypatch.setattr(sealing, "_keys", lambda: (old,))
    await erased(eraser, aviary)
    kept = await owner.fetchval("select known_as from erasure where person_id = $1", person)
    assert (len(kept), kept == plain) == (64, False)
    for keys, known_as, found in (((new, old), kept, True), ((new,), plain, True), ((new,), kept, False)):
        monkeypatch.setattr(sealing, "_keys", lambda keys=keys: keys)
        await owner.execute(FOLDER_RESTORED, person, *before)  # new ids: only the hash leads back
        async with db.tenant(eraser, aviary.organization_id) as tx:
            assert await erasing.erase_again(tx, str(person), known_as, REASON) == found


@pytest.mark.parametrize(
    "arguments",
    [(), ("Ben",), ("Ben", "--organization", "north"), ("Ben", "--organization", "north", "--reason", " ")],
    ids=str,
)
def test_the_command_does_nothing_without_whom_and_why(arguments):
    done = talkoot("erase", *arguments)
    assert (done.returncode, "say whom" in done.stderr) == (2, True)


async def test_what_the_service_logs_holds_no_word_of_anybody(api, aviary, north, capfd):
    cast = replace(north, people={**north.people, "kanarea": aviary.person})
    kanarea, admin = await api(cast, "kanarea"), await api(north, "ada", "administrator")
    logs.configure()  # to where this test listens
    try:
        await kanarea.patch("/api/people/me", json={"name": NAME, "title": "canary title"})
        await kanarea.post("/api/kudos", json={"receiver_id": str(north.ben), "message": "canary message"})
        await kanarea.post("/api/kudos", json={"receiver_id": str(north.ben), "message": "canary", "canary": 1})
        await kanarea.get("/api/boards/canary", params={"scope": "canary"})
        await kanarea.get("/people/suggest", params={"q": "Kanarea"})
        await admin.post("/api/people", json={"name": NAME, "external_id": "canary-external-id"})
        said = "".join(capfd.readouterr())
    finally:
        with capfd.disabled():
            logs.configure()
    assert said.count('"event":"request"') >= 3  # those that were refused
    assert not TOKEN.search(said.encode())


def test_a_replay_without_a_list_says_where_it_looked(tmp_path):
    place = tmp_path / "erasures.jsonl"
    told = talkoot("erase", "--replay", "--list", place, TALKOOT_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == f"talkoot: there is no list of the erased at {place}; say where it is with --list\n"
