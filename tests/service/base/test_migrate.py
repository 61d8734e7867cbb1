"""The migration runner: each file once, in order, never changed afterwards, and never half."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from service.base import migrate as runner
from service.base.migrate import check, migrate
from service.base.place import DatabaseTrouble

FIRST = "-- People.\ncreate table person (name text);\n"
SECOND = "-- Teams.\ncreate table team (name text);\ninsert into team values ('North');\n"


@pytest.fixture
async def url(server_url: str):
    """The URL of an empty database."""
    name = f"migrate_{uuid4().hex}"
    await execute(server_url, f"create database {name}")
    yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    await execute(server_url, f"drop database {name} with (force)")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "0001_people.sql").write_text(FIRST)
    (tmp_path / "0002_teams.sql").write_text(SECOND)
    return tmp_path


async def execute(url: str, statement: str) -> None:
    conn = await asyncpg.connect(url)
    try:
        await conn.execute(statement)
    finally:
        await conn.close()


async def value(url: str, query: str):
    conn = await asyncpg.connect(url)
    try:
        return await conn.fetchval(query)
    finally:
        await conn.close()


async def test_files_are_applied_in_order_and_only_once(url, files):
    assert await check(url, files) == ["0001_people.sql", "0002_teams.sql"]
    assert await migrate(url, files) == ["0001_people.sql", "0002_teams.sql"]
    assert await migrate(url, files) == []
    assert await check(url, files) == []
    assert await value(url, "select count(*) from team") == 1
    (files / "0003_more.sql").write_text("alter table team add column motto text;")
    assert await migrate(url, files) == ["0003_more.sql"]


async def test_check_changes_nothing(url, files):
    await check(url, files)
    assert await value(url, "select to_regclass('schema_migration')") is None


async def test_an_applied_file_must_stay_as_it_was(url, files):
    await migrate(url, files)
    (files / "0001_people.sql").write_text(FIRST + "-- One more word.\n")
    (files / "0003_more.sql").write_text("create table more ();")
    for refused in (check, migrate):
        with pytest.raises(DatabaseTrouble, match=r"0001_people.sql was changed after it was applied"):
            await refused(url, files)
    assert await value(url, "select to_regclass('more')") is None


async def test_line_ends_are_no_change(url, files):
    await migrate(url, files)
    (files / "0001_people.sql").write_bytes(FIRST.replace("\n", "\r\n").encode())
    assert await check(url, files) == []


async def test_an_applied_file_must_keep_its_name(url, files):
    await migrate(url, files)
    (files / "0002_teams.sql").rename(files / "0002_groups.sql")
    with pytest.raises(DatabaseTrouble, match=r"0002_groups.sql: .* 0002_teams.sql"):
        await migrate(url, files)


async def test_a_database_newer_than_the_code_is_refused(url, files):
    await migrate(url, files)
    (files / "0002_teams.sql").unlink()
    with pytest.raises(DatabaseTrouble, match=r"newer than this code: it has 0002_teams.sql"):
        await migrate(url, files)


async def test_a_migration_missing_in_the_database_is_refused(url, files):
    await migrate(url, files)
    await execute(url, "delete from schema_migration where number = 1")
    with pytest.raises(DatabaseTrouble, match=r"has 0002_teams.sql but never had 0001_people.sql"):
        await migrate(url, files)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("0004_gap.sql", "0004_gap.sql: the next migration has the number 0003"),
        ("0002_twice.sql", "0002_twice.sql: the next migration has the number 0003"),
        ("later.sql", "later.sql: a migration is named like"),
        ("003_short.sql", "003_short.sql: a migration is named like"),
    ],
)
def test_numbers_have_no_gap_and_no_twin(files, name, complaint):
    (files / name).write_text("select 1;")
    with pytest.raises(DatabaseTrouble, match=complaint):
        runner.read(files)


@pytest.mark.parametrize("leave", ["commit;", "ROLLBACK;", "begin;", "start transaction isolation level serializable;"])
def test_a_file_cannot_leave_its_transaction(files, leave):
    (files / "0003_leaves.sql").write_text(f"create table half ();\n{leave}\n")
    with pytest.raises(DatabaseTrouble, match=r"0003_leaves.sql, line 2: .* has no place here"):
        runner.read(files)


def test_blocks_of_functions_are_no_transactions(files):
    body = "create function one() returns int language plpgsql as $$\nbegin\n  return 1;\nend;\n$$;\n"
    (files / "0003_function.sql").write_text(body)
    assert len(runner.read(files)) == 3


async def test_a_failing_file_is_named_with_its_line_and_leaves_nothing(url, files):
    (files / "0003_fails.sql").write_text("create table half ();\n\nselect *\nfrom no_such_tåble;\n")
    (files / "0004_after.sql").write_text("create table after ();")
    with pytest.raises(DatabaseTrouble, match=r'0003_fails.sql, line 4: relation "no_such_tåble" does not exist'):
        await migrate(url, files)
    assert await value(url, "select to_regclass('half')") is None
    assert await check(url, files) == ["0003_fails.sql", "0004_after.sql"]
    (files / "0003_fails.sql").write_text("create table whole ();")
    assert await migrate(url, files) == ["0003_fails.sql", "0004_after.sql"]


async def test_of_two_runners_one_waits_and_finds_nothing_to_do(url, files):
    (files / "0003_slow.sql").write_text("select pg_sleep(0.3);")
    done = await asyncio.gather(*(migrate(url, files) for _ in range(4)))
    assert sorted(map(len, done)) == [0, 0, 0, 3]


async def test_a_runner_does_not_wait_for_ever(url, files):
    async with runner._connection(url) as other:
        await other.execute("select pg_advisory_lock($1)", runner.LOCK_KEY)
        with pytest.raises(DatabaseTrouble, match="Another migration has been running"):
            await migrate(url, files, queue_seconds=0.1)


async def test_with_nothing_to_do_no_lock_is_asked_for(url, files):
    await migrate(url, files)
    async with runner._connection(url) as other:
        await other.execute("select pg_advisory_lock($1)", runner.LOCK_KEY)
        assert await migrate(url, files, queue_seconds=0.1) == []


async def test_a_table_in_use_does_not_hold_a_migration_for_ever(url, files, monkeypatch):
    await migrate(url, files)
    monkeypatch.setattr(runner, "LOCK_WAIT_MS", "100")
    (files / "0003_more.sql").write_text("alter table team add column motto text;")
    async with runner._connection(url) as other, other.transaction():
        await other.execute("lock table team")
        with pytest.raises(DatabaseTrouble, match=r"0003_more.sql: canceling statement due to lock timeout"):
            await migrate(url, files)
    assert await migrate(url, files) == ["0003_more.sql"]


async def test_a_server_out_of_reach_is_named_without_its_password():
    with pytest.raises(DatabaseTrouble, match=r"Cannot connect to PostgreSQL at 127.0.0.1/talkoot") as refusal:
        await migrate("postgresql://ada:secret@127.0.0.1:1/talkoot")
    assert "secret" not in str(refusal.value)


async def test_a_server_too_old_is_refused(url, files, monkeypatch):
    monkeypatch.setattr(runner, "OLDEST_SERVER", 99)
    with pytest.raises(DatabaseTrouble, match="too old; 99 or newer"):
        await migrate(url, files)


async def test_our_own_migrations_are_in_order_and_applied(database_url):
    assert await check(database_url) == []
