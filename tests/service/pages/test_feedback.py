"""The pages of feedback, without a script: asked, answered, left out, taken back; notes; and rounds for HR."""

import html
import re
from datetime import timedelta

import pytest

from scoring.simulate.words import MEANINGS
from service.base import clock, db
from service.pages import shown

HOSTILE = "<script>alert(1)</script> & so on"
LAST = (clock.now() + timedelta(days=14)).date()
INSERT_ROUND = """
insert into feedback_round (opened_at, closed_at, closes_on, asks_per_person, k, warned, drawn_at)
values (now() - interval '1 h', now() + interval '14 d', $1, 5, 5, true, now())
returning id
"""

CRITERION = """
insert into criterion (external_id, name, meaning) values ($1, $2, $3)
on conflict (organization_id, external_id) do update set name = excluded.name, meaning = excluded.meaning
"""


@pytest.fixture
async def asked(worker_pool, north):
    """Ask Ben about Ada and Cleo; the two asks."""
    async with db.tenant(worker_pool, north.organization_id) as tx:
        round_id = await tx.fetchval(INSERT_ROUND, LAST)
        insert = "insert into ask (round_id, giver_id, receiver_id, project_id, shared) values ($1, $2, $3, $4, $5)"
        return [
            await tx.fetchval(f"{insert} returning id", round_id, north.ben, receiver, project, shared)
            for receiver, project, shared in ((north.ada, north.delivery, True), (north.cleo, None, False))
        ]


async def held(worker_pool, cast):
    async with db.tenant(worker_pool, cast.organization_id) as tx:
        return [tuple(row) for row in await tx.fetch("select ratings, comment from held_answer")]


async def test_an_answer_is_given_changed_and_taken_back_without_a_script(visitor, north, asked, worker_pool):
    ben = await visitor(north, "ben")
    page = await ben.get("/feedback")
    assert page.text.index("Ada") < page.text.index("Cleo")
    assert "North delivery" in page.text
    assert "you may not have worked together" in page.text
    here = f"/feedback/asks/{asked[0]}"
    assert "read by Ada alone, word for word" in (await ben.get(here)).text
    sent = await ben.send_form(here, here, **{"rating collaboration": "4", "rating selling": "", "comment": HOSTILE})
    assert "Until tonight you can change it" in sent.text
    assert await held(worker_pool, north) == [({"collaboration": 4}, HOSTILE)]
    again = (await ben.get(here)).text
    assert 'value="4" checked' in again
    assert "&lt;script&gt;" in again
    assert "<script>alert" not in again
    undone = await ben.send_form(str(sent.url), f"{here}/undo")
    assert "The question is open again" in undone.text
    assert await held(worker_pool, north) == []


def test_the_standard_criteria_are_those_that_pages_know():
    known = [(shown.BOARDS[key], text) for key, text in shown.MEANINGS.items()]
    assert sorted(known) == sorted(MEANINGS)


async def test_standard_criteria_speak_the_readers_language_and_an_organizations_own_stay(
    visitor, north, asked, worker_pool
):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for key in ("leading", "selling"):
            about = (key, shown.BOARDS[key], shown.MEANINGS[key])
            await tx.execute(CRITERION, *about)
        await tx.execute("update criterion set name = 'Sales craft', meaning = 'Honest?' where external_id = 'selling'")
    page = (await (await visitor(north, "ben", language="fi")).get(f"/feedback/asks/{asked[0]}")).text
    assert all(text in page for text in ("Tekeekö hän selväksi, minne mennään", "Sales craft", "Honest?"))
    assert shown.MEANINGS["leading"] not in page


async def test_words_without_an_answer_are_kept_and_asked_to_be_mended(visitor, north, asked, worker_pool):
    ben = await visitor(north, "ben")
    here = f"/feedback/asks/{asked[0]}"
    shown = await ben.send_form(here, here, comment="Only words.")
    assert shown.status_code == 422
    assert "Answer at least one question" in shown.text
    assert "Only words." in shown.text
    assert await held(worker_pool, north) == []


async def test_somebody_is_left_out_and_taken_in_again(visitor, north, asked):
    ben = await visitor(north, "ben", language="fi")
    here = f"/feedback/asks/{asked[1]}"
    left = await ben.send_form(here, f"{here}/decline")
    assert "Jätetty väliin. Kukaan ei näe" in left.text
    assert f"{here}/undo" in (await ben.get("/feedback")).text
    assert "Peruttu" in (await ben.send_form("/feedback", f"{here}/undo")).text


def typed(page, action):
    """What the form holds that a browser would send: hidden fields as they are, chosen steps, the words."""
    form = re.search(rf'<form[^>]*action="{action}"[^>]*>(.*?)</form>', page, re.DOTALL)[1]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    steps = re.findall(r'<input type="radio" name="([^"]+)" value="([^"]*)" checked', form)
    words = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    return {name: html.unescape(value) for name, value in (*hidden, *steps, *words)}


