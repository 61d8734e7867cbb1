"""Whom a lead or HR may ask how it went: customers who were not heard, by mail or a link, as often as they wish."""

import re
from datetime import timedelta

import pytest

from service.base import db
from tests.service.pages.test_lead import ENDED, NOW, SIGNAL, fetch

REST = {"quarterly": timedelta(days=91), "yearly": timedelta(days=366)}


async def test_a_silent_customer_is_listed_until_they_are_heard_and_can_be_asked(visitor, worker_pool, north):
    page, ada = f"/team/unheard?team={north.teams['ada']}", await visitor(north, "ada", "lead")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update contact set email = 'oak@customer.example'")
        await tx.execute(ENDED, north.delivery, NOW)
        seen = (north.delivery, None, "observation", "satisfaction", 4, "We saw", NOW, None)
        await tx.execute(SIGNAL, *seen)
        await tx.execute(SIGNAL, north.development, None, "call", None, None, "They spoke", NOW, None)
    silent = (await ada.get(page)).text
    assert [name in silent for name in ("North delivery", "North opportunity", "North development")] == [
        True,
        True,
        False,
    ]
    assert re.findall(r'action="/team/unheard/([^"]+)/ask"', silent) == [str(north.delivery)]
    assert silent.count("ask when you talk") == 1  # of the opportunity, which is under way
    asked = await ada.send_form(page, f"/team/unheard/{north.delivery}/ask")
    assert "noted today, no mail" in asked.text
    assert [row["project_id"] for row in await fetch(worker_pool, north, "select project_id from survey")] == [
        north.delivery
    ]


async def test_without_mail_hr_gets_a_link_to_hand_over_and_a_lead_is_told_so(visitor, worker_pool, north):
    page, ada = f"/team/unheard?team={north.teams['ada']}", await visitor(north, "ada", "lead")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(ENDED, north.delivery, NOW)
    told = await ada.send_form(page, f"/team/unheard/{north.delivery}/ask", contact_id=str(north.contacts["oak"]))
    assert "This installation sends no mail" in told.text
    assert "asked by mail" not in told.text
    assert f"/team/projects/{north.delivery}/link" not in told.text
    waits = "1 customer is to be asked and waits for a link that you make"
    cleo = await visitor(north, "cleo", "hr")
    assert waits in (await cleo.get("/")).text
    assert waits not in (await ada.get("/")).text
    link = f"/team/projects/{north.delivery}/link"
    assert f'action="{link}"' in (await cleo.get(page)).text
    oak = str(north.contacts["oak"])
    made = [
        re.search(r'value="[^"]*(/s/[^"]+)"', (await cleo.send_form(here, link, contact_id=oak)).text)[1]
        for here in (page, f"/team/projects/{north.delivery}")
    ]
    here = f"/team/projects/{north.delivery}"
    assert "waits for a link that you make" not in (await cleo.get("/")).text
    own = (await cleo.send_form(here, f"{here}/page-link", contact_id=oak)).text
    customer = await visitor()
    assert (await customer.get(re.search(r'value="[^"]*(/p/[^"]+)"', own)[1])).status_code == 200
    assert [(await customer.get(path)).status_code for path in made] == [404, 200]  # the newest alone
    assert [row["n"] for row in await fetch(worker_pool, north, "select count(*) as n from survey")] == [1]


async def test_no_survey_of_how_it_went_is_offered_of_a_project_under_way(visitor, worker_pool, north):
    here, page = f"/team/projects/{north.delivery}", f"/team/unheard?team={north.teams['ada']}"
    cleo = await visitor(north, "cleo", "hr")
    assert "it comes once the project has ended" in (await cleo.get(here)).text
    assert [f'action="{here}/link"' in (await cleo.get(path)).text for path in (here, page)] == [False, False]
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(ENDED, north.delivery, NOW)
    assert [f'action="{here}/link"' in (await cleo.get(path)).text for path in (here, page)] == [True, True]


