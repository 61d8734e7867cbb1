"""The mail of a survey over a real SMTP server: one, one reminder, none twice, none where none is wished for."""

import asyncio
import re
from urllib.parse import urlsplit

import pytest

from service import worker
from service.base import db
from service.base.config import Settings
from service.flows import survey_mail
from service.jobs import jobs_with
from tests.service.pages.mailbox import address

REMINDER_NOW = (
    "update slot set due_at = now() - interval '1 minute' where job = 'survey_mail' and key like '%-reminder'"
)


@pytest.fixture
async def asked(api, worker_pool, north):
    """A contact with an address, asked about a project that ended; the client and the survey."""
    admin = await api(north, "cleo", "administrator")
    contact = {"email": address(north), "language": "fi"}
    await admin.patch(f"/api/contacts/{north.contacts['oak']}", json=contact)
    change = {"ended_at": "2026-06-01T00:00:00Z", "outcome": "done"}
    await admin.patch(f"/api/projects/{north.delivery}", json=change)
    await worker.deliver(worker_pool, north.organization_id, worker.SUBSCRIBERS)
    return admin


async def work(pool, box):
    await worker.take(pool, asyncio.Event(), worker.Duties(jobs_with(box.settings)))


async def listed(client, cast):
    (survey,) = (await client.get(f"/api/projects/{cast.delivery}/surveys")).json()["items"]
    return survey


async def test_the_mail_brings_a_link_that_answers(asked, box, worker_pool, north, visitor):
    await work(worker_pool, box)
    (mail,) = box.to(north)
    assert mail["Subject"] == "Miten meni: North delivery?"
    url = re.search(r"https://\S+", mail.get_content())[0]
    assert url.startswith("https://talkoot.example/s/tl_")
    answer = await (await visitor()).post(urlsplit(url).path, data={"satisfaction": "5"})
    assert answer.status_code == 200
    assert (await listed(asked, north))["answered_at"]
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(REMINDER_NOW)
    await work(worker_pool, box)
    assert len(box.to(north)) == 1  # who has answered is not reminded


async def test_one_reminder_and_no_more_and_only_its_link_works(asked, box, worker_pool, north, visitor):
    await work(worker_pool, box)
    for _ in range(3):
        async with db.tenant(worker_pool, north.organization_id) as tx:
            await tx.execute(REMINDER_NOW + " and state = 'due'")
        await work(worker_pool, box)
    first, second = [urlsplit(re.search(r"https://\S+", mail.get_content())[0]).path for mail in box.to(north)]
    customer = await visitor()
    assert [(await customer.get(path)).status_code for path in (first, second)] == [404, 200]


async def test_a_worker_that_dies_after_sending_does_not_send_twice(asked, box, worker_pool, north, monkeypatch):
    async def dies(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(survey_mail.slots, "finish", dies)
        with pytest.raises(KeyboardInterrupt):
            await work(worker_pool, box)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update slot set lease_until = now() - interval '1 hour' where state = 'running'")
    await work(worker_pool, box)
    assert len(box.to(north)) == 1
    assert (await listed(asked, north))["mail_tried_at"]


async def test_a_server_that_refuses_for_now_is_tried_again(asked, box, worker_pool, north):
    box.answer = "451 later"
    await work(worker_pool, box)
    survey = await listed(asked, north)
    assert (box.to(north), survey["mail_tried_at"]) == ([], None)
    box.answer = "250 kept"
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(
            "update slot set due_at = now() - interval '1 minute' where job = 'survey_mail' and state = 'due'"
            " and key not like '%-reminder'"
        )
    await work(worker_pool, box)
    assert len(box.to(north)) == 1


async def test_without_a_mail_server_nothing_waits(asked, worker_pool, north):
    await worker.take(worker_pool, asyncio.Event(), worker.Duties(jobs_with(Settings())))
    assert (await listed(asked, north))["mail_tried_at"] is None
    async with db.tenant(worker_pool, north.organization_id) as tx:
        states = await tx.fetch("select state from slot where job = 'survey_mail' and key not like '%-reminder'")
    assert [row["state"] for row in states] == ["done"]
