"""Thanking someone: quick, once, mendable, and for a minute revocable."""

import re
from datetime import UTC, datetime, timedelta

import pytest

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "</textarea><b>",
    "\u202eabc",
    "%(name)s",
)


async def thank(browser, **fields):
    return await browser.send_form("/kudos/new", "/kudos/new", **fields)


async def messages(browser, person_id):
    text = (await browser.get(f"/people/{person_id}")).text
    return re.findall(r'<blockquote class="thanks"><p>(.*?)</p>', text, re.DOTALL)


async def test_thanks_by_name_reach_their_receiver(visitor, north):
    ben = await visitor(north, "ben")
    answer = await thank(
        ben, to="Ada", message="You listened first.", project_id=str(north.delivery), criterion="leading"
    )
    assert "Ada has your thanks." in answer.text
    assert await messages(ben, north.ada) == ["You listened first."]
    assert "You listened first." in (await (await visitor(north, "ada")).get("/")).text


async def test_a_form_sent_twice_thanks_once(visitor, north):
    ben = await visitor(north, "ben")
    form = (await ben.get("/kudos/new")).text
    fields = dict(re.findall(r'name="(csrf|key)" value="([^"]*)"', form)) | {"to": "Ada", "message": "Once."}
    answers = [await ben.post("/kudos/new", data=fields) for _ in range(2)]
    assert ["Ada has your thanks." in answer.text for answer in answers] == [True, True]
    assert await messages(ben, north.ada) == ["Once."]


async def test_nobody_can_take_anothers_form_for_their_own(visitor, north):
    ben, cleo = await visitor(north, "ben"), await visitor(north, "cleo")
    form = (await ben.get("/kudos/new")).text
    fields = dict(re.findall(r'name="(csrf|key)" value="([^"]*)"', form)) | {"to": "Ada", "message": "Mine."}
    assert (await cleo.post("/kudos/new", data=fields)).status_code == 403
    await ben.post("/kudos/new", data=fields)
    own = dict(re.findall(r'name="(csrf)" value="([^"]*)"', (await cleo.get("/kudos/new")).text))
    assert (await cleo.post("/kudos/new", data=fields | own)).status_code == 404


async def test_what_was_just_given_can_be_taken_back(visitor, north):
    ben = await visitor(north, "ben")
    sent = await thank(ben, to="Ada", message="Too soon.")
    undo = re.search(r'action="(/kudos/[^"]+/undo)"', sent.text)[1]
    answer = await ben.send_form(str(sent.url), undo)
    assert "Nobody sees it." in answer.text
    assert await messages(ben, north.ada) == []
    assert (await ben.post(undo)).status_code == 403  # without the form


