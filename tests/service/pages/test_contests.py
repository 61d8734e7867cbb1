"""Contesting by pages: from the score to the decision, without a script."""

import re
from datetime import UTC, datetime
from uuid import uuid4

from service.base import db


async def test_from_my_page_to_a_decision_that_i_am_told_of(visitor, north, published, worker_pool):
    await published(north, [north.ada])
    ada, cleo = await visitor(north, "ada"), await visitor(north, "cleo", "hr")
    page = (await ada.get("/me/scores")).text
    assert 'href="/contests/new?dimension=care"' in page
    sent = await ada.send_form("/contests/new?dimension=care", "/contests/new", words="I made five calls.")
    assert "I made five calls." in sent.text
    page = (await ada.get("/me/scores")).text
    assert page.count("contested</span>") == 1
    assert 'href="/contests/new?dimension=care"' not in page
    home = (await cleo.get("/")).text
    assert "1 thing that somebody contests waits for a decision." in home
    assert home.count('href="/contests"') == 2  # under Administration, in both menus
    waiting = (await cleo.get("/contests")).text
    assert "Care after the sale" in waiting
    path = "/contests/" + waiting.split('<td class="free"><a href="/contests/')[1].split('"')[0]
    page = (await cleo.get(path)).text
    assert "I made five calls." in page
    assert f'href="/people/{north.ada}#scores"' in page
    assert (await cleo.get(f"/people/{north.ada}")).text.count('id="scores"') == 1
    after = (await cleo.send_form(path, path, decision="upheld", reasons="They were in another book.")).text
    assert "Decided. What is to be put right now, and where, stands below." in after
    after = (await cleo.get("/contests")).text
    assert path in after.split("<h2>Decided</h2>")[1]
    assert path not in (await ada.get("/contests")).text
    assert "waits for a decision" not in (await cleo.get("/")).text
    assert "1 thing you contested has been decided" in (await ada.get("/")).text
    mine = (await ada.get("/contests")).text
    assert "You were right" in mine
    assert "They were in another book." in mine
    assert "what you contested" in (await ada.get("/who-looked")).text


async def test_a_figure_held_to_be_wrong_says_what_to_put_right_where_and_when_it_shows(visitor, north, published):
    await published(north, [north.ada])
    ada, cleo = await visitor(north, "ada"), await visitor(north, "cleo", "hr")
    await ada.send_form("/contests/new?dimension=quality", "/contests/new", words="That project was not mine.")
    path = re.search(r'<td class="free"><a href="(/contests/[^"]+)"', (await cleo.get("/contests")).text)[1]
    asked = (await cleo.get(path)).text
    assert ("counts no more" in asked, "put right in what the figure rests on" in asked) == (False, True)
    decided = (await cleo.send_form(path, path, decision="upheld", reasons="You are right.")).text
    for page in (asked, decided):  # by which project and source, and where
        told = page.split("What to put right, and where")[1]
        assert f'href="/team/projects/{north.delivery}">North delivery' in told
        assert told.index("Customers’ answers") < told.index("Care calls")
        assert ["importing signals.csv anew" in told, "importing care.csv anew" in told] == [True, True]
    mine = (await ada.get("/contests")).text
    assert "the first scoring after it shows the new figure. The newest scoring is of" in mine
    assert "counts no more" not in mine
    for page in ((await ada.get("/me/scores")).text, (await cleo.get(f"/people/{north.ada}")).text):
        assert "held to be wrong on" in page
    assert "What to put right" not in (await ada.get(path)).text


async def test_what_i_contest_can_be_taken_back(visitor, north, published):
    await published(north, [north.ada])
    ada, cleo = await visitor(north, "ada"), await visitor(north, "cleo", "hr")
    sent = await ada.send_form("/contests/new?dimension=care", "/contests/new", words="I made five calls.")
    path = re.search(r'action="(/contests/[^"]+/withdraw)"', sent.text)[1]
    back = await ada.send_form("/contests", path)
    assert "Taken back. Nobody decides on it." in back.text
    assert ">taken back</span>" in back.text
    assert "/withdraw" not in back.text
    assert "waits for a decision" not in (await cleo.get("/")).text
    assert "has been decided" not in (await ada.get("/")).text
    assert ">taken back</span>" in (await cleo.get("/contests")).text


