"""How pages speak of who was erased, and of what they said to others."""

from datetime import UTC, datetime, timedelta

import pytest

from service.base import db
from service.flows.erasing import erase
from service.pages import gone
from service.pages.page import initials

THANKS = "Kiitos joltakulta, joka ei ole enää täällä"
NOBODY = "Joku, joka ei ole enää täällä"


@pytest.fixture
async def without_ben(database_url, north, thanked, published):
    """North after Ben, who had thanked Ada, was erased."""
    await published(north, [north.ada, north.ben])
    now = datetime.now(UTC)
    await thanked(north, north.cleo, north.ada, "Clear words.", now - timedelta(days=9))
    await thanked(north, north.ben, north.ada, "Ben was here.", now - timedelta(days=1))
    eraser = db.PoolSettings("talkoot_eraser", size=1, statement_seconds=60)
    async with await db.open_pool(database_url, eraser) as pool, db.tenant(pool, north.organization_id) as tx:
        await erase(tx, north.ben, "asked for it")
    return north


async def test_thanks_of_the_erased_stay_without_litter_and_after_those_with_words(visitor, without_ben):
    ada = await visitor(without_ben, "ada", language="fi")
    lead = await visitor(without_ben, "cleo", "hr", language="fi")
    for page in (
        (await ada.get("/")).text,
        (await ada.get(f"/people/{without_ben.ada}")).text,
        (await lead.get(f"/team/people/{without_ben.ada}")).text,
    ):
        assert THANKS in page
        assert page.index("Clear words.") < page.index(THANKS)
        assert not [one for one in ("[erased]", "Erased person", f"/people/{without_ben.ben}") if one in page]


async def test_the_page_of_the_erased_says_so_decently_and_no_more(visitor, without_ben):
    page = (await (await visitor(without_ben, "ada", language="fi")).get(f"/people/{without_ben.ben}")).text
    assert NOBODY in page
    assert not [word for word in ("Erased", "North delivery", "kertyy", "Esimerkki", "<table") if word in page]


async def test_the_erased_are_not_in_the_list_and_nobody_corrects_them(visitor, without_ben):
    admin = await visitor(without_ben, "cleo", "administrator", language="fi")
    path = f"/people/{without_ben.ben}"
    assert path not in (await admin.get("/people")).text
    assert (await admin.get(f"{path}/edit")).status_code == 404
    token = (await admin.get("/people/new")).text.split('name="csrf" value="')[1].split('"')[0]
    for act, sent in (("edit", {"name": "Ben"}), ("end", {}), ("return", {})):
        assert (await admin.post(f"{path}/{act}", data={"csrf": token} | sent)).status_code == 404


def test_marks_of_an_erasure_are_said_in_the_readers_language_and_all_else_stays():
    def speak(text):
        return gone.said({"somebody who is not here any more": "joku", "[erased]": "[poistettu]"}.__getitem__, text)

    assert [speak(one) for one in ("Erased person", "Thanks [erased]!", "Ben", None, 3)] == [
        "joku", "Thanks [poistettu]!", "Ben", None, 3]  # fmt: skip
    assert initials("Erased person") == "–"
