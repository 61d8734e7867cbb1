"""Words are heard at the close of a round, by their receiver alone, in mixed order, and only from k givers on."""

from itertools import pairwise

import pytest

from service.base import db

NAMES = ("eeva", "fia", "gun", "hal", "ida", "jan", "kai", "lea", "mia", "nea")


@pytest.fixture
async def say(api, north, bench):
    """Let people say a word about Ada in the quarter's own round; the words are their names."""
    await bench(north, *NAMES)

    async def speak(*names):
        for name in names:
            body = {"receiver_id": str(north.ada), "ratings": {"selling": 3}, "comment": f"Said by {name}."}
            answer = await (await api(north, name)).post("/api/feedback", json=body)
            assert answer.status_code == 201

    return speak


@pytest.fixture
async def team(north, bench):
    """North with a dozen people."""
    await bench(north, *NAMES)
    return north


@pytest.fixture
def close(north, worker, execute):
    """Let the rounds that are open close now, and the night pass."""

    async def pass_():
        await execute("update feedback_round set closed_at = now() - interval '1 s' where settled_at is null")
        await worker(north)
        await execute("update feedback_round set external_id = 'past ' || id where standing")  # a new one for new words

    return pass_


@pytest.fixture
def heard(api, north):
    """Read the words that somebody may read."""

    async def read(person="ada", role="employee"):
        client = await api(north, person, role)
        return [one["comment"] for one in (await client.get("/api/feedback/heard")).json()["items"]]

    return read


@pytest.fixture
def execute(worker_pool, north):
    """Do something to the database of North."""

    async def run(statement, *given):
        async with db.tenant(worker_pool, north.organization_id) as tx:
            await tx.execute(statement, *given)

    return run


def words(*names):
    return sorted(f"Said by {name}." for name in names)


async def test_five_givers_are_heard_at_the_close_and_not_before(say, close, north, worker, heard):
    await say(*NAMES[:5])
    await worker(north)
    assert await heard() == []
    await close()
    assert sorted(await heard()) == words(*NAMES[:5])
    await close()
    assert sorted(await heard()) == words(*NAMES[:5])


async def test_four_givers_wait_and_are_heard_with_those_of_the_next_round(say, close, heard):
    await say(*NAMES[:4], *NAMES[:2])  # two of them say it twice, which makes them no more people
    await close()
    assert await heard() == []
    await say(NAMES[7])
    await close()
    assert sorted(await heard()) == words(*NAMES[:4], *NAMES[:2], NAMES[7])


async def test_after_words_were_heard_it_takes_k_givers_again(say, close, heard):
    await say(*NAMES[:5])
    await close()
    await say(*NAMES[5:8])
    await close()
    assert sorted(await heard()) == words(*NAMES[:5])


async def test_a_round_keeps_the_k_it_promised(say, close, execute, heard):
    await say(*NAMES[:6])
    await execute("update feedback_round set k = 7")
    await close()
    assert await heard() == []
    await say(NAMES[6])
    await close()
    assert len(await heard()) == 7


async def test_nobody_else_reads_them_in_any_role(api, north, say, close, heard):
    await say(*NAMES[:5])
    await close()
    for person, role in (("ben", "lead"), ("cleo", "hr"), ("cleo", "administrator"), (NAMES[0], "employee")):
        assert await heard(person, role) == []
    service = await api(north, None, "service")
    assert (await service.get("/api/feedback/heard")).status_code == 409  # it is nobody's


async def test_the_order_is_stable_and_not_that_of_giving(api, north, say, close, heard):
    orders = []
    for _ in range(4):
        await say(*NAMES)
        await close()
        seen = await heard()
        assert seen == await heard()
        orders.append(seen[:10])
    given = [f"Said by {name}." for name in NAMES]
    assert given not in orders
    assert given[::-1] not in orders
    assert any(a != b for a, b in pairwise(orders))
    (ada,) = [(await (await api(north, "ada")).get("/api/feedback/heard?limit=3")).json()]
    assert [one["comment"] for one in ada["items"]] == seen[:3]
    assert set(ada["items"][0]) == {"id", "closed_at", "comment"}


async def test_of_a_page_nothing_but_the_rounds_time_is_told(api, north, say, close):
    await say(*NAMES[:5])
    await close()
    items = (await (await api(north, "ada")).get("/api/feedback/heard")).json()["items"]
    assert len({one["closed_at"] for one in items}) == 1


async def test_words_of_a_retracted_answer_are_read_no_more(say, close, execute, heard):
    await say(*NAMES[:6])
    await close()
    contested = "insert into retraction (feedback_id, reason) select id, 'contested' from feedback_answer"
    await execute(f"{contested} where comment = $1", f"Said by {NAMES[2]}.")
    await close()
    assert f"Said by {NAMES[2]}." not in await heard()
    assert len(await heard()) == 5


async def test_without_consent_words_wait(north, say, close, execute, heard):
    await say(*NAMES[:5])
    await execute("insert into consent (person_id, source, given) values ($1, 'peers', false)", north.ada)
    await close()
    assert await heard() == []


async def test_words_of_imported_rounds_whose_givers_were_not_warned_are_never_heard(north, say, close, execute, heard):
    await say(*NAMES)
    await execute("update feedback_round set warned = false")  # as an import leaves it
    another = "insert into feedback_round (opened_at, closed_at, warned) values (now() - interval '1 d', now(), true)"
    await execute(another)  # so that words are heard that night at all
    await close()
    assert await heard() == []


async def test_asked_answers_are_heard_when_the_round_is_past_its_day(api, opened, team, worker, heard):
    north = team
    await opened(north)
    about_ada = 0
    for name in NAMES:
        client = await api(north, name)
        for ask in (await client.get("/api/asks")).json()["items"]:
            if ask["receiver"] == "Ada":
                about_ada += 1
                said = {"ratings": {"selling": 3}, "comment": f"Said by {name}."}
                await client.post(f"/api/asks/{ask['id']}/answer", json=said)
    assert about_ada >= 5
    await worker(north, days=13)
    assert await heard() == []
    await worker(north, days=16)
    assert len(await heard()) == about_ada