async def test_thanks_on_my_own_page_can_be_contested_and_are_marked_for_all(visitor, north, thanked):
    kudos = await thanked(north, north.ada, north.ben, "For the night shift.", datetime.now(UTC))
    ben = await visitor(north, "ben")
    link = f"/contests/new?evidence=kudos&evidence_id={kudos}"
    assert link.replace("&", "&amp;") in (await ben.get(f"/people/{north.ben}")).text
    form = (await ben.get(link)).text
    await ben.send_form(link, "/contests/new", words="I was ill that night.")
    sent = dict(re.findall(r'<input type="hidden" name="(csrf|evidence|evidence_id)" value="([^"]*)"', form))
    again = await ben.post("/contests/new", data=sent | {"words": "And I can prove it."})
    assert again.status_code == 422  # sent twice, it is contested once, and nothing typed is lost
    assert "You contest this already" in again.text
    assert ">And I can prove it.</textarea>" in again.text
    opened = re.search(r'href="(/contests/[0-9a-f-]{36})"', again.text)[1]
    assert "I was ill that night." in (await ben.get(opened)).text
    assert "<textarea" not in (await ben.get(link)).text
    assert (await ben.get("/contests")).text.count("I was ill that night.") == 1
    hr = await visitor(north, "cleo", "hr")
    path = (
        "/contests/" + (await hr.get("/contests")).text.split('<td class="free"><a href="/contests/')[1].split('"')[0]
    )
    page = (await hr.get(path)).text
    assert "<p>For the night shift.</p><footer>Ada" in page
    assert "For the night shift." not in (await ben.get(path)).text
    page = (await (await visitor(north, "cleo")).get(f"/people/{north.ben}")).text
    assert page.count("contested</span>") == 1
    assert "I was ill" not in page


async def test_a_figure_that_one_does_not_have_cannot_be_contested(visitor, north):
    ben = await visitor(north, "ben")
    for nothing in ("care", "qqq", "<b>"):
        assert (await ben.get("/contests/new", params={"dimension": nothing})).status_code == 404


async def test_the_form_says_who_decides_where_there_is_no_hr(visitor, north, worker_pool):
    ben, grant = await visitor(north, "ben"), "insert into role_grant (person_id, role) values ($1, $2)"
    said, told = f"/contests/new?evidence=kudos&evidence_id={uuid4()}", []
    for who, role in ((None, None), (north.ada, "administrator"), (north.cleo, "administrator"), (north.ada, "hr")):
        async with db.tenant(worker_pool, north.organization_id) as tx:
            if who:
                await tx.execute(grant, who, role)
        page = (await ben.get(said)).text
        told.append("An administrator who does not lead you" in page)
        assert ("Nobody here can decide yet" in page) == (not told[-1])  # Ada leads Ben, so she never decides
    assert told == [False, False, True, True]
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("delete from role_grant where person_id = $1", north.cleo)
        await tx.execute(grant, north.cleo, "hr")
    assert "HR, or somebody HR names" in (await ben.get(said)).text


async def test_the_lead_sees_that_it_is_contested_and_neither_the_words_nor_the_form(visitor, north, published):
    await published(north, [north.ada])
    ada = await visitor(north, "ada")
    await ada.send_form("/contests/new?dimension=care", "/contests/new", words="Secret words.")
    path = (
        "/contests/"
        + (await (await visitor(north, "cleo", "hr")).get("/contests"))
        .text.split('<td class="free"><a href="/contests/')[1]
        .split('"')[0]
    )
    ben = await visitor(north, "ben", "lead")
    assert (await ben.get(path)).status_code == 404
    assert "Secret words." not in (await ben.get("/contests")).text