async def test_after_a_minute_or_by_another_it_cannot(visitor, north, thanked):
    ben, cleo = await visitor(north, "ben"), await visitor(north, "cleo")
    now = datetime.now(UTC)
    old = await thanked(north, north.ben, north.ada, "Long ago.", now - timedelta(seconds=61))
    new = await thanked(north, north.ben, north.ada, "Just now.", now)
    csrf = re.search(r'name="csrf" value="([^"]*)"', (await ben.get("/")).text)[1]
    assert (await ben.post(f"/kudos/{old}/undo", data={"csrf": csrf})).status_code == 409
    here = {"referer": f"{str(ben.base_url).rstrip('/')}/boards?sent={new}"}  # as browsers say where a form stood
    told = await ben.post(f"/kudos/{old}/undo", data={"csrf": csrf}, headers=here)
    assert (told.url.path, told.url.query) == ("/boards", b"late=thanks")
    assert "These thanks can no longer be taken back: the minute for it has passed." in told.text
    elsewhere = here | {"referer": "https://elsewhere.example/boards"}
    assert (await ben.post(f"/kudos/{old}/undo", data={"csrf": csrf}, headers=elsewhere)).status_code == 409
    csrf = re.search(r'name="csrf" value="([^"]*)"', (await cleo.get("/")).text)[1]
    assert (await cleo.post(f"/kudos/{new}/undo", data={"csrf": csrf})).status_code == 404
    assert await messages(ben, north.ada) == ["Just now.", "Long ago."]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"message": "Thanks."}, "Whom would you like to thank?"),
        ({"to": "Nobody", "message": "Thanks."}, "Nobody here is called exactly that"),
        ({"to": " ben", "message": "Thanks."}, "nobody can thank themself"),
        ({"to": "Ada", "message": "  "}, "Say in a few words"),
        ({"to": "Ada", "message": "x" * 4001}, "4,000 characters"),
        ({"to": "Ada", "message": "Kept.", "project_id": "7"}, "There is no such project"),
        ({"to": "Ada", "message": "Kept.", "project_id": "00000000-0000-0000-0000-000000000000"}, "Choose again"),
        ({"to": "Ada", "message": "Kept.", "criterion": "beauty"}, "Choose again"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(visitor, north, fields, wrong):
    ben = await visitor(north, "ben")
    answer = await thank(ben, **fields)
    assert (answer.status_code, wrong in answer.text) == (422, True)
    assert f">{fields['message']}</textarea>" in answer.text
    assert f'name="to" value="{fields.get("to", "")}"' in answer.text
    assert await messages(ben, north.ada) == []


async def test_of_several_of_one_name_the_right_one_is_asked_for(visitor, north, colleagues):
    first, second = await colleagues(north, "Aino Niemi", "Aino Niemi")
    ben = await visitor(north, "ben")
    asked = await thank(ben, to="aino niemi", message="Which?")
    assert "Several people have this name" in asked.text
    assert set(re.findall(r'name="picked" value="([^"]+)"', asked.text)) == {str(first), str(second)}
    await thank(ben, to="aino niemi", message="Which?", picked=str(second))
    assert (await messages(ben, first), await messages(ben, second)) == ([], ["Which?"])


async def test_a_part_of_a_name_gives_people_to_choose_from_without_a_script(visitor, north, colleagues):
    many = await colleagues(north, *(f"Lauri {letter}" for letter in "ABCDEFGHIJKL"))
    ben = await visitor(north, "ben")
    asked = await thank(ben, to="lauri", message="Which?")
    offered = re.findall(r'name="picked" value="([^"]+)"', asked.text)
    assert "Do you mean one of these?" in asked.text
    assert offered == [str(one) for one in many[:10]]
    await thank(ben, to="lauri", message="Which?", picked=offered[3])
    assert await messages(ben, many[3]) == ["Which?"]
    one = await thank(ben, to="auri l", message="One is not chosen by itself.")
    assert re.findall(r'name="picked" value="([^"]+)"', one.text) == [str(many[11])]
    assert await messages(ben, many[11]) == []


@pytest.mark.parametrize("text", HOSTILE)
async def test_whatever_is_written_stays_text(visitor, north, colleagues, text):
    (odd,) = await colleagues(north, text)
    ben = await visitor(north, "ben")
    answer = await thank(ben, to_id=str(odd), message=text)
    page = (await ben.get(f"/people/{odd}")).text
    for html in (answer.text, page):
        for sign in ("<script>alert", "<img", "</textarea><b>", ">49<"):
            assert sign not in html
    assert len(await messages(ben, odd)) == 1


async def test_people_are_found_by_a_part_of_their_name(visitor, north, south, colleagues):
    await colleagues(north, "Väinö Åström", "Väinämö % Aalto")
    ben = await visitor(north, "ben")
    found = (await ben.get("/people/suggest", params={"q": "väin"})).json()
    assert [one["name"] for one in found] == ["Väinämö % Aalto", "Väinö Åström"]
    assert [one["name"] for one in (await ben.get("/people/suggest", params={"q": "%"})).json()] == ["Väinämö % Aalto"]
    assert (await ben.get("/people/suggest", params={"q": "Dora"})).json() == []
    assert (await ben.get("/people/suggest", params={"q": "Ben"})).json() == []
    assert (await ben.get("/people/suggest", params={"q": "\0"})).status_code == 200


async def test_a_link_chooses_person_and_project(visitor, north):
    ben = await visitor(north, "ben")
    page = (await ben.get(f"/kudos/new?to={north.ada}&project={north.delivery}")).text
    assert f'value="{north.ada}"' in page
    assert f'<option value="{north.delivery}" selected>' in page
