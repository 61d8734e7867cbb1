"""Mails about what happened: to those who want them, one each, and never anybody's words."""

import asyncio
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

from service import worker
from service.base import db
from service.base.config import Settings
from service.jobs import jobs_with
from tests.service.conftest import free_port

WORDS = "You carried the piano alone."


class Mailed:
    """A mail server that keeps what it is given."""

    def __init__(self):
        self.kept = []

    async def handle_DATA(self, _, __, envelope):  # noqa: N802 - aiosmtpd's name for it
        self.kept.append(message_from_bytes(envelope.content, policy=default))
        return "250 kept"


@pytest.fixture
async def mailed(worker_pool, north):
    """What Ben, who has an address, is mailed: ask again and again."""
    made, address = Mailed(), f"ben-{north.organization_id.hex[:8]}@north.example"
    controller = Controller(made, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings = Settings(
        smtp_url=f"smtp://127.0.0.1:{controller.port}", mail_from="talkoot@north.example", url="https://talkoot.example"
    )
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set email = $1, language = 'fi' where id = $2", address, north.ben)

    async def to_ben():
        await worker.deliver(worker_pool, north.organization_id, worker.SUBSCRIBERS)
        await worker.take(worker_pool, asyncio.Event(), worker.Duties(jobs_with(settings)))
        return [mail for mail in made.kept if mail["To"] == address]

    yield to_ben
    controller.stop()


async def test_without_a_choice_all_come_but_thanks(api, north):
    mails = (await (await api(north, "ben")).get("/api/me/mails")).json()
    assert mails == {"thanks": False, "note": True, "asked": True, "decided": True}


async def test_who_wants_them_gets_one_mail_each_in_their_language_without_the_words(api, north, mailed):
    ben, ada = await api(north, "ben"), await api(north, "ada")
    thanks = {"receiver_id": str(north.ben), "message": WORDS}
    await ada.post("/api/kudos", json=thanks)
    assert await mailed() == []  # not asked for
    await ben.patch("/api/me/mails", json={"thanks": True, "note": True})
    await ada.post("/api/kudos", json=thanks)
    await ada.post("/api/notes", json=thanks)
    sent = await mailed()
    assert sorted(mail["Subject"] for mail in sent) == ["Sait kiitoksen", "Sinulle on viesti"]
    for mail in sent:
        text = mail.get_content()
        assert "https://talkoot.example/" in text
        assert WORDS not in text
    assert len(await mailed()) == len(sent)  # nothing twice
    assert "https://talkoot.example/settings" in next(one for one in sent if "kiit" in one["Subject"]).get_content()
    await ben.patch("/api/me/mails", json={"thanks": False, "note": False})
    await ada.post("/api/kudos", json=thanks)
    await ada.post("/api/notes", json=thanks)
    assert len(await mailed()) == len(sent)


async def test_thanks_taken_back_are_not_mailed(api, north, mailed, worker_pool):
    ben, ada = await api(north, "ben"), await api(north, "ada")
    await ben.patch("/api/me/mails", json={"thanks": True})
    given = (await ada.post("/api/kudos", json={"receiver_id": str(north.ben), "message": WORDS})).json()
    assert (await ben.post(f"/api/kudos/{given['id']}/hide")).status_code == 204
    assert await mailed() == []


async def test_a_server_that_is_away_loses_the_mail_and_stops_nothing(api, north, worker_pool):
    ben, ada = await api(north, "ben"), await api(north, "ada")
    await ben.patch("/api/me/mails", json={"thanks": True})
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set email = 'ben@north.example' where id = $1", north.ben)
    await ada.post("/api/kudos", json={"receiver_id": str(north.ben), "message": WORDS})
    away = Settings(smtp_url=f"smtp://127.0.0.1:{free_port()}", mail_from="talkoot@north.example")
    await worker.deliver(worker_pool, north.organization_id, worker.SUBSCRIBERS)
    await worker.take(worker_pool, asyncio.Event(), worker.Duties(jobs_with(away)))
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert await tx.fetch("select state from slot where job = 'notice_mail'") == [("done",)]
