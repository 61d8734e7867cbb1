"""Signing in, out, and the doors that stay shut."""

import re
from datetime import UTC, datetime

import pytest


def seat(made, person):
    return {"organization_id": str(made.organization_id), "person_id": str(made.people[person])}


async def test_a_page_sends_who_is_not_signed_in_to_the_sign_in_and_back(visitor, example):
    browser = await visitor()
    landed = await browser.get("/boards?period=all")
    assert landed.url.path == "/sign-in"
    assert "You are not signed in, or not any more." in landed.text
    answer = await browser.post("/sign-in", data={**seat(example, "ben"), "next": landed.url.params["next"]})
    assert (answer.status_code, answer.url.path, answer.url.query) == (200, "/boards", b"period=all")


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor, example):
    browser = await visitor()
    answer = await browser.post("/sign-in", data=seat(example, "ben"), follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert len(cookie.split("=", 1)[1].split(";")[0]) > 40


async def test_a_lead_gets_a_leads_rights_and_a_colleague_an_employees(visitor, example):
    async def can_see_ben(person):
        browser = await visitor()
        await browser.post("/sign-in", data=seat(example, person))
        return "seen by the person" not in (await browser.get(f"/people/{example.ben}")).text

    assert await can_see_ben("ada")
    assert not await can_see_ben("cleo")


async def test_after_signing_out_the_old_cookie_is_dead(visitor, example):
    browser = await visitor()
    await browser.post("/sign-in", data=seat(example, "ben"))
    old = dict(browser.cookies)
    await browser.send_form("/", "/sign-out")
    browser.cookies.update(old)
    landed = await browser.get("/")
    assert landed.url.path == "/sign-in"
    assert "You were signed out;" in landed.text
    headers = {"referer": str(landed.url.copy_with(path="/feedback", query=None))}
    landed = await browser.post("/feedback/notes", data={"message": "Kept?"}, headers=headers)
    assert (landed.url.path, landed.url.params["next"]) == ("/sign-in", "/feedback")
    assert "You were signed out;" not in (await (await visitor()).get("/sign-in")).text


async def test_a_form_of_an_earlier_sign_in_leads_back_to_its_page_and_not_to_where_it_was_sent(visitor, north):
    ben = await visitor(north, "ben")
    here = ben.base_url

    async def sent(referer):
        headers = {"referer": referer}
        return await ben.post(
            "/feedback/notes", data={"csrf": "of before", "message": "Words of mine."}, headers=headers
        )

    stale = await sent(f"{here}/feedback?to={north.ada}")
    assert ">Words of mine.</textarea>" in stale.text
    assert stale.status_code == 403
    assert "This page is of an earlier sign-in" in stale.text
    assert f'href="/feedback?to={north.ada}"' in stale.text
    for nowhere in (f"{here}/feedback/notes", "https://evil.example/feedback", ""):
        page = (await sent(nowhere)).text
        assert "Load the page again" not in page
        assert 'href="/"' in page


async def test_who_lacks_a_role_reads_whose_it_is(visitor, north):
    page = (await (await visitor(north, "ben")).get("/rounds")).text
    assert "Not for your role" in page
    assert "It is for: administrators, HR." in page
    assert "earlier sign-in" not in page


async def test_only_example_people_can_be_chosen(visitor, north, example):
    browser = await visitor()
    assert (await browser.post("/sign-in", data=seat(north, "ben"))).status_code == 404
    crossed = {"organization_id": str(example.organization_id), "person_id": str(north.ben)}
    assert (await browser.post("/sign-in", data=crossed)).status_code == 404


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "/\r\nset-cookie: a=b"]
)
async def test_nobody_is_sent_to_another_site(visitor, example, elsewhere):
    browser = await visitor()
    answer = await browser.post("/sign-in", data={**seat(example, "ben"), "next": elsewhere}, follow_redirects=False)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
async def test_no_other_site_can_sign_somebody_in_or_out(visitor, example, headers):
    browser = await visitor()
    assert (await browser.post("/sign-in", data=seat(example, "ben"), headers=headers)).status_code == 403
    inside = await visitor(example, "ben")
    assert (await inside.post("/sign-out", headers=headers)).status_code == 403


@pytest.mark.parametrize("data", [{}, {"organization_id": "x"}, {"person_id": "a\0b"}, {"role": "administrator"}])
async def test_a_form_that_is_not_ours_is_refused(visitor, data):
    assert (await (await visitor()).post("/sign-in", data=data)).status_code == 400


async def test_the_search_finds_a_person_and_takes_signs_for_themselves(visitor, example):
    browser = await visitor()
    assert "Choose Cleo" in (await browser.get("/sign-in?q=Cleo")).text
    for nobody in ("%", "_", "\\", "\0%25", "<b>"):
        assert "Choose Cleo" not in (await browser.get("/sign-in", params={"q": nobody})).text


async def test_of_many_employees_those_who_were_thanked_most_can_be_chosen(visitor, example, colleagues, thanked):
    crowd = await colleagues(example, *(f"Employee {number}" for number in range(40)))
    for one in crowd[30:32]:
        await thanked(example, example.ben, one, "Well done.", datetime.now(UTC))
    door = (await (await visitor()).get("/sign-in")).text
    assert {"Employee 30", "Employee 31"} <= set(re.findall(r"<b>(Employee \d+)</b>", door))
    assert door.count("<b>Employee") < len(crowd)


async def test_the_language_follows_the_browser_until_one_is_chosen(visitor):
    browser = await visitor(language="fi")
    assert '<html lang="fi">' in (await browser.get("/sign-in")).text
    answer = await browser.post("/language", data={"language": "en", "next": "/sign-in"})
    assert '<html lang="en">' in answer.text
    assert "Whose day" in answer.text


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"data": {"next": "/"}},
        {"data": {"language": "fi", "next": "/a\0b"}},
        {"data": {"language": "fi", "unknown": "x"}},
        {"files": {"language": ("a.txt", b"fi")}},
        {"content": b"language=%ff&next", "headers": {"content-type": "application/x-www-form-urlencoded"}},
        {"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=a"}},
        {"content": b"x", "headers": {"content-type": "multipart/form-data"}},
    ],
)
async def test_a_language_that_makes_no_sense_is_refused_and_breaks_nothing(visitor, sent):
    answer = await (await visitor()).post("/language", follow_redirects=False, **sent)
    assert answer.status_code in {303, 400}
    assert "set-cookie" not in answer.headers


async def test_a_refusal_is_a_page_for_people_and_json_for_programs(visitor, anybody):
    browser = await visitor(language="fi")
    page = await browser.get("/nowhere")
    assert (page.status_code, "Täällä ei ole mitään" in page.text) == (404, True)
    assert (await anybody.get("/nowhere")).json()["code"] == "not_found"
    assert (await browser.get("/api/nowhere")).json()["code"] == "not_found"
