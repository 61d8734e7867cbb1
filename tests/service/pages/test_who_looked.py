"""The page that tells who looked, and the pages that write it down."""

import pytest

from service.base import db


@pytest.mark.parametrize(
    ("who", "looks"), [(("ada", "lead"), 1), (("cleo", "hr"), 1), (("cleo", "employee"), 0)], ids=str
)
async def test_a_page_with_anothers_scores_is_written_down_and_told_on_their_page(
    visitor, north, published, who, looks
):
    await published(north, [north.ada])
    await (await visitor(north, *who)).get(f"/people/{north.ben}")
    page = (await (await visitor(north, "ben")).get("/who-looked")).text
    assert page.count("your scores and what they are made of") == looks
    assert ("Nobody has looked yet" in page) is (looks == 0)


async def test_it_is_said_in_finnish(visitor, north, published):
    await published(north, [north.ada])
    await (await visitor(north, "ada", "lead")).get(f"/people/{north.ben}")
    page = (await (await visitor(north, "ben", language="fi")).get("/who-looked")).text
    assert "Esihenkilösi" in page
    assert "tiimin johtaminen" in page


async def test_looks_that_are_alike_on_one_day_are_one_line_with_their_number(visitor, north, published, worker_pool):
    await published(north, [north.ada])
    ada = await visitor(north, "ada", "lead")
    for _ in range(3):
        await ada.get(f"/people/{north.ben}")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("insert into audit (role, action, purpose) values ('hr', 'export_people', 'personnel')")
    ben = await visitor(north, "ben")
    page = (await ben.get("/who-looked")).text
    assert page.count("your scores and what they are made of") == 1
    assert "3 times that day" in page
    told = (await ben.get("/settings/my-data")).json()["data"]["who_looked"]
    assert sorted(one["action"] for one in told) == ["export_people", "view_page", "view_page", "view_page"]
