"""The page of runs: what is told of them, and asking for one."""

import asyncio
import re

import pytest

from service import worker
from service.base import db


async def test_who_operates_scoring_asks_for_a_run_and_sees_it_through(visitor, worker_pool, north):
    admin = await visitor(north, "cleo", "administrator")
    assert "Nothing has been scored yet." in (await admin.get("/scoring")).text
    asked = await admin.send_form("/scoring", "/scoring")
    assert all(told in asked.text for told in ("Asked for. It is published as soon as it is done.", "waits its turn"))
    waiting = await admin.get("/scoring")
    assert (waiting.headers["refresh"], "Score now" in waiting.text) == ("3", False)
    await worker.take(worker_pool, asyncio.Event(), worker.Duties())
    done = await admin.get("/scoring")
    assert ("refresh" in done.headers, "published" in done.text, "Score now" in done.text) == (False, True, True)
    assert "Cleo" in done.text


async def test_a_run_that_failed_says_why_and_that_it_is_tried_again(visitor, worker_pool, north):
    async def night(pool, organization_id, claim):
        raise ArithmeticError("a <b>variance</b> came out negative")

    hr = await visitor(north, "cleo", "hr")
    await hr.send_form("/scoring", "/scoring")
    await worker.take(worker_pool, asyncio.Event(), worker.Duties({"scoring_now": worker.Job(night)}))
    page = (await hr.get("/scoring")).text
    assert "ArithmeticError: a &lt;b&gt;variance&lt;/b&gt; came out negative It is tried again." in page


async def test_more_than_ten_waiting_are_refused_with_a_reason(visitor, worker_pool, north):
    hr = await visitor(north, "cleo", "hr")
    csrf = re.search(r'name="csrf" value="([^"]+)"', (await hr.get("/scoring")).text)[1]
    answers = [await hr.post("/scoring", data={"csrf": csrf}) for _ in range(11)]
    assert all("Asked for." in answer.text for answer in answers[:10])
    assert (answers[10].status_code, "Ten runs wait already" in answers[10].text) == (409, True)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update slot set state = 'skipped'")
    assert "Nothing has been scored yet." in (await hr.get("/scoring")).text


@pytest.mark.parametrize("who", ["ada", "ben"])
async def test_others_are_not_let_in(visitor, north, who):
    assert (await (await visitor(north, who)).get("/scoring")).status_code == 403
