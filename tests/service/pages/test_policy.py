"""The policy as a page: every setting, all that is wrong at once, a look at the effects, publishing, going back."""

import asyncio
import re
from datetime import UTC, datetime
from html import unescape
from uuid import uuid4

import pytest

from scoring.policy import Level, Policy
from scoring.policy_words import GROUPS, meanings
from scoring.run import run_now
from service import worker
from service.base import clock, db
from service.pages import policy_form
from service.pages.language import Words
from service.policies import reading

LOOKED = "select subject_id from audit where action = 'view_preview'"
CHANGES = {"largest": [{"subject": "b1", "before": 0.1, "after": 0.4}], "levels_changed": 1}


def fields(text):
    """Every filled-in field of the page's one long form, as a browser would send it."""
    form = re.search(r'<form[^>]*action="/policy"[^>]*>(.*?)</form>', text, re.DOTALL)[1]
    inputs = re.findall(r'<input[^>]*\bname="([^"]+)"[^>]*?\bvalue="([^"]*)"', form)
    areas = re.findall(r'<textarea[^>]*\bname="([^"]+)"[^>]*>([^<]*)</textarea>', form)
    return {name: unescape(value) for name, value in (*inputs, *areas)}


async def asked(browser, **changes):
    sent = fields((await browser.get("/policy")).text) | {key.replace("__", "-"): v for key, v in changes.items()}
    return await browser.post("/policy", data=sent)


async def worked_out(browser, worker_pool, **changes):
    """Ask for effects, let the worker find them out, and return the page."""
    waiting = await asked(browser, **changes)
    assert (waiting.status_code, waiting.headers["refresh"]) == (200, "2")
    assert "<progress" in waiting.text
    await worker.take(worker_pool, asyncio.Event(), worker.Duties())
    return await browser.get(waiting.url.path)


def test_every_field_of_the_policy_has_a_group_a_name_and_a_meaning():
    ours = list(Policy.__struct_fields__)
    grouped = [field for group in GROUPS.values() for field in group]
    assert sorted(grouped) == sorted(ours)
    assert set(policy_form.LABELS) == set(ours) == set(meanings())
    assert set(policy_form.LEVEL_LABELS) == set(Level.__struct_fields__)
    assert set(policy_form.GROUP_NAMES) == set(GROUPS)


def test_a_negative_number_has_a_real_minus_sign():
    assert (policy_form.plain(Words("fi"), -0.3), policy_form.plain(Words("en"), -0.3)) == ("−0,3", "−0.3")


@pytest.mark.parametrize("language", ["fi", "en"])
def test_what_is_shown_unchanged_is_read_as_no_change(language):
    policy, words = (
        Policy(levels=(*Policy().levels, Level(name="New", name_fi="Uusi", stages=30, low=1.0))),
        Words(language),
    )
    shown = policy_form.filled(policy, policy_form.dimensions(policy, ["own criterion"]), words)
    assert policy_form.read(shown, policy, words) == policy_form.Sent({}, {})
    read = policy_form.read(shown | {"results_cap": "0,05", "weights-seller-2": ""}, policy, words)
    assert read.changes["results_cap"] == 0.05
    assert "documenting" not in read.changes["weights"]["seller"]
    assert set(read.changes) == {"results_cap", "weights"}


async def test_all_that_is_wrong_is_told_at_once_beside_what_was_typed(visitor, north):
    hr = await visitor(north, "cleo", "hr")
    wrong = {"results_cap": "0.31", "k": "2.5", "minimum_voices": "many", "levels__2__stages": "1"}
    page = await asked(hr, **wrong, weights__lead__0="11", certainty="", levels__3__name="")
    assert page.status_code == 422
    told = set(re.findall(r'class="wrong" id="([^"]+)-wrong"', page.text))
    assert told == {"results_cap", "k", "minimum_voices", "levels-2", "weights-lead", "certainty", "levels-3"}
    assert "It must lie from 0 to 0.3: quality weighs more than revenue." in page.text
    assert "7 settings do not fit yet" in page.text
    assert (fields(page.text)["minimum_voices"], fields(page.text)["k"]) == ("many", "2.5")


async def test_a_list_leads_to_every_group_of_settings_and_marks_those_to_be_mended(visitor, north):
    hr = await visitor(north, "cleo", "hr")
    page = (await hr.get("/policy")).text
    jump = page.partition('aria-label="Groups of settings"')[2].partition("</nav>")[0]
    assert re.findall(r'href="#([^"]+)"', jump) == [f"group-{group}" for group in GROUPS]
    assert all(page.count(f'id="group-{group}"') == 1 for group in GROUPS)
    wrong = (await asked(hr, results_cap="0.31", weights__lead__0="11")).text
    assert re.findall(r'href="#group-(\w+)" class="wrong"', wrong) == ["results", "composition"]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["fi", "en"])
