"""A contact's own page: by a link that is mailed, for the projects opened to them, and for nothing else."""

import asyncio
import re
from urllib.parse import urlsplit

from service import worker
from service.base import db
from service.flows.contact_mail import MAIL
from service.jobs import jobs_with
from tests.service.pages.mailbox import address

SIGNAL = """
insert into signal (project_id, contact_id, kind, response, aspect, value, comment) values ($1, $2, $3, $4, $5, $6, $7)
"""
TASK = "insert into care_task (project_id, owner_id, kind, due_at) values ($1, $2, '3m', now() + interval '20 days')"
LINKS = "select count(*) from credential where kind = 'link' and revoked_at is null"


async def opened(client, north, project="delivery", contact="oak"):
    answer = await client.post(
        f"/api/projects/{north.projects[project]}/openings", json={"contact_id": str(north.contacts[contact])}
    )
    assert answer.status_code == 201, answer.text
    return f"/api/projects/{north.projects[project]}/openings/{answer.json()['id']}/close"


async def mailed(worker_pool, box, north):
    """Do what is to be done after an opening; the addresses of the links that came by mail."""
    await worker.deliver(worker_pool, north.organization_id, worker.SUBSCRIBERS)
    await worker.take(worker_pool, asyncio.Event(), worker.Duties(jobs_with(box.settings)))
    texts = [mail.get_content() for mail in box.to(north)]
    return [urlsplit(re.search(r"https://talkoot\.example/p/\S+", text)[0]).path for text in texts]


async def page_link(client, north, contact="oak"):
    made = await client.post(f"/api/contacts/{north.contacts[contact]}/page-link")
    assert made.status_code == 201, made.text
    return urlsplit(made.json()["url"]).path


async def test_the_link_comes_by_mail_once_and_shows_what_is_open_to_its_contact(api, visitor, worker_pool, box, north):
    admin = await api(north, "cleo", "administrator")
    contact = {"email": address(north), "language": "fi", "name": "Outi Oak"}
    await admin.patch(f"/api/contacts/{north.contacts['oak']}", json=contact)
    await opened(admin, north)
    (path,) = await mailed(worker_pool, box, north)
    assert "Yhteiset hankkeemme: North" in box.to(north)[0]["Subject"]
    close = await opened(admin, north, "development")
    assert await mailed(worker_pool, box, north) == [path]  # one link is enough
    async with db.tenant(worker_pool, north.organization_id) as tx:
        mine = (north.delivery, north.contacts["oak"], "survey", "r1")
        await tx.execute(SIGNAL, *mine, "satisfaction", 4, "You listened <b>to</b> us")
        await tx.execute(SIGNAL, *mine, "recommendation", 9, None)
        await tx.execute(SIGNAL, *mine[:2], "observation", "r2", None, None, "They seemed tired")
        await tx.execute(SIGNAL, north.delivery, north.contacts["pine"], "survey", "r3", None, None, "Of others")
        await tx.execute(TASK, north.delivery, north.ben)
    outi = await visitor(language="en")
    page = (await outi.get(path)).text
    assert all(text in page for text in ("Outi Oak", "North delivery", "North development", "You listened &lt;b&gt;"))
    assert all(text in page for text in ("4 / 5", "9 / 10", "Ben ottaa sinuun yhteyttä noin", '<html lang="fi">'))
    assert not any(text in page for text in ("They seemed tired", "Of others", "North opportunity"))
    await admin.post(close)
    assert "North development" not in (await outi.get(path)).text


async def test_what_was_answered_stands_on_the_page_at_once(api, visitor, north):
    """Also where the project is not open to the contact; survey, thanks and page say the same of who reads it."""
    admin = await api(north, "cleo", "administrator")
    path = await page_link(admin, north)
    which = {"contact_id": str(north.contacts["oak"])}
    survey = (await admin.post(f"/api/projects/{north.delivery}/surveys", json=which)).json()["id"]
    asking = urlsplit((await admin.post(f"/api/surveys/{survey}/link")).json()["url"]).path
    outi = await visitor(language="en")
    asked = await outi.get(asking)
    thanks = await outi.send_form(asking, asking, satisfaction="4", words="You listened to us.")
    page = await outi.get(path)
    readers = "The people who work at North can read what you say; nobody outside it."
    assert all(readers in one.text for one in (asked, thanks, page))
    assert all(text in page.text for text in ("North delivery", "You listened to us.", "4 of 5"))
    assert "You listened to us." not in (await outi.get(await page_link(admin, north, "pine"))).text


