"""My profile and settings, without a script: written, mended, undone, hidden; whatever is typed stays text."""

import pytest

from service.base import db

XSS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7*7 }}${7*7}",
    "</textarea><svg onload=alert(1)>",
    "javascript:alert(1)",
    "&lt;b&gt;",
)
FIELDS = ("words", "responsibilities", "background", "education", "wish", "skills", "title")


async def test_what_i_write_is_what_others_see_and_it_can_be_undone(visitor, north):
    ben, ada = await visitor(north, "ben"), await visitor(north, "ada")
    mine = f"/people/{north.ben}"
    assert "Tell in your own words" in (await ben.get(mine)).text
    assert "Tell in your own words" not in (await ada.get(mine)).text
    form = {"name": "Ben", "words": "Boats.", "skills": "Maps, Finnish\nMaps", "takes_part": "yes", "wish": "Harbours."}
    saved = await ben.send_form("/me/profile", "/me/profile", **form)
    assert "Saved. This is what others see." in saved.text
    seen = (await ada.get(mine)).text
    for text in ("Boats.", "Harbours.", '<li class="pill">Maps</li><li class="pill">Finnish</li>'):
        assert text in seen
    assert "/me/profile" not in seen
    undone = await ben.send_form(str(saved.url), "/me/profile/undo")
    assert "As it was before." in undone.text
    assert "Boats." not in (await ada.get(mine)).text


async def test_what_does_not_fit_is_kept_and_says_what_to_mend(visitor, north):
    ben = await visitor(north, "ben")
    skills = "\n".join(f"Skill {n}" for n in range(31))
    shown = await ben.send_form(
        "/me/profile", "/me/profile", name=" ", words="x" * 4001, skills=skills, wish="w" * 1001
    )
    assert shown.status_code == 422
    for text in ("What are you called?", "4000 characters fit", "1000 characters fit", "Choose the 30", "Skill 30"):
        assert text in shown.text
    assert shown.text.count('aria-invalid="true"') == 4
    assert "Skill 30" not in (await ben.get(f"/people/{north.ben}")).text


async def test_every_field_stays_text(visitor, north):
    ben = await visitor(north, "ben")
    hostile = "\n".join(XSS)
    await ben.send_form(
        "/me/profile", "/me/profile", name=XSS[1], **{**dict.fromkeys(FIELDS, hostile), "title": XSS[0]}
    )
    pages = [f"/people/{north.ben}", "/me/profile", "/settings", "/", f"/people/{north.ben}?done={XSS[0]}-{XSS[1]}"]
    pages += [
        f"/people/{north.ben}?done=hidden-../../../sign-out",
        "/settings?done=%3Cscript%3E",
        "/me/scores?about=%3Csvg",
    ]
    for path in pages:
        text = (await ben.get(path)).text
        for whole in ("<script>alert", "<img src=x", "<svg onload", "' onmouseover='", ">49<", "sign-out/show"):
            assert whole not in text, path
    ada = await visitor(north, "ada")
    assert "<script>alert" not in (await ada.get(f"/people/{north.ben}")).text


async def test_a_project_is_hidden_from_my_history_and_shown_again(visitor, north):
    ben, ada = await visitor(north, "ben"), await visitor(north, "ada")
    mine, path = f"/people/{north.ben}", f"/me/profile/projects/{north.delivery}"
    assert "North delivery" in (await ada.get(mine)).text
    hidden = await ben.send_form(mine, f"{path}/hide")
    assert "Hidden from your history" in hidden.text
    assert hidden.text.count(f"{path}/show") == 2  # beside it, and in the toast
    assert "North delivery" not in (await ada.get(mine)).text
    await ben.send_form(mine, f"{path}/show")
    assert "North delivery" in (await ada.get(mine)).text


async def test_settings_are_kept_and_told_in_the_language_chosen(visitor, north, worker_pool):
    ben = await visitor(north, "ben")
    page = (await ben.get("/settings")).text
    assert "does not send mails yet" in page
    assert "Nobody has looked yet" in page
    spoken = await ben.send_form("/settings", "/settings/language", language="fi")
    assert "Tallennettu. Talkoot puhuu" in spoken.text
    mailed = await ben.send_form("/settings", "/settings/mails", thanks="yes")
    assert 'name="thanks" value="yes" checked' in mailed.text
    assert 'name="decided" value="yes">' in mailed.text
    async with db.tenant(worker_pool, north.organization_id) as tx:
        kept = await tx.fetch("select kind, wanted from mail_choice where person_id = $1 order by kind", north.ben)
        assert await tx.fetchval("select language from person where id = $1", north.ben) == "fi"
    assert [tuple(row) for row in kept] == [("asked", False), ("decided", False), ("note", False), ("thanks", True)]


@pytest.mark.parametrize(("name", "heading"), [("ada", "Worked"), ("cleo", "Nobody knows yet")])
async def test_home_offers_one_next_act(visitor, north, name, heading):
    page = (await (await visitor(north, name)).get("/")).text
    act = page.split('class="next-act"')[1].split("</section>")[0]
    assert act.count('class="button"') == 1
    assert {"Worked": "You worked with Ben"}.get(heading, heading) in act
