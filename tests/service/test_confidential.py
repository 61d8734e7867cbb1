"""What an answer in confidence leaves behind in the database leads nobody back to who gave it, or to what was said."""

from hashlib import sha256

import asyncpg
import pytest

from service.base import db

KEPT = "select body_hash from idempotency where route = 'POST /api/feedback'"


@pytest.fixture
async def given(api, north):
    """Ben has answered about Ada, under a key; what he sent."""
    ben = await api(north, "ben")
    body = {"receiver_id": str(north.ada), "ratings": {"selling": 3}}
    request = ben.build_request("POST", "/api/feedback", json=body, headers={"idempotency-key": "f"})
    assert (await ben.send(request)).status_code == 201
    again = ben.build_request("POST", "/api/feedback", json=body, headers={"idempotency-key": "f"})
    assert (await ben.send(again)).headers["idempotent-replay"] == "true"
    other = body | {"ratings": {"selling": 4}}
    assert (await ben.post("/api/feedback", json=other, headers={"idempotency-key": "f"})).status_code == 422
    return request.content


async def test_the_hash_of_a_kept_request_cannot_be_tried_out(web_pool, north, given):
    async with db.tenant(web_pool, north.organization_id) as tx:
        (kept,) = [row[0] for row in await tx.fetch(KEPT)]
    tried = {
        sha256(b"\0".join((b"/api/feedback", b"", given.replace(b":3", f":{n}".encode())))).digest()
        for n in range(1, 6)
    }
    assert kept not in tried


@pytest.mark.parametrize(
    "query",
    [
        "select recorded_at from idempotency",
        "select ctid from idempotency",
        "select xmin from idempotency",
        "select at from feedback_answer",
        "select recorded_at from feedback_answer",
        "select ctid from feedback_answer",
        "select xmin from feedback_answer",
        "select answer from feedback_answer",
    ],
)
async def test_the_web_cannot_bring_a_caller_and_an_answer_together_by_time_or_order(web_pool, north, given, query):
    async with db.tenant(web_pool, north.organization_id) as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await tx.fetch(query)


async def test_the_event_of_an_answer_names_nobody(worker_pool, north, given):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        (event,) = await tx.fetch("select subject_id, payload from event where kind = 'feedback_given'")
    assert (event["subject_id"], event["payload"]) == (None, {})
