"""Signed notes: at once, never scored, seen by two people, hidden by either from their own eyes."""

from uuid import uuid4

import pytest

NOTE = "You explained it so that the customer laughed."


async def texts(client, which):
    return [note["message"] for note in (await client.get("/api/notes", params={"which": which})).json()["items"]]


@pytest.fixture
async def noted(api, north):
    """Ben has written to Ada: the clients of both, and the note."""
    ben, ada = await api(north, "ben"), await api(north, "ada")
    answer = await ben.post("/api/notes", json={"receiver_id": str(north.ada), "message": NOTE})
    assert answer.status_code == 201
    return ben, ada, answer.json()


async def test_a_note_is_there_at_once_with_its_authors_name(noted, north):
    ben, ada, note = noted
    assert (note["author"], note["receiver"], note["author_id"]) == ("Ben", "Ada", str(north.ben))
    assert (await ada.get("/api/notes")).json()["items"] == [note]
    assert await texts(ben, "written") == [NOTE]
    assert await texts(ben, "received") == await texts(ada, "written") == []


@pytest.mark.parametrize("role", ["employee", "lead", "hr", "administrator"])
async def test_nobody_else_reads_it_in_any_role(api, north, noted, role):
    cleo = await api(north, "cleo", role)
    assert await texts(cleo, "received") == await texts(cleo, "written") == []
    for act in ("hide", "show"):
        assert (await cleo.post(f"/api/notes/{noted[2]['id']}/{act}")).status_code == 404


async def test_each_hides_it_from_their_own_eyes_and_may_bring_it_back(noted):
    ben, ada, note = noted
    for me, which, other, others in ((ada, "received", ben, "written"), (ben, "written", ada, "received")):
        assert (await me.post(f"/api/notes/{note['id']}/hide")).status_code == 204
        assert (await texts(me, which), await texts(other, others)) == ([], [NOTE])
        assert (await me.post(f"/api/notes/{note['id']}/show")).status_code == 204
        assert await texts(me, which) == [NOTE]


async def test_a_note_goes_to_a_colleague_who_is_there(api, north, south):
    ben = await api(north, "ben")
    for receiver, status, code in (
        (north.ben, 409, "not_to_self"),
        (south.dora, 422, "unknown_reference"),
        (uuid4(), 422, "unknown_reference"),
    ):
        refused = await ben.post("/api/notes", json={"receiver_id": str(receiver), "message": NOTE})
        assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_a_repeated_note_is_one(api, north):
    ben = await api(north, "ben")
    body = {"receiver_id": str(north.ada), "message": NOTE}
    for _ in range(2):
        await ben.post("/api/notes", json=body, headers={"idempotency-key": "n"})
    assert await texts(ben, "written") == [NOTE]


async def test_notes_come_newest_first_a_page_at_a_time(api, north):
    ben = await api(north, "ben")
    for number in range(3):
        await ben.post("/api/notes", json={"receiver_id": str(north.ada), "message": f"Note {number}"})
    first = (await ben.get("/api/notes?which=written&limit=2")).json()
    rest = (await ben.get("/api/notes", params={"which": "written", "after": first["next"]})).json()
    assert [one["message"] for one in first["items"] + rest["items"]] == ["Note 2", "Note 1", "Note 0"]
    assert rest["next"] is None
