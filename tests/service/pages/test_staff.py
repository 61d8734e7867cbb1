"""The list of people: found by typing, a page at a time, added, corrected, ended with a way back."""

import re
from html import unescape


def filled(text):
    """The fields of a page's forms, as a browser would send them."""
    return {name: unescape(value) for name, value in re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', text)}


async def test_people_are_found_by_typing_and_listed_a_page_at_a_time(visitor, colleagues, north):
    await colleagues(north, *(f"Person {n:03}" for n in range(60)), "100%_sure")
    hr = await visitor(north, "cleo", "hr")
    first = (await hr.get("/people")).text
    older = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    names = re.findall(r"<b>(Person \d+)</b>", first + (await hr.get(older)).text)
    assert names == [f"Person {n:03}" for n in range(60)]
    assert re.findall(r"<b>([^<]+)</b></a>", (await hr.get("/people", params={"q": "%_S"})).text) == ["100%_sure"]
    assert "Nobody of that name" in (await hr.get("/people", params={"q": "Dora"})).text
    assert ("/people/new" in first, "Edit" in first) == (False, False)


async def test_an_administrator_adds_somebody_and_corrects_and_empties_fields(visitor, north):
    admin = await visitor(north, "cleo", "administrator")
    made = await admin.send_form(
        "/people/new", "/people", name="<b>Iris</b>", title="Seller", email="iris@north.example"
    )
    assert "&lt;b&gt;Iris&lt;/b&gt;" in made.text
    changed = await admin.send_form(
        made.url.path, made.url.path, name="Iris", email="iris@north.example", role="seller"
    )
    assert 'value="Seller"' not in changed.text
    wrong = await admin.send_form(made.url.path, made.url.path, name="Iris", email="nowhere")
    assert (wrong.status_code, 'aria-invalid="true"' in wrong.text, 'value="nowhere"' in wrong.text) == (
        422,
        True,
        True,
    )


async def test_an_address_is_one_persons_until_they_leave(visitor, api, north):
    admin = await visitor(north, "cleo", "administrator")
    dora = {"name": "Dora", "email": "dora@north.example"}
    first = await admin.send_form("/people/new", "/people", **dora)
    twice = await admin.send_form("/people/new", "/people", name="Dora Two", email="DORA@north.example")
    assert (twice.status_code, "Somebody else has this address." in twice.text) == (422, True)
    edit = f"/people/{north.ben}/edit"
    taken = await admin.send_form(edit, edit, name="Ben", email="dora@north.example")
    assert (taken.status_code, "Somebody else has this address." in taken.text) == (422, True)
    assert 'value="dora@north.example"' in taken.text
    program = await api(north, "cleo", "administrator")
    refused = await program.post("/api/people", json=dora)
    assert (refused.status_code, refused.json()["code"], refused.json()["detail"]["field"]) == (
        409,
        "already_exists",
        "email",
    )
    here = first.url.path
    await admin.send_form(here, here, **dora, title="Seller")  # her own address is no hindrance
    await admin.send_form(here, here.replace("/edit", "/end"))
    again = await admin.send_form("/people/new", "/people", **dora)
    assert again.status_code == 200
    back = await admin.send_form(here, here.replace("/edit", "/return"))
    assert back.status_code == 409


async def test_what_another_wrote_meanwhile_is_told_before_it_is_written_over(visitor, north):
    first, other = await visitor(north, "cleo", "administrator"), await visitor(north, "ada", "administrator")
    edit = f"/people/{north.ben}/edit"
    fields = filled((await first.get(edit)).text)
    stale = await first.post(edit, data=fields | {"csrf": "of before", "name": "Benjamin the Elder"})
    assert (stale.status_code, stale.text.count("<textarea")) == (403, 1)  # the name; not what the form remembers
    await other.send_form(edit, edit, name="Ben", title="Seller")
    told = await first.post(edit, data=fields | {"title": "Carer"})
    assert (told.status_code, "Meanwhile this became “Seller”." in told.text) == (422, True)
    assert 'value="Carer"' in told.text
    assert told.text.count("Meanwhile") == 1
    assert filled(told.text)["email"] == ""  # which the other emptied, and the first left alone
    saved = await first.post(edit, data=filled(told.text))
    assert (saved.status_code, 'value="Carer"' in saved.text) == (200, True)


async def test_ending_an_employment_signs_out_at_once_and_can_be_taken_back(visitor, north):
    admin, ben = await visitor(north, "cleo", "administrator"), await visitor(north, "ben")
    path = f"/people/{north.ben}"
    assert (await ben.get("/")).url.path == "/"
    ended = await admin.send_form(f"{path}/edit", f"{path}/end")
    assert "Ben has left." in ended.text
    assert (await ben.get("/")).url.path == "/sign-in"
    await admin.send_form(ended.url.raw_path.decode(), f"{path}/return")
    assert (await ben.get("/")).url.path == "/"
