"""A person corrects their own words; where they work and what they may do is not theirs to say."""

import pytest


async def test_i_correct_my_own_name_and_title(api, north):
    ben = await api(north, "ben")
    answer = await ben.patch("/api/people/me", json={"name": "Benjamin", "title": "Baker"})
    assert (answer.status_code, answer.json()["name"], answer.json()["title"]) == (200, "Benjamin", "Baker")
    assert (await ben.get(f"/api/people/{north.ben}")).json()["name"] == "Benjamin"


@pytest.mark.parametrize("body", [{}, {"role": "lead"}, {"left_at": None}, {"email": "a@b.example"}, {"name": " "}])
async def test_nothing_else_of_me_is_mine_to_change(api, north, body):
    assert (await (await api(north, "ben")).patch("/api/people/me", json=body)).status_code == 400


async def test_a_program_is_nobody_to_correct(api, north):
    assert (await (await api(north, role="service")).patch("/api/people/me", json={"name": "X"})).status_code == 409
