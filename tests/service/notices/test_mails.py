"""Mails about what happened: to those who want them, one each, and never anybody's words."""

import asyncio

import pytest
from aiosmtpd.controller import Controller

from service import worker
from service.base import db
from service.base.config import Settings
from service.jobs import jobs_with
from tests.service.conftest import free_port
from tests.service.pages.mailbox import Box

WORDS = "You carried the piano alone."


@pytest.fixture
async def mailed(worker_pool, north):
    """What Ben, who has an address, is mailed: ask again and again."""
    made, address = Box(), f"ben-{north.organization_id.hex[:8]}@north.example"
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


async def test_who_chose_nothing_gets_all_but_those_of_thanks(api, north):
    mails = (await (await api(north, "ben")).get("/api/me/mails")).json()
    assert mails == {"thanks": False, "note": True, "asked": True, "decided": True}


async def test_who_wants_them_gets_one_mail_each_in_their_language_without_the_words(api, north, mailed, worker_pool):
    ben, ada = await api(north, "ben"), await api(north, "ada")
    thanks = {"receiver_id": str(north.ben), "message": WORDS}
    await ada.post("/api/kudos", json=thanks)
    assert await mailed() == []  # not asked for
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert await tx.fetchval("select count(*) from slot where job = 'letters'") == 0  # nor is there work for it
    await ben.patch("/api/me/mails", json={"thanks": True})
    await ada.post("/api/kudos", json=thanks)
    await ada.post("/api/notes", json=thanks)
    sent = await mailed()
    assert sorted(mail["Subject"] for mail in sent) == ["Sait kiitoksen", "Sinulle on viesti"]
    for mail in sent:
        text = mail.get_content()
        assert "https://talkoot.example/" in text
        assert "https://talkoot.example/settings" in text
        assert WORDS not in text
    assert len(await mailed()) == len(sent)  # nothing twice
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
