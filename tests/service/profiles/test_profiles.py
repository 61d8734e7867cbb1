"""Profiles: one's own words, in one's own hands; the history by itself, without what its owner hides."""

from uuid import uuid4

import pytest

from service.base import db
from service.profiles.actions import forget_before

WORDS = {
    "words": "I like boats and clear <b>words</b>.",
    "responsibilities": "The harbour.",
    "background": "Ten years at sea.",
    "education": "A school.",
    "wish": "Something with maps.",
    "takes_part": True,
    "skills": ["Maps", "Finnish", "Maps"],
}


async def read(client, person_id):
    return (await client.get(f"/api/people/{person_id}/profile")).json()


async def test_my_words_are_read_by_everyone_and_those_of_others_cannot_be_written(api, north):
    ben, ada = await api(north, "ben"), await api(north, "ada")
    assert (await read(ada, north.ben))["profile"] == {
        **dict.fromkeys(WORDS), "person_id": str(north.ben), "takes_part": False, "skills": [], "changed_at": None
    }  # fmt: skip
    written = (await ben.put("/api/me/profile", json=WORDS)).json()
    assert written["skills"] == ["Maps", "Finnish"]
    assert (await read(ada, north.ben))["profile"] == written
    assert (await read(ben, north.ada))["profile"]["words"] is None


async def test_a_change_is_undone_and_done_again_until_the_night_forgets_it(api, north, worker_pool):
    ben = await api(north, "ben")
    await ben.put("/api/me/profile", json=WORDS)
    await ben.put("/api/me/profile", json={"words": "Shorter."})
    for words, skills in ((WORDS["words"], ["Maps", "Finnish"]), ("Shorter.", [])):
        undone = (await ben.post("/api/me/profile/undo", headers={"Idempotency-Key": str(uuid4())})).json()
        assert (undone["words"], undone["skills"], undone["takes_part"]) == (words, skills, bool(skills))
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await forget_before(tx)
        assert await tx.fetchval("select count(*) from profile where before is not null") == 0
    undone = (await ben.post("/api/me/profile/undo", headers={"Idempotency-Key": str(uuid4())})).json()
    assert undone["words"] == "Shorter."


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": "x" * 4001},
        {"words": " "},
        {"skills": ["ok", " "]},
        {"skills": ["a\0b"]},
        {"skills": ["x" * 101]},
        {"skills": [f"skill {n}" for n in range(31)]},
        {"salary": "1"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_what_does_not_fit_is_refused_and_changes_nothing(api, north, wrong):
    ben = await api(north, "ben")
    await ben.put("/api/me/profile", json=WORDS)
    assert (await ben.put("/api/me/profile", json=wrong)).status_code == 400
    assert (await read(ben, north.ben))["profile"]["words"] == WORDS["words"]


async def test_the_history_fills_itself_and_its_owner_hides_from_it(api, north):
    ben, ada = await api(north, "ben"), await api(north, "ada")
    (part,) = [one for one in (await read(ada, north.ben))["projects"] if one["project_id"] == str(north.delivery)]
    assert (part["project"], part["hidden"]) == ("North delivery", False)
    path = f"/api/me/profile/projects/{north.delivery}"
    assert (await ben.post(f"{path}/hide")).status_code == 204
    assert str(north.delivery) not in {one["project_id"] for one in (await read(ada, north.ben))["projects"]}
    (own,) = [one for one in (await read(ben, north.ben))["projects"] if one["project_id"] == str(north.delivery)]
    assert own["hidden"]
    assert (await ben.post(f"{path}/show")).status_code == 204
    assert str(north.delivery) in {one["project_id"] for one in (await read(ada, north.ben))["projects"]}
    assert (await ben.post(f"/api/me/profile/projects/{uuid4()}/hide")).status_code == 404


async def test_my_data_holds_my_profile(api, north):
    ben = await api(north, "ben")
    await ben.put("/api/me/profile", json=WORDS)
    await ben.patch("/api/me/mails", json={"thanks": True})
    kept = (await ben.get("/api/me/data")).json()["data"]
    assert kept["own_profile"][0]["words"] == WORDS["words"]
    assert [one["skill"] for one in kept["skills"]] == ["Maps", "Finnish"]
    assert kept["mails"] == [{"kind": "thanks", "wanted": True}]
