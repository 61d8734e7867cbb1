"""The page on which HR takes exports, without a script."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from service.base import db
from service.flows.erasing import erase


async def test_hr_chooses_takes_the_file_and_finds_it_in_the_history(visitor, north, published):
    await published(north)
    hr = await visitor(north, "cleo", "hr")
    asked = await hr.send_form("/exports", "/exports", what="people", format="csv", purpose="personnel")
    link = re.search(r'href="(/exports/[^/]+/file)"', asked.text)[1]
    assert ("Ready: People and levels</h2>" in asked.text, "is ready" in asked.text) == (True, False)
    file = await hr.get(link)
    assert file.text.splitlines()[0].startswith("person,name,")
    assert "attachment" in file.headers["content-disposition"]
    history = (await hr.get("/exports")).text
    assert ("Cleo" in history, history.count(link), "Download again" in history) == (True, 1, True)
    assert (
        "the list of people, teams and levels, in an export"
        in (await (await visitor(north, "ben")).get("/who-looked")).text
    )


async def test_what_pages_correct_later_is_in_no_file_taken_again_and_the_erased_are_gone_from_it(
    visitor, north, published, database_url
):
    await published(north)
    admin = await visitor(north, "cleo", "administrator")
    asked = await admin.send_form("/exports", "/exports", what="people", format="csv", purpose="personnel")
    link = re.search(r'href="(/exports/[^/]+/file)"', asked.text)[1]
    first = (await admin.get(link)).text
    person, team = f"/people/{north.ben}/edit", f"/teams/{north.teams['ada']}"
    renamed = await admin.send_form(person, person, name="Benjamin", title="Buyer", role="seller")
    assert "Benjamin" in renamed.text
    await admin.send_form(f"{team}/edit", f"{team}/edit", name="Analysts")
    member = re.findall(rf'action="({team}/members/[^"]+)"', (await admin.get(team)).text)[-1]
    await admin.send_form(team, member, act="end", on=f"{datetime.now(UTC) - timedelta(days=2):%Y-%m-%d}")
    assert "Ben,,expert,Ada's team" in first
    assert (await admin.get(link)).text == first
    assert "somebody was erased since" not in (await admin.get("/exports")).text
    eraser = db.PoolSettings("talkoot_eraser", size=1, statement_seconds=60)
    async with await db.open_pool(database_url, eraser) as pool, db.tenant(pool, north.organization_id) as tx:
        await erase(tx, north.ben, "asked for it")
    assert "Ben" not in (await admin.get(link)).text
    history = (await admin.get("/exports")).text
    assert ("fewer or others than at first" in history, "somebody was erased since" in history) == (True, True)


async def test_without_a_purpose_the_page_says_what_is_missing_and_keeps_what_was_chosen(visitor, north):
    hr = await visitor(north, "cleo", "hr")
    answer = await hr.send_form("/exports", "/exports", what="badges", format="xlsx")
    assert answer.status_code == 422
    assert re.search(r'value="badges" checked', answer.text)
    assert re.search(r'value="xlsx" selected', answer.text)
    said = '<p class="wrong" id="purpose-wrong">Say what for; everybody in the file sees it.</p>'
    at_the_field = 'aria-invalid="true" aria-describedby="purpose-wrong" autofocus'
    assert re.search(rf'<select id="purpose"[^>]*{at_the_field}.*{said}', answer.text)
    assert answer.text.count('class="wrong"') == 1
    assert "Nothing has been taken yet." in (await hr.get("/exports")).text


@pytest.mark.parametrize("role", ["employee", "lead"])
async def test_the_page_is_the_offices(visitor, north, role):
    someone = await visitor(north, "ada" if role == "lead" else "ben", role)
    assert (await someone.get("/exports")).status_code == 403
    assert "/exports" not in (await someone.get("/")).text


async def test_the_page_speaks_finnish(visitor, north):
    page = (await (await visitor(north, "cleo", "administrator", language="fi")).get("/exports")).text
    assert "Ihmiset ja tasot" in page
    assert "Tee tiedosto" in page


async def test_each_field_that_does_not_fit_is_told_where_it_stands(visitor, north):
    hr = await visitor(north, "cleo", "hr")
    answer = await hr.send_form("/exports", "/exports", what="all", format="doc", purpose="fun")
    assert re.findall(r'class="wrong" id="(\w+)-wrong"', answer.text) == ["what", "format", "purpose"]


async def test_an_export_for_a_contest_does_not_tell_those_in_it_that_they_contested(visitor, north, published):
    await published(north)
    hr = await visitor(north, "cleo", "hr")
    asked = await hr.send_form("/exports", "/exports", what="people", format="csv", purpose="contest")
    await hr.get(re.search(r'href="(/exports/[^/]+/file)"', asked.text)[1])
    for language, words in (
        ("en", "For: settling a contested matter"),
        ("fi", "Tarkoitus: riitautetun asian käsittely"),
    ):
        assert words in (await (await visitor(north, "ben", language=language)).get("/who-looked")).text