async def test_a_second_window_writes_over_no_answer_unseen(visitor, north, asked, worker_pool):
    ben = await visitor(north, "ben")
    here = f"/feedback/asks/{asked[0]}"
    old = typed((await ben.get(here)).text, here)
    first = old | {"rating collaboration": "4", "rating selling": "2", "comment": HOSTILE}
    assert "Until tonight" in (await ben.post(here, data=first)).text
    told = await ben.post(here, data=old | {"rating selling": "5", "comment": "Others."})
    assert (told.status_code, "in another window meanwhile" in told.text) == (422, True)
    assert await held(worker_pool, north) == [({"collaboration": 4, "selling": 2}, HOSTILE)]
    assert (
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; so on</p>" in told.text
    )  # to copy, beside what was typed here
    assert "In the other window: 2" in told.text
    both = typed(told.text, here)
    assert [both[key] for key in ("rating collaboration", "rating selling", "comment")] == ["4", "5", "Others."]
    assert "Until tonight" in (await ben.post(here, data=both)).text
    assert await held(worker_pool, north) == [({"collaboration": 4, "selling": 5}, "Others.")]


async def test_an_answer_sent_twice_is_sent_once_and_left_out_nowhere_unseen(visitor, north, asked, worker_pool):
    ben = await visitor(north, "ben")
    here = f"/feedback/asks/{asked[0]}"
    page = (await ben.get(here)).text
    answer = typed(page, here) | {"rating collaboration": "4"}
    for _ in range(2):
        assert "Until tonight" in (await ben.post(here, data=answer)).text
    left = await ben.post(f"{here}/decline", data=typed(page, f"{here}/decline"))
    assert (left.status_code, "in another window meanwhile" in left.text) == (422, True)
    assert await held(worker_pool, north) == [({"collaboration": 4}, None)]
    assert "Left out" in (await ben.post(f"{here}/decline", data=typed(left.text, f"{here}/decline"))).text


async def test_the_asks_of_others_are_not_there(visitor, north, asked):
    ada = await visitor(north, "ada", role="lead")
    assert "Nobody asks you anything now" in (await ada.get("/feedback")).text
    here = f"/feedback/asks/{asked[0]}"
    assert (await ada.get(here)).status_code == 404
    ada_form = await ada.send_form("/feedback", "/feedback/notes")
    assert ada_form.status_code == 422


async def test_a_form_of_another_session_is_refused(visitor, north, asked, worker_pool):
    ben = await visitor(north, "ben")
    for path in ("", "/decline", "/undo"):
        sent = await ben.post(f"/feedback/asks/{asked[0]}{path}", data={"rating selling": "3", "csrf": "x"})
        assert sent.status_code == 403
    assert await held(worker_pool, north) == []


async def test_words_that_come_after_the_round_has_closed_are_given_back(visitor, north, asked, worker_pool):
    ben = await visitor(north, "ben")
    here = f"/feedback/asks/{asked[0]}"
    csrf = re.search(r'name="csrf" value="(\w+)"', (await ben.get(here)).text).group(1)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update feedback_round set closed_at = now()")
    sent = await ben.post(here, data={"csrf": csrf, "rating selling": "3", "comment": HOSTILE})
    assert sent.status_code == 409
    assert "This round has closed" in sent.text
    assert "readonly>&lt;script&gt;alert(1)&lt;/script&gt; &amp; so on</textarea>" in sent.text
    assert sent.text.count("<textarea") == 1
    assert 'href="/feedback">To feedback' in sent.text
    assert await held(worker_pool, north) == []


async def test_a_note_is_written_once_and_hidden_by_its_receiver(visitor, north):
    ben, ada = await visitor(north, "ben"), await visitor(north, "ada")
    form = {"receiver_id": str(north.ada), "message": HOSTILE, "key": "6f1c1f6e-6f0d-4a53-8a3e-2f3f8bb3a111"}
    for _ in range(2):
        assert "The note has arrived" in (await ben.send_form("/feedback", "/feedback/notes", **form)).text
    page = (await ada.get("/feedback")).text
    assert page.count("&lt;script&gt;alert(1)") == 1
    assert f'href="/people/{north.ben}"' in page
    note = page.split('action="/feedback/notes/')[1].split("/hide")[0]
    assert "Hidden from you" in (await ada.send_form("/feedback", f"/feedback/notes/{note}/hide")).text
    assert HOSTILE[8:15] not in (await ada.get("/feedback")).text
    assert "Notes you wrote" in (await ben.get("/feedback")).text


