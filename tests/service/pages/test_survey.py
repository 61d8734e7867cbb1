"""A customer answers by a link: once, in a minute, without an account; and nobody is nagged."""

import asyncio
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from service import worker
from service.auth.lookup import hash_of
from service.base import db

ANSWER = {"satisfaction": "4", "recommendation": "9", "words": "You listened to us.", "show_name": "true"}


async def asked(client, cast, contact="oak", project="delivery"):
    given = {"contact_id": str(cast.contacts[contact])}
    answer = await client.post(f"/api/projects/{cast.projects[project]}/surveys", json=given)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def link(client, cast, **which):
    survey = await asked(client, cast, **which)
    made = await client.post(f"/api/surveys/{survey}/link")
    assert made.status_code == 201, made.text
    return survey, urlsplit(made.json()["url"]).path


async def signals(client, cast):
    return (await client.get(f"/api/projects/{cast.delivery}/signals")).json()["items"]


async def test_an_answer_is_one_voice_and_its_words_reach_the_project(api, visitor, north):
    lead = await api(north, "cleo", "administrator")
    survey, path = await link(lead, north)
    customer = await visitor()
    page = await customer.get(path)
    assert (page.status_code, "North delivery" in page.text, "North" in page.text) == (200, True, True)
    thanks = await customer.send_form(path, path, **ANSWER)
    assert (thanks.status_code, "Thank you" in thanks.text) == (200, True)
    heard = await signals(await api(north, "ben"), north)
    assert {one["aspect"]: one["value"] for one in heard} == {"satisfaction": 4, "recommendation": 9}
    assert {one["response"] for one in heard} == {heard[0]["response"]}
    assert {(one["kind"], one["contact_id"]) for one in heard} == {("survey", str(north.contacts["oak"]))}
    assert [one["comment"] for one in heard if one["comment"]] == ["You listened to us."]
    (listed,) = (await lead.get(f"/api/projects/{north.delivery}/surveys")).json()["items"]
    assert listed["id"] == survey
    assert listed["answered_at"]


@pytest.mark.parametrize("allowed", [True, False])
async def test_words_are_shown_with_a_name_where_the_customer_allows_it(api, visitor, north, worker_pool, allowed):
    _, path = await link(await api(north, "cleo", "administrator"), north)
    said = ANSWER if allowed else {key: value for key, value in ANSWER.items() if key != "show_name"}
    customer = await visitor()
    await customer.send_form(path, path, **said)
    ben, ada = await visitor(north, "ben"), await visitor(north, "ada", "lead")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        name = await tx.fetchval("select name from contact where id = $1", north.contacts["oak"])
    for page in (await ben.get("/"), await ada.get(f"/team/projects/{north.delivery}"), await ada.get("/team")):
        assert "You listened to us." in page.text
        assert (f"<footer>{name}, " in page.text) == allowed


async def test_looking_changes_nothing_and_answering_works_once(api, visitor, north):
    lead = await api(north, "cleo", "administrator")
    _, path = await link(lead, north)
    customer = await visitor()
    for _ in range(3):  # mail scanners look first
        assert (await customer.get(path)).status_code == 200
    answers = await asyncio.gather(*(customer.post(path, data=ANSWER) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404, 404]
    assert len(await signals(lead, north)) == 2
    assert (await customer.get(path)).status_code == 404


async def test_used_replaced_and_invented_links_look_the_same(api, visitor, north):
    lead = await api(north, "cleo", "administrator")
    survey, old = await link(lead, north)
    new = urlsplit((await lead.post(f"/api/surveys/{survey}/link")).json()["url"]).path
    customer = await visitor()
    gone = await customer.get(old)
    invented = await customer.get("/s/tl_" + "a" * 43)
    assert (gone.status_code, gone.text.replace(old, "")) == (404, invented.text.replace("/s/tl_" + "a" * 43, ""))
    assert (await customer.get(new)).status_code == 200
    again = await lead.post(f"/api/surveys/{survey}/link")
    assert again.status_code == 201
    await customer.post(urlsplit(again.json()["url"]).path, data=ANSWER)
    refused = await lead.post(f"/api/surveys/{survey}/link")
    assert (refused.status_code, refused.json()["code"]) == (409, "survey_already_answered")


async def test_a_link_opens_nothing_but_its_survey(api, service, visitor, north):
    _, path = await link(await api(north, "cleo", "administrator"), north)
    secret = path.removeprefix("/s/")
    customer = await visitor()
    customer.cookies.set("talkoot_session", secret)
    assert "/sign-in" in str((await customer.get("/")).url)
    bearer = {"authorization": f"Bearer {secret}"}
    assert (await customer.get("/api/boards", headers=bearer)).status_code == 401


async def test_secrets_of_links_are_kept_nowhere(api, worker_pool, north):
    lead = await api(north, "cleo", "administrator")
    survey = await asked(lead, north)
    headers = {"idempotency-key": "once"}
    made = await lead.post(f"/api/surveys/{survey}/link", headers=headers)
    secret = made.json()["url"].rpartition("/")[2]
    again = await lead.post(f"/api/surveys/{survey}/link", headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "shown_once")
    assert len(secret) > 3 + 22  # over 128 bits
    async with db.tenant(worker_pool, north.organization_id) as tx:
        stored = await tx.fetchval("select hash from credential where kind = 'link'")
        texts = await tx.fetch("select payload::text as t from event union all select reason from retraction")
    assert stored == hash_of(secret)
    assert not any(secret in row["t"] for row in texts)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"words": "   "},
        {"satisfaction": "6"},
        {"satisfaction": "good"},
        {"recommendation": "11"},
        {"about": "weather"},
        {"words": "x" * 4001},
        {"words": "\0"},
        {"satisfaction": "4", "unknown": "1"},
    ],
)
async def test_nonsense_is_told_and_uses_nothing_up(api, visitor, north, sent):
    lead = await api(north, "cleo", "administrator")
    _, path = await link(lead, north)
    customer = await visitor()
    answer = await customer.post(path, data=sent)
    assert answer.status_code == 422
    assert "Say at least one thing" in answer.text
    assert await signals(lead, north) == []
    assert (await customer.post(path, data=ANSWER)).status_code == 200


