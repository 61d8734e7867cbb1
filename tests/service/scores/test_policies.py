"""The policy over HTTP and in the shell: looked at, published, kept by the runs that used it."""

import asyncio
import json
from functools import partial

import pytest

from scoring.policy import RULES, Policy, encode
from scoring.run import run_now
from service import worker
from service.base import db
from tests.service.shell import talkoot

POLICIES = "/api/policies"


async def looked_at(client, worker_pool, changes):
    asked = await client.post(f"{POLICIES}/previews", json={"changes": changes})
    assert asked.status_code == 202, asked.text
    await worker.take(worker_pool, asyncio.Event(), worker.Duties())
    return (await client.get(f"{POLICIES}/previews/{asked.json()['id']}")).json()


async def published(client, preview):
    answer = await client.post(POLICIES, json={"preview_id": preview["id"]})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_policy_is_looked_at_then_published_and_the_next_run_uses_it(api, worker_pool, north):
    client = await api(north, "cleo", "hr")
    old = await run_now(worker_pool, north.organization_id)
    preview = await looked_at(client, worker_pool, {"results_cap": 0.1, "minimum_voices": 4})
    assert (preview["state"], preview["levels_changed"], preview["levels"]) == ("done", 0, [])
    assert {board["board"] for board in preview["boards"]} >= {"quality", "customer_trust", "level", "standing"}
    version = await published(client, preview)
    assert (version["version"], version["published_by_id"]) == (2, str(north.cleo))
    assert version["policy"]["results_cap"] == 0.1
    assert "collaboration" in version["policy"]["reference"]["dimensions"]
    new = await run_now(worker_pool, north.organization_id)
    runs = (await client.get("/api/scoring/runs")).json()["items"]
    assert {run["id"]: run["policy_version"] for run in runs} == {str(new): 2, str(old): 1}


async def test_the_frozen_scale_stays_unless_a_new_one_is_asked_for(api, worker_pool, north):
    client = await api(north, "cleo", "hr")
    first = await published(client, await looked_at(client, worker_pool, {"results_cap": 0.1}))
    scale = first["policy"]["reference"]
    moved = {**scale, "mean": [mean + 0.1 for mean in scale["mean"]]}
    await published(client, await looked_at(client, worker_pool, {"reference": moved}))
    kept = await published(client, await looked_at(client, worker_pool, {"results_cap": 0.2}))
    assert kept["policy"]["reference"] == scale
    preview = await looked_at(client, worker_pool, {"reference": None})
    answer = await client.post(POLICIES, json={"preview_id": preview["id"], "rescale": True})
    assert answer.json()["policy"]["reference"]["dimensions"] == scale["dimensions"]


async def test_levels_that_ask_for_more_do_so_from_their_publication(api, worker_pool, north):
    client = await api(north, "cleo", "hr")
    levels = json.loads(encode(Policy()))["levels"]
    levels[1]["stages"] = 3
    preview = await looked_at(client, worker_pool, {"levels": levels})
    assert (preview["levels_lost_later"], preview["levels_later"]) == (0, [])
    assert "level_after_grace" in {board["board"] for board in preview["boards"]}
    version = await published(client, preview)
    assert version["policy"]["levels_from"] is not None
    after = await published(client, await looked_at(client, worker_pool, {"results_cap": 0.1}))
    assert after["policy"]["levels_from"] == version["policy"]["levels_from"]


async def test_what_was_looked_at_against_an_older_version_is_not_published(api, worker_pool, north):
    client = await api(north, "cleo", "hr")
    early, late = [await looked_at(client, worker_pool, {"results_cap": cap}) for cap in (0.1, 0.2)]
    await published(client, late)
    refused = await client.post(POLICIES, json={"preview_id": early["id"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "policy_changed")


async def test_nobody_publishes_blindly(api, worker_pool, north):
    client = await api(north, "cleo", "hr")
    asked = (await client.post(f"{POLICIES}/previews", json={"changes": {"results_cap": 0.1}})).json()
    refused = await client.post(POLICIES, json={"preview_id": asked["id"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "preview_not_done")
    await worker.take(worker_pool, asyncio.Event(), worker.Duties())


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"results_cap": 0.31}, "results_cap is 0.31"),
        ({"results_kap": 0.1}, "results_kap"),
        ({"k": "five"}, "int"),
        ({"weights": {"other": {}}}, "weights"),
        ({"weights": {"king": {"care": 1.0}, "other": {"care": 1.0}}}, "king"),
        ({"levels": []}, "levels"),
        ({"kudos_half_life_days": 1e300}, "kudos_half_life_days"),
    ],
)
async def test_a_policy_that_breaks_a_rule_is_told_which(api, north, changes, word):
    refused = await (await api(north, "cleo", "hr")).post(f"{POLICIES}/previews", json={"changes": changes})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert word in refused.json()["message"]


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ('{"changes": {"k": 6, "minimum_voices": 4, "k": 5}}', "'k'"),
        (
            '{"changes": {"weights": {"other": {"care": 1, "care": 2, "leading": 1, "leading": 1}}}}',
            "'care', 'leading'",
        ),
        ('{"changes": {"k": 6}, "changes": {"k": 5}}', "'changes'"),
    ],
)
async def test_a_policy_that_names_a_key_twice_is_told_which(api, north, body, keys):
    client = await api(north, "cleo", "hr")
    refused = await client.post(f"{POLICIES}/previews", content=body, headers={"content-type": "application/json"})
    told = {"code": "invalid", "message": f"{keys}: given more than once", "detail": {}}
    assert (refused.status_code, refused.json()) == (400, told)