async def test_a_note_says_what_it_lacks(visitor, north):
    ben = await visitor(north, "ben")
    empty = await ben.send_form("/feedback", "/feedback/notes", receiver_id=str(north.ada), message="  ")
    assert (empty.status_code, "Write a few words." in empty.text) == (422, True)
    nobody = await ben.send_form("/feedback", "/feedback/notes", receiver_id="", message="Hello")
    assert "To whom? Choose a colleague." in nobody.text
    assert "Hello" in nobody.text
    self = await ben.send_form("/feedback", "/feedback/notes", receiver_id=str(north.ben), message="Hello")
    assert "To whom? Choose a colleague." in self.text


async def test_hr_opens_and_closes_a_round_without_a_script(visitor, north):
    cleo = await visitor(north, "cleo", role="hr")
    assert 'href="/rounds"' in (await cleo.get("/feedback")).text
    wrong = await cleo.send_form("/rounds", "/rounds", closes_on="2020-01-01", asks_per_person="8", period_days="180")
    assert (wrong.status_code, "It closes today or within 120 days" in wrong.text) == (422, True)
    opened = await cleo.send_form("/rounds", "/rounds", closes_on=LAST.isoformat(), asks_per_person="6", reminders="1")
    assert "Who is asked is being drawn." in opened.text
    assert "The round is open." in opened.text
    asked = re.search(r'<dialog id="close-now".*?</dialog>', opened.text, re.DOTALL)[0]
    assert "cannot be opened again" in asked
    assert opened.text.replace(asked, "").count("/close") == 0  # one click closes nothing
    close = opened.text.split('/close"')[0].rsplit('action="', 1)[1] + "/close"
    closed = await cleo.send_form("/rounds", close)
    assert ">closed<" in closed.text
    assert "The round is closed. What was said is being counted." in closed.text
    assert 'action="/rounds"' in closed.text


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({"closes_on": "soon"}, "closes_on", "It closes today or within 120 days."),
        ({"asks_per_person": "4"}, "asks_per_person", "A whole number from 5 to 20."),  # k is 5
        ({"period_days": "-1"}, "period_days", "A whole number from 1 to 730."),
        ({"reminders": "many"}, "reminders", "A whole number from 0 to 5."),
    ],
)
async def test_a_round_says_at_the_field_what_does_not_fit(visitor, north, given, field, says):
    cleo = await visitor(north, "cleo", role="hr")
    fits = {"closes_on": LAST.isoformat(), "asks_per_person": "8", "period_days": "180", "reminders": "1"}
    wrong = await cleo.send_form("/rounds", "/rounds", **fits | given)
    assert wrong.status_code == 422
    assert f'id="{field}-wrong">{says}<' in wrong.text
    assert wrong.text.count('aria-invalid="true"') == 1


async def test_rounds_are_not_everybodys_page(visitor, north):
    ben = await visitor(north, "ben")
    assert (await ben.get("/rounds")).status_code == 403
    assert 'href="/rounds"' not in (await ben.get("/feedback")).text


async def test_without_mail_a_reminder_says_that_nobody_gets_one(visitor, north, worker_pool):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.fetchval(
            INSERT_ROUND.replace("asks_per", "most_reminders, asks_per").replace("$1, 5", "$1, 2, 5"), LAST
        )
    cleo = await visitor(north, "cleo", "hr")
    path = re.search(r'action="(/rounds/[^"]+/remind)"', (await cleo.get("/rounds")).text)[1]
    told = (await cleo.send_form("/rounds", path)).text
    assert ("This installation sends no mail" in told, "are being reminded" in told) == (True, False)


async def test_a_text_that_is_too_long_is_told_so_with_its_limit_and_given_back(visitor, north, asked, worker_pool):
    ben = await visitor(north, "ben")
    here = f"/feedback/asks/{asked[0]}"
    answer = typed((await ben.get(here)).text, here) | {"rating selling": "3", "comment": "many words " * 400}
    told = await ben.post(here, data=answer)
    assert (told.status_code, "At most 4\N{NO-BREAK SPACE}000 characters fit" in told.text) == (400, True)
    assert "many words many words" in told.text.split("<textarea")[1]
    assert await held(worker_pool, north) == []


async def test_what_is_too_large_is_told_how_much_fits(visitor, north):
    admin = await visitor(north, "cleo", "administrator", language="fi")
    token = (await admin.get("/people/new")).text.split('name="csrf" value="')[1].split('"')[0]
    large = await admin.post("/feedback/notes", data={"csrf": token, "message": "x" * 1_100_000})
    assert (large.status_code, "enintään 1 Mt mahtuu" in large.text) == (413, True)
    files = {"files": ("x.zip", b"x" * 21_000_000)}
    larger = await admin.post("/people/import", data={"csrf": token}, files=files)
    assert (larger.status_code, "enintään 20 Mt mahtuu" in larger.text) == (413, True)