async def test_another_site_cannot_answer(api, visitor, north):
    lead = await api(north, "cleo", "administrator")
    _, path = await link(lead, north)
    refused = await (await visitor()).post(path, data=ANSWER, headers={"sec-fetch-site": "cross-site"})
    assert refused.status_code == 403
    assert await signals(lead, north) == []


async def test_it_speaks_the_contacts_language(api, visitor, north):
    admin = await api(north, "cleo", "administrator")
    await admin.patch(f"/api/contacts/{north.contacts['oak']}", json={"language": "fi"})
    _, path = await link(admin, north)
    page = await (await visitor(language="en")).get(path)
    assert "Miten meni?" in page.text


async def test_how_often_to_ask_is_the_contacts_own_choice(api, visitor, north):
    admin = await api(north, "cleo", "administrator")
    _, path = await link(admin, north)
    await (await visitor()).post(path, data={**ANSWER, "rhythm": "never", "channel": "phone"})
    contact = (await admin.get(f"/api/contacts/{north.contacts['oak']}")).json()
    assert (contact["rhythm"], contact["channel"]) == ("never", "phone")
    given = {"contact_id": str(north.contacts["oak"])}
    refused = await admin.post(f"/api/projects/{north.opportunity}/surveys", json=given)
    assert (refused.status_code, refused.json()["code"]) == (409, "contact_not_asked")


async def ended(client, pool, cast, project="delivery"):
    change = {"ended_at": "2026-06-01T00:00:00Z", "outcome": "done"}
    answer = await client.patch(f"/api/projects/{cast.projects[project]}", json=change)
    assert answer.status_code == 200, answer.text
    await worker.deliver(pool, cast.organization_id, worker.SUBSCRIBERS)
    return (await client.get(f"/api/projects/{cast.projects[project]}/surveys")).json()["items"]


async def test_the_end_of_a_project_asks_its_customer_once(api, worker_pool, north):
    admin = await api(north, "cleo", "administrator")
    await admin.patch(f"/api/contacts/{north.contacts['oak']}", json={"email": "oak@customer.example"})
    (survey,) = await ended(admin, worker_pool, north)
    assert (survey["contact_id"], survey["asked_by_id"]) == (str(north.contacts["oak"]), None)
    await admin.patch(f"/api/projects/{north.delivery}", json={"ended_at": None, "outcome": None})
    assert len(await ended(admin, worker_pool, north)) == 1
    assert await ended(admin, worker_pool, north, "development") == []  # asked a moment ago


async def test_those_without_address_or_wish_are_left_in_peace(api, worker_pool, north):
    admin = await api(north, "cleo", "administrator")
    assert await ended(admin, worker_pool, north) == []
    wish = {"email": "oak@customer.example", "rhythm": "never"}
    await admin.patch(f"/api/contacts/{north.contacts['oak']}", json=wish)
    assert await ended(admin, worker_pool, north, "development") == []


async def test_who_answered_a_moment_ago_is_asked_by_no_projects_end_before_their_rhythm_is_over(
    api, worker_pool, north
):
    admin = await api(north, "cleo", "administrator")
    wish = {"email": "oak@customer.example", "rhythm": "quarterly"}
    await admin.patch(f"/api/contacts/{north.contacts['oak']}", json=wish)
    late = "insert into survey (project_id, contact_id, asked_at, answered_at) values ($1, $2, now() - interval '100 days', now())"  # noqa: E501 - one statement
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(late, north.delivery, north.contacts["oak"])
    assert await ended(admin, worker_pool, north, "development") == []


async def test_only_those_concerned_ask(api, north, south):
    given = {"contact_id": str(north.contacts["oak"])}
    path = f"/api/projects/{north.delivery}/surveys"
    assert (await (await api(north, "ben")).post(path, json=given)).status_code == 403
    assert (await (await api(south, "dora", "administrator")).post(path, json=given)).status_code == 404
    other = {"contact_id": str(north.contacts["pine"])}  # of another customer
    assert (await (await api(north, "ada", "lead")).post(path, json=other)).status_code == 404
    survey = await asked(await api(north, "ada", "lead"), north)
    stranger = await api(south, "dora", "administrator")
    assert (await stranger.post(f"/api/surveys/{survey}/link")).status_code == 404


async def test_a_lead_gets_no_link_for_the_answer_is_about_them(api, north):
    ada = await api(north, "ada", "lead")
    survey = await asked(ada, north)
    refused, invented = [await ada.post(f"/api/surveys/{one}/link") for one in (survey, uuid4())]
    assert (refused.status_code, refused.text) == (403, invented.text)