@pytest.mark.parametrize(("action", "leads_to"), [("link", "/s/"), ("page-link", "/p/")])
async def test_a_page_with_a_link_loaded_anew_makes_no_other_and_the_one_just_copied_still_works(
    visitor, worker_pool, north, action, leads_to
):
    def hidden(page):
        form = page.partition(f'action="{here}/{action}"')[2].partition("</form>")[0]
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))

    here, cleo = f"/team/projects/{north.delivery}", await visitor(north, "cleo", "hr")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(ENDED, north.delivery, NOW)
    sent = hidden((await cleo.get(here)).text) | {"contact_id": str(north.contacts["oak"])}
    made, again = [(await cleo.post(f"{here}/{action}", data=sent)).text for _ in range(2)]
    link = re.search(rf'value="[^"]*({leads_to}[^"]+)"', made)[1]
    assert (leads_to in again, "That form has made its link already" in again) == (False, True)
    customer = await visitor()
    assert (await customer.get(link)).status_code == 200
    wished = (await cleo.post(f"{here}/{action}", data=hidden(again))).text  # on purpose, by the button of that page
    newest = re.search(rf'value="[^"]*({leads_to}[^"]+)"', wished)[1]
    assert [(await customer.get(path)).status_code for path in (link, newest)] == [404, 200]


async def resting(worker_pool, north, rhythm):
    """The delivery has ended and nobody was heard of it; the only contact of its customer has a rhythm."""
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(ENDED, north.delivery, NOW)
        await tx.execute("update contact set rhythm = $1", rhythm)


async def test_who_wishes_not_to_be_asked_is_not_asked_and_hr_reads_why_also_where_they_were(
    visitor, worker_pool, north, api
):
    page, here = f"/team/unheard?team={north.teams['ada']}", f"/team/projects/{north.delivery}"
    oak, cleo = str(north.contacts["oak"]), await visitor(north, "cleo", "hr")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(ENDED, north.delivery, NOW)
    ada = await visitor(north, "ada", "lead")
    await ada.send_form(page, f"/team/unheard/{north.delivery}/ask", contact_id=oak)
    before = (await cleo.get(page)).text
    form = before.split(f'"{here}/link"')[1].split("</form>")[0]
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    await resting(worker_pool, north, "never")
    assert [f'action="{here}/link"' in (await cleo.get(path)).text for path in (page, here)] == [False, False]
    assert ["wishes not to be asked" in (await cleo.get(path)).text for path in (page, here)] == [True, True]
    made = await cleo.post(f"{here}/link", data=sent)
    assert (made.status_code, "They wish not to be asked" in made.text, "/s/" in made.text) == (409, True, False)
    (survey,) = await fetch(worker_pool, north, "select id from survey")
    refused = await (await api(north, "cleo", "administrator")).post(f"/api/surveys/{survey['id']}/link")
    assert (refused.status_code, refused.json()["code"]) == (409, "contact_not_asked")


@pytest.mark.parametrize("rhythm", ["quarterly", "yearly"])
async def test_a_rhythm_that_is_not_over_is_kept_for_every_project(visitor, worker_pool, north, api, rhythm):
    page, here = f"/team/unheard?team={north.teams['ada']}", f"/team/projects/{north.delivery}"
    await resting(worker_pool, north, rhythm)
    other = "insert into survey (project_id, contact_id, asked_at, answered_at) select p.id, $1, $2, $2 from project as p where p.id <> $3 and not exists (select from survey as s where s.project_id = p.id) limit 1"  # noqa: E501 - one statement
    ada, cleo = await visitor(north, "ada", "lead"), await visitor(north, "cleo", "hr")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(other, north.contacts["oak"], NOW - REST[rhythm], north.delivery)
    assert "/ask" in (await ada.get(page)).text
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(other, north.contacts["oak"], NOW, north.delivery)
    for who, path in ((ada, page), (cleo, page), (cleo, here)):
        shown = (await who.get(path)).text
        assert "wishes a pause: may be asked again after" in shown
        assert not re.search(r'action="[^"]*(/ask|/link)"', shown)
    asked = await (await api(north, "cleo", "administrator")).post(
        f"/api/projects/{north.delivery}/surveys", json={"contact_id": str(north.contacts["oak"])}
    )
    assert (asked.status_code, asked.json()["code"]) == (409, "contact_asked_lately")