async def test_hr_counts_and_lists_what_they_can_decide_and_others_apart(visitor, north, published, thanked):
    await published(north, [north.ada])
    kudos = await thanked(north, north.cleo, north.ben, "For the night shift.", datetime.now(UTC))
    about = {"ada": "dimension=care", "ben": f"evidence=kudos&evidence_id={kudos}"}
    for who, what in about.items():
        own = await visitor(north, who)
        await own.send_form(f"/contests/new?{what}", "/contests/new", words="Not so.")
    cleo = await visitor(north, "cleo", "hr")
    both = (await cleo.get("/contests")).text
    listed = re.findall(r'<td class="free"><a href="(/contests/[0-9a-f-]{36})"', both)
    assert [(await cleo.get(path)).status_code for path in listed] == [200] * len(listed)
    assert "2 wait for your decision" in both
    assert both.index('id="waiting"') < both.index('id="mine"')
    assert both.count("<h1") == 1
    assert "Not yours to decide" not in both
    ada = await visitor(north, "ada", "hr")  # she leads Ben
    page, home = (await ada.get("/contests")).text, (await ada.get("/")).text
    assert 'href="/contests#waiting"' not in home
    assert re.findall(r'<td class="free"><a href="(/contests/[0-9a-f-]{36})"', page) == []
    assert "Ben" in page.split("Not yours to decide")[1]
    assert "You lead these people" in page
    assert page.index('id="waiting"') < page.index('id="mine"')


async def test_i_hide_thanks_on_my_page_and_undo_it(visitor, north, thanked):
    kudos = await thanked(north, north.ada, north.ben, "For the night shift.", datetime.now(UTC))
    ben, page = await visitor(north, "ben"), f"/people/{north.ben}"
    hidden = await ben.send_form(page, f"/kudos/{kudos}/hide")
    assert "For the night shift." not in hidden.text
    assert "Hidden. Nobody sees it" in hidden.text
    assert "For the night shift." not in (await (await visitor(north, "ada")).get(page)).text
    assert "For the night shift." in (await ben.get("/kudos/hidden")).text  # found again without its id
    assert "For the night shift." not in (await (await visitor(north, "ada")).get("/kudos/hidden")).text
    assert 'href="/kudos/hidden"' in (await ben.get(page)).text
    shown = await ben.send_form("/kudos/hidden", f"/kudos/{kudos}/show")
    assert "You have hidden none." in (await ben.get("/kudos/hidden")).text
    assert "For the night shift." in shown.text
    assert f"/kudos/{kudos}/hide" not in (await (await visitor(north, "ada")).get(page)).text


async def test_a_contest_of_blanks_is_answered_with_the_form_and_nothing_is_sent(visitor, north, published):
    await published(north, [north.ada])
    ada, new = await visitor(north, "ada"), "/contests/new?dimension=care"
    for words, told in (("   ", "Write what is wrong"), ("x" * 4001, "That is too long")):
        answer = await ada.send_form(new, "/contests/new", words=words)
        assert (answer.status_code, f'id="words-wrong">{told}' in answer.text) == (422, True)
        assert f">{words}</textarea>" in answer.text
        assert re.search(r'<textarea id="words"[^>]*aria-invalid="true" aria-describedby="words-wrong"', answer.text)
    sent = await ada.send_form(new, "/contests/new", words="I made five calls.")
    assert sent.text.count("I made five calls.") == 1


async def test_a_decision_without_a_choice_or_reasons_is_answered_with_the_form_and_decides_nothing(
    visitor, north, published
):
    await published(north, [north.ada])
    await (await visitor(north, "ada")).send_form("/contests/new?dimension=care", "/contests/new", words="No.")
    cleo = await visitor(north, "cleo", "hr")
    path = (
        "/contests/" + (await cleo.get("/contests")).text.split('<td class="free"><a href="/contests/')[1].split('"')[0]
    )
    answer = await cleo.send_form(path, path, reasons="They were in another book.")
    assert (answer.status_code, 'id="decision-wrong">Choose one of these.' in answer.text) == (422, True)
    assert ">They were in another book.</textarea>" in answer.text
    assert re.search(r'value="upheld"[^>]*aria-invalid="true" aria-describedby="decision-wrong"', answer.text)
    answer = await cleo.send_form(path, path, decision="rejected", reasons="  ")
    assert (answer.status_code, 'id="reasons-wrong">Write your reasons' in answer.text) == (422, True)
    assert 'value="rejected" checked' in answer.text
    assert "Decided. What is" in (await cleo.send_form(path, path, decision="upheld", reasons="So.")).text