async def test_wishes_are_kept_and_looking_changes_nothing(api, visitor, worker_pool, north):
    admin = await api(north, "cleo", "administrator")
    path = await page_link(admin, north)
    outi = await visitor()
    before = (await admin.get(f"/api/contacts/{north.contacts['oak']}")).json()
    empty = [await outi.get(path) for _ in range(3)][-1]  # mail scanners look first
    assert ("No project is open to you" in empty.text, empty.headers["referrer-policy"]) == (True, "same-origin")
    assert (await admin.get(f"/api/contacts/{north.contacts['oak']}")).json() == before
    saved = await outi.send_form(path, path, channel="phone", rhythm="yearly")
    assert "Saved" in saved.text
    after = (await admin.get(f"/api/contacts/{north.contacts['oak']}")).json()
    assert (after["channel"], after["rhythm"]) == ("phone", "yearly")
    assert (await outi.post(path, data={"rhythm": "hourly"})).status_code == 400
    elsewhere = {"sec-fetch-site": "cross-site"}
    assert (await outi.post(path, data={"rhythm": "never"}, headers=elsewhere)).status_code == 403


async def test_a_link_opens_one_page_and_the_newest_alone(api, visitor, worker_pool, north):
    admin = await api(north, "cleo", "administrator")
    old, other = await page_link(admin, north), await page_link(admin, north, "pine")
    new = await page_link(admin, north)
    survey = await admin.post(
        f"/api/projects/{north.delivery}/surveys", json={"contact_id": str(north.contacts["oak"])}
    )
    asked = urlsplit((await admin.post(f"/api/surveys/{survey.json()['id']}/link")).json()["url"]).path
    outi = await visitor()
    looked = {path: (await outi.get(path)).status_code for path in (old, new, other, asked)}
    assert looked == {old: 404, new: 200, other: 200, asked: 200}
    swapped = [asked.replace("/s/", "/p/"), new.replace("/p/", "/s/"), "/p/tl_" + "a" * 43]
    texts = {(await outi.get(path)).text.replace(path, "") for path in (swapped[0], swapped[2], old)}
    assert (len(texts), (await outi.get(swapped[1])).status_code) == (1, 404)
    bearer = {"authorization": f"Bearer {new.removeprefix('/p/')}"}
    assert (await outi.get("/api/opened-projects", headers=bearer)).status_code == 401
    lead = await api(north, "ada", "lead")
    assert (await lead.post(f"/api/contacts/{north.contacts['oak']}/page-link")).status_code == 403


async def test_who_wishes_nothing_or_has_no_address_is_left_in_peace(api, worker_pool, box, north):
    admin = await api(north, "cleo", "administrator")
    await opened(admin, north)
    assert await mailed(worker_pool, box, north) == []
    wish = {"email": address(north), "rhythm": "never"}
    await admin.patch(f"/api/contacts/{north.contacts['oak']}", json=wish)
    await opened(admin, north, "development")
    assert await mailed(worker_pool, box, north) == []


async def test_a_mail_that_was_refused_is_sent_later_with_a_link_that_works(api, visitor, worker_pool, box, north):
    admin = await api(north, "cleo", "administrator")
    await admin.patch(f"/api/contacts/{north.contacts['oak']}", json={"email": address(north)})
    await opened(admin, north)
    box.answer = "451 later"
    assert await mailed(worker_pool, box, north) == []
    box.answer = "250 kept"
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update slot set due_at = now() - interval '1 minute' where job = $1", MAIL)
    (path,) = await mailed(worker_pool, box, north)
    assert (await (await visitor()).get(path)).status_code == 200
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert await tx.fetchval(LINKS) == 1


def opener(north, project="delivery"):
    return f"/team/projects/{north.projects[project]}"


