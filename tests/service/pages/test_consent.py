"""The page of choices: shown at first sign-in, everything off, in both languages, without a script."""

import re
from dataclasses import replace

import pytest

from service.base import db


def chosen(page):
    return dict(re.findall(r'<input type="radio" name="(\w+)" value="(\w+)" checked>', page))


@pytest.fixture
async def nea(north, colleagues, worker_pool):
    """North with Nea, who has chosen nothing yet."""
    async with db.tenant(worker_pool, north.organization_id) as tx:
        person = await tx.fetchval("insert into person (name) values ('Nea') returning id")
    return replace(north, people={**north.people, "nea": person})


async def test_who_comes_for_the_first_time_is_asked_first_and_everything_is_off(visitor, nea):
    browser = await visitor(nea, "nea")
    page = await browser.get("/")
    assert page.url.path == "/joining"
    assert chosen(page.text) == dict.fromkeys(("peers", "customers", "kudos", "on_boards"), "no")
    for words in ("What is collected", "Why", "Who sees it"):
        assert page.text.count(f"<dt>{words}</dt>") == 4


async def test_joining_is_a_choice_and_no_to_everything_is_one(visitor, nea):
    browser = await visitor(nea, "nea")
    assert (await browser.send_form("/joining", "/joining")).url.path == "/"
    assert (await browser.get("/")).url.path == "/"
    assert set(chosen((await browser.get("/settings/consent")).text).values()) == {"no"}


async def test_what_is_turned_on_stays_on_and_can_be_turned_off(visitor, nea):
    browser = await visitor(nea, "nea")
    await browser.send_form("/joining", "/joining", peers="yes", on_boards="yes")
    page = (await browser.get("/settings/consent")).text
    assert chosen(page) == {"peers": "yes", "customers": "no", "kudos": "no", "on_boards": "yes"}
    saved = await browser.send_form("/settings/consent", "/settings/consent", kudos="yes")
    assert "Saved." in saved.text
    assert chosen(saved.text) == {"peers": "no", "customers": "no", "kudos": "yes", "on_boards": "no"}


async def test_a_form_that_was_open_before_gives_back_nothing_that_was_withdrawn_since(visitor, nea):
    tab = await visitor(nea, "nea")
    await tab.send_form("/joining", "/joining", peers="yes", kudos="yes")
    old = (await tab.get("/settings/consent")).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', old))
    shown = {key: hidden[key] for key in hidden if key == "csrf" or key.startswith("was_")} | chosen(old)
    await tab.post("/settings/consent", data=shown | {"kudos": "no"})
    saved = (await tab.post("/settings/consent", data=shown | {"customers": "yes"})).text
    assert chosen(saved) == {"peers": "yes", "customers": "yes", "kudos": "no", "on_boards": "no"}
    assert "was left as it is" in saved
    untouched = (await tab.post("/settings/consent", data=shown)).text
    assert chosen(untouched) == chosen(saved)
    assert "was left as it is" in untouched


@pytest.mark.parametrize(("preset", "said"), [("fi", "Nobody is asked"), ("eu", "Colleagues may be asked")])
async def test_the_page_says_how_the_organization_asks(visitor, api, nea, preset, said):
    await (await api(nea, "cleo", "hr")).patch("/api/consents/preset", json={"preset": preset})
    assert said in (await (await visitor(nea, "nea")).get("/joining")).text


async def test_it_is_said_in_finnish_first_hand(visitor, nea):
    page = (await (await visitor(nea, "nea", language="fi")).get("/joining")).text
    for words in ("Mitä kerätään", "Miksi", "Kuka sen näkee", "Kieltäytyminen ei maksa sinulle mitään"):
        assert words in page


async def test_a_form_of_another_session_chooses_nothing(visitor, nea):
    browser = await visitor(nea, "nea")
    answer = await browser.post("/settings/consent", data={"csrf": "x", "peers": "yes"})
    assert answer.status_code == 403
    assert set(chosen((await browser.get("/settings/consent")).text).values()) == {"no"}


async def test_it_leads_nowhere_else(visitor, nea):
    browser = await visitor(nea, "nea")
    page = (await browser.get("/joining?next=https://elsewhere.example")).text
    assert "elsewhere" not in page.split("<main")[1].split("</main>")[0]


async def test_who_leaves_the_boards_is_gone_from_the_page_at_once_and_leaves_no_gap(
    visitor, north, colleagues, published
):
    people = await colleagues(north, *(f"Person {n}" for n in range(1, 6)))
    await published(north, [*people[:1], north.ben, *people[1:]])
    watcher, ben = await visitor(north, "cleo"), await visitor(north, "ben")
    before = (await watcher.get("/boards/quality")).text
    assert ">Ben</a>" in before
    await ben.send_form("/settings/consent", "/settings/consent")
    after = (await watcher.get("/boards/quality")).text
    assert "Ben" not in after
    ranks = re.findall(r'<td class="rank">(?:<span[^>]*>[^<]*</span>)?([^<]*)</td>', after)
    assert ranks == ["1", "2–3", "3–4"]
    assert ">Ben</a>" in (await ben.get("/boards/quality")).text


async def test_ones_data_is_a_button_among_the_settings(visitor, north):
    browser = await visitor(north, "ben")
    assert 'href="/settings/my-data" download' in (await browser.get("/settings/consent")).text
    answer = await browser.get("/settings/my-data")
    assert answer.headers["content-disposition"] == 'attachment; filename="my-talkoot-data.json"'
    assert answer.json()["data"]["profile"][0]["name"] == "Ben"


async def test_i_correct_my_own_words_on_the_page_and_see_them_as_text(visitor, north):
    browser = await visitor(north, "ben")
    saved = await browser.send_form("/settings/consent", "/settings/me", name="<b>Benjamin</b>", title="Baker")
    assert saved.status_code == 200
    assert 'value="&lt;b&gt;Benjamin&lt;/b&gt;"' in saved.text
    assert 'value="Baker"' in saved.text
    saved = await browser.send_form("/settings/consent", "/settings/me", name="Ben")
    assert 'name="title" value=""' in saved.text
    assert (await browser.send_form("/settings/consent", "/settings/me", name=" ")).status_code == 400