async def test_the_list_of_groups_stays_in_sight_and_leads_there_by_keyboard(opened, language):
    page = await opened("/policy", language, "administrator", viewport={"width": 390, "height": 844})
    await page.locator(".jump a").last.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_function("location.hash === '#group-levels'")
    top, bottom, heading = await page.evaluate(
        """() => [...["top", "bottom"].map((side) => document.querySelector(".jump").getBoundingClientRect()[side]),
        document.querySelector("#group-levels").getBoundingClientRect().top]"""
    )
    assert (round(top), bottom <= heading < 400) == (0, True)
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_what_a_level_lets_people_do_is_told_in_both_languages_or_in_one(visitor, worker_pool, north):
    await run_now(worker_pool, north.organization_id)
    hr = await visitor(north, "cleo", "hr")
    some = {"levels__1__freedoms": "Open a project\nBuy tools", "levels__1__freedoms_fi": "Avata hanke"}
    refused = await asked(hr, **some)
    assert refused.status_code == 422
    assert "freedoms of Doer: 1 in Finnish, but 2 in English; write each in both, or all in one" in refused.text
    effects = await worked_out(hr, worker_pool, **some | {"levels__1__freedoms_fi": "Avata hanke\nOstaa työkaluja"})
    assert "Doer: 2 stages; Open a project (Avata hanke); Buy tools (Ostaa työkaluja)<" in effects.text


async def test_a_policy_is_looked_at_published_with_a_reason_and_taken_back(visitor, worker_pool, north):
    await run_now(worker_pool, north.organization_id)
    hr = await visitor(north, "cleo", "hr")
    effects = await worked_out(hr, worker_pool, results_cap="0.1", levels__1__freedoms="Open a project")
    assert "<del>0.15</del> → <ins>0.1</ins>" in effects.text
    assert "Doer: 2 stages; Open a project<" in effects.text
    path = effects.url.path
    further = fields((await hr.get(re.search(r'href="(/policy\?tried=[^"]+)"', effects.text)[1])).text)
    assert (further["results_cap"], further["levels-1-freedoms"].strip()) == ("0.1", "Open a project")
    blind = await hr.send_form(path, path, reason="")
    assert (blind.status_code, "Write why" in blind.text) == (422, True)
    history = await hr.send_form(path, path, reason="Less weight for  results", sure="yes")
    assert history.url.path == "/policy/history"
    assert all(text in history.text for text in ("Version 2", "Less weight for results", "Cleo"))
    again = await hr.send_form("/policy/history", "/policy/history/1")
    await worker.take(worker_pool, asyncio.Event(), worker.Duties())
    back = await hr.get(again.url.path)
    assert "<del>0.1</del> → <ins>0.15</ins>" in back.text
    overtaken = (await hr.get(path)).text
    assert "which is not in force any more" in overtaken
    assert f'action="{path}"' not in overtaken
    sent = {"csrf": re.search(r'name="csrf" value="([^"]*)"', overtaken)[1], "reason": "Once more", "sure": "yes"}
    late = await hr.post(path, data=sent)
    assert (late.status_code, "Another version was published meanwhile" in late.text) == (422, True)
    await hr.send_form(back.url.path, back.url.path, reason="As before", sure="yes")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        stored = await tx.fetch("select policy ->> 'results_cap' as cap, reason from scoring_policy order by version")
    assert [tuple(row) for row in stored][1:] == [("0.1", "Less weight for results"), ("0.15", "As before")]


async def test_a_preview_shows_whose_standing_moves_and_what_it_did_not_try(visitor, worker_pool, north):
    hr = await visitor(north, "cleo", "hr")
    effects = await worked_out(hr, worker_pool, results_cap="0.1", peer_half_life_days="365")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set external_id = 'b1' where id = $1", north.ben)
        moved = {"largest": [], "standing": [{"subject": "b1", "before": 0.25, "after": -0.5}]}
        await tx.execute("update policy_preview set result = result || $1", moved)
    page = (await hr.get(effects.url.path)).text
    assert "Nobody’s quality moves" in page
    assert ("Ben" in page, "−0.75" in page, 'data-export="svg"' in page) == (True, True, True)
    assert "Not tried here: How long colleagues’ feedback speaks of today." in page
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert [row[0] for row in await tx.fetch(LOOKED)] == [north.ben]