async def test_k_is_only_raised_while_a_round_is_open(api, worker_pool, north):
    client = await api(north, "cleo", "hr")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("insert into feedback_round (opened_at) values (now() - interval '1 day')")
    refused = await client.post(f"{POLICIES}/previews", json={"changes": {"k": 3}})
    assert (refused.status_code, refused.json()["code"]) == (409, "round_open")
    assert (await looked_at(client, worker_pool, {"k": 6}))["state"] == "done"


async def test_k_is_only_raised_once_anybody_has_answered(api, worker_pool, north):
    client = await api(north, "cleo", "hr")
    assert (await looked_at(client, worker_pool, {"k": 4}))["state"] == "done"
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(
            "insert into feedback_answer (giver_id, receiver_id, criterion_id, rating) values ($1, $2, $3, 4)",
            north.ada, north.ben, north.criteria["leading"],
        )  # fmt: skip
    refused = await client.post(f"{POLICIES}/previews", json={"changes": {"k": 4}})
    assert (refused.status_code, refused.json()["code"]) == (409, "k_only_rises")
    assert (await looked_at(client, worker_pool, {"k": 6}))["state"] == "done"


async def test_five_previews_wait_at_most(api, worker_pool, north):
    client = await api(north, "cleo", "hr")
    asked = [await client.post(f"{POLICIES}/previews", json={"changes": {}}) for _ in range(6)]
    assert [answer.status_code for answer in asked] == [202] * 5 + [409]
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update slot set state = 'skipped'")


async def test_versions_come_in_pages_the_newest_first(api, worker_pool, north):
    client = await api(north, "cleo", "hr")
    for cap in (0.1, 0.2):
        await published(client, await looked_at(client, worker_pool, {"results_cap": cap}))
    page = (await client.get(POLICIES, params={"limit": 2})).json()
    assert ([one["version"] for one in page["items"]], page["next"]) == ([3, 2], 2)
    rest = (await client.get(POLICIES, params={"before": page["next"]})).json()
    assert ([one["version"] for one in rest["items"]], rest["next"]) == ([1], None)
    assert (await client.get(f"{POLICIES}/3")).json() == page["items"][0]
    assert (await client.get(f"{POLICIES}/4")).status_code == 404


async def test_every_number_of_a_policy_has_its_range_and_reason(api, north):
    rules = (await (await api(north, "cleo", "hr")).get(f"{POLICIES}/rules")).json()
    assert {rule["field"] for rule in rules} == set(RULES)
    assert all(rule["low"] <= rule["standard"] <= rule["high"] and rule["why"] for rule in rules)


async def test_another_organizations_preview_is_not_found(api, worker_pool, north, south):
    preview = await looked_at(await api(north, "cleo", "hr"), worker_pool, {"k": 6})
    stranger = await api(south, "dora", "administrator")
    assert (await stranger.get(f"{POLICIES}/previews/{preview['id']}")).status_code == 404
    assert (await stranger.post(POLICIES, json={"preview_id": preview["id"]})).status_code == 404


@pytest.mark.parametrize("role", ["employee", "lead"])
async def test_employees_and_leads_neither_see_nor_change_policies(api, north, role):
    client = await api(north, "ada", role)
    assert (await client.get(POLICIES)).status_code == 403
    assert (await client.post(f"{POLICIES}/previews", json={"changes": {}})).status_code == 403


async def test_the_shell_shows_looks_at_and_publishes(database_url, north, tmp_path):
    shell = partial(talkoot, TALKOOT_DATABASE_URL=database_url)
    file = tmp_path / "policy.json"
    file.write_bytes(encode(Policy(results_cap=0.1)))
    told = shell("policy", "publish", north.handle, str(file), "--yes")
    assert "published version 2" in told.stdout
    shown = json.loads(shell("policy", "show", north.handle).stdout)
    assert (shown["results_cap"], shown["reference"]["dimensions"][0]) == (0.1, "collaboration")
    assert len(shell("policy", "history", north.handle).stdout.splitlines()) == 2
    file.write_text('{"results_cap": 0.31}')
    refused = shell("policy", "publish", north.handle, str(file), "--yes")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "results_cap is 0.31" in refused.stderr