async def test_a_lead_opens_a_project_on_its_page_sees_how_they_get_in_and_closes_it_with_undo(
    api, visitor, worker_pool, north
):
    here, ada = opener(north), await visitor(north, "ada", "lead")
    assert "It is open to nobody outside yet." in (await ada.get(here)).text
    done = await ada.send_form(here, f"{here}/openings", contact_id=str(north.contacts["oak"]))
    assert "now." in done.text
    assert "HR or an administrator makes one to hand over" in done.text
    admin = await visitor(north, "cleo", "administrator")
    handed = (await admin.send_form(here, f"{here}/page-link", contact_id=str(north.contacts["oak"]))).text
    path = re.search(r'value="[^"]*(/p/[^"]+)"', handed)[1]
    outi = await visitor()
    assert "North delivery" in (await outi.get(path)).text
    assert "Has a link to their own page, until" in (await ada.get(here)).text
    (close,) = re.findall(rf'<form method="post" action="({here}/openings/[^"]+/close)"', (await ada.get(here)).text)
    closed = await ada.send_form(here, close)
    assert "It is closed to" in closed.text
    assert "North delivery" not in (await outi.get(path)).text
    shown = f"{here}?{closed.url.query.decode()}"
    for _ in range(2):  # opened twice is open once
        await ada.send_form(shown, close.replace("/close", "/reopen"))
    assert "North delivery" in (await outi.get(path)).text
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert await tx.fetchval("select count(*) from project_opening where closed_at is null") == 1
        kinds = [row["kind"] for row in await tx.fetch("select kind from event where kind like 'project_%contact'")]
    assert sorted(kinds) == ["project_closed_to_contact", *["project_opened_to_contact"] * 2]


async def test_only_contacts_of_the_customer_or_of_a_partner_are_offered_and_hr_opens_nothing(
    visitor, worker_pool, north
):
    here, ada = opener(north), await visitor(north, "ada", "lead")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        fields = "insert into customer (external_id, name, kind) values ('p', 'Partner Ltd', 'partner') returning id"
        partner = await tx.fetchval(fields)
        added = "insert into contact (external_id, customer_id, name) values ('pia', $1, 'Pia') returning id"
        pia = await tx.fetchval(added, partner)
    pine = {"contact_id": str(north.contacts["pine"])}
    page = (await ada.get(here)).text
    assert "Pia, Partner Ltd" in page
    assert pine["contact_id"] not in page
    assert (await ada.send_form(here, f"{here}/openings", **pine)).status_code == 404
    assert "It is open to Pia now." in (await ada.send_form(here, f"{here}/openings", contact_id=str(pia))).text
    hr = await visitor(north, "cleo", "hr")
    assert "/openings" not in (await hr.get(here)).text
    assert (await hr.send_form(here, f"{here}/page-link", contact_id=str(pia))).status_code == 200


async def test_with_mail_the_page_says_that_the_link_comes_and_then_that_it_is_there(
    api, visitor, worker_pool, box, north
):
    admin = await api(north, "cleo", "administrator")
    await admin.patch(f"/api/contacts/{north.contacts['oak']}", json={"email": address(north)})
    await opened(admin, north)
    ada = await visitor(north, "ada", "lead")
    assert "Has no link to their own page" in (await ada.get(opener(north))).text  # this service sends no mail
    assert len(await mailed(worker_pool, box, north)) == 1
    assert "Has a link to their own page, until" in (await ada.get(opener(north))).text


async def test_what_a_contact_said_is_told_to_them_and_not_of_them(api, visitor, worker_pool, north):
    admin = await api(north, "cleo", "administrator")
    await opened(admin, north)
    about = "insert into signal (project_id, contact_id, kind, response, aspect, value, about) values ($1, $2, 'survey', 'r1', $3, $4, 'people')"  # noqa: E501 - one statement
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for aspect, value in (("recommendation", 9), ("commitment", 4)):
            await tx.execute(about, north.delivery, north.contacts["oak"], aspect, value)
    page = (await (await visitor(language="fi")).get(await page_link(admin, north))).text
    assert ["Suosittelisitko meitä: 9" in page, "Tekisitkö kanssamme töitä uudelleen: 4" in page] == [True, True]
    assert "koskee lähinnä ihmisiä" in page