async def test_who_loses_a_level_when_the_grace_ends_is_told_apart_and_was_looked_at(visitor, worker_pool, north):
    hr = await visitor(north, "cleo", "hr")
    effects = await worked_out(hr, worker_pool, levels__2__stages="6")
    assert "Nobody’s level changes because of it." in effects.text
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set external_id = 'b1' where id = $1", north.ben)
        later = {"levels_later": [{"subject": "b1", "before": 2, "after": 1}], "levels_lost_later": 1}
        await tx.execute("update policy_preview set result = result || $1", later)
    page = (await hr.get(effects.url.path)).text
    assert ("Lose one when the grace ends" in page, "Trusted → Doer" in page) == (True, True)
    assert "The grace of 180 days begins with the publication" in page
    assert "Lose one <" not in page
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert [row[0] for row in await tx.fetch(LOOKED)] == [north.ben]


async def test_a_preview_from_before_standing_was_looked_at_is_still_shown(visitor, worker_pool, north):
    hr = await visitor(north, "cleo", "hr")
    effects = await worked_out(hr, worker_pool, results_cap="0.1")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update policy_preview set result = result - 'standing' - 'levels_later'")
    assert (await hr.get(effects.url.path)).status_code == 200


async def test_who_is_named_in_a_preview_was_looked_at(visitor, api, worker_pool, north):
    hr = await visitor(north, "cleo", "hr")
    effects = await worked_out(hr, worker_pool, results_cap="0.1")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert await tx.fetch(LOOKED) == []
        await tx.execute("update person set external_id = 'b1' where id = $1", north.ben)
        level = [{"subject": "b1", "before": 1, "after": 2}]
        await tx.execute("update policy_preview set result = result || $1", CHANGES | {"levels": level})
    page = await hr.get(effects.url.path)
    assert ("Ben" in page.text, "Doer → Trusted" in page.text, "+0.30" in page.text) == (True, True, True)
    answer = await (await api(north, "cleo", "hr")).get(f"/api{effects.url.path.replace('policy', 'policies', 1)}")
    assert answer.json()["largest"][0]["name"] == "Ben"
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert [row[0] for row in await tx.fetch(LOOKED)] == [north.ben] * 2
    looked = await (await visitor(north, "ben")).get("/who-looked")
    assert "in a preview of another policy" in looked.text


async def test_a_preview_opened_again_is_written_down_once_a_day_and_anew_for_whoever_it_names_then(
    visitor, worker_pool, north
):
    hr = await visitor(north, "cleo", "hr")
    effects = await worked_out(hr, worker_pool, results_cap="0.1")
    looked = []
    for subjects in (["b1"], ["b1"], ["a1", "b1"], ["a1", "b1"]):
        async with db.tenant(worker_pool, north.organization_id) as tx:
            await tx.execute("update person set external_id = 'b1' where id = $1", north.ben)
            await tx.execute("update person set external_id = 'a1' where id = $1", north.ada)
            moved = [{"subject": one, "before": 0.25, "after": -0.5} for one in subjects]
            await tx.execute("update policy_preview set result = result || $1", {"largest": moved, "standing": []})
        assert "Ben" in (await hr.get(effects.url.path)).text
        async with db.tenant(worker_pool, north.organization_id) as tx:
            looked.append(len(await tx.fetch(LOOKED)))
    other = await visitor(north, "ada", "hr")
    await other.get(effects.url.path)  # another sign-in is another look
    async with db.tenant(worker_pool, north.organization_id) as tx:
        looked.append(len(await tx.fetch(LOOKED)))
    assert looked[:4] == [1, 1, 3, 3]
    assert looked[4] > looked[3]


def test_another_day_or_preview_is_another_look(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 1, 23, 59, tzinfo=UTC))
    preview, named = uuid4(), {uuid4(), uuid4()}
    first = reading._look(preview, named)
    assert reading._look(preview, named) == first
    assert reading._look(uuid4(), named) != first
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 2, 0, 1, tzinfo=UTC))
    assert reading._look(preview, named) != first


async def test_what_stands_against_a_preview_is_told_in_words(visitor, worker_pool, north):
    hr = await visitor(north, "cleo", "hr", language="fi")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("insert into feedback_round (opened_at) values (now() - interval '1 day')")
    page = await asked(hr, k="3")
    assert (page.status_code, "kun mikään palautekierros ei ole auki" in page.text) == (422, True)
    assert "Mitään ei ole vielä muutettu" in (await asked(hr)).text
