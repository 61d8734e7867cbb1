"""What stands behind another check and would be missed by nobody until that one fails: each is tried by itself."""

import asyncio
import json

import asyncpg
import pytest

from service.base import db
from service.flows import sign_in as flow
from service.sign_in import actions
from service.sign_in.model import Proved, SignInFailed

ELSEWHERE = "https://evil.example"
NEXT = "select next from sign_in_flow where organization_id = $1"
CHANGE = "update sign_in_flow set next = $2 where organization_id = $1"


async def test_of_many_who_come_back_with_one_state_at_once_one_gets_in(browser, north, provider, use):
    await use(north, provider.address)
    provider.forgets = True  # a provider that takes a code again and again
    one = await browser()
    code, asked = provider.grant(await one.way_to_provider(north.handle))
    answers = await asyncio.gather(*(one.come_back(code, asked) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [303] + [403] * 7


async def test_a_linked_person_who_has_left_is_nobody_and_gets_no_session(north, web_pool):
    ben = Proved("https://login.example", "ben-1", "ben@north.example")
    async with db.tenant(web_pool, north.organization_id) as tx:
        await tx.execute(
            "insert into identity (issuer, subject, person_id) values ($1, 'ben-1', $2)", ben.issuer, north.ben
        )
        assert await actions.person_of(tx, ben) == north.ben
        await tx.execute("update person set left_at = now() where id = $1", north.ben)
        with pytest.raises(SignInFailed):
            await actions.person_of(tx, ben)
        with pytest.raises(SignInFailed):
            await flow._enter(tx, north.ben, None)


async def test_another_site_is_forgotten_at_the_start_and_once_more_at_the_end(
    browser, north, provider, use, database_url
):
    await use(north, provider.address)
    one = await browser()
    code, asked = provider.grant(await one.way_to_provider(north.handle, next=ELSEWHERE))
    owner = await asyncpg.connect(database_url)  # nobody else may change a sign-in under way
    try:
        assert await owner.fetchval(NEXT, north.organization_id) == "/"
        await owner.execute(CHANGE, north.organization_id, ELSEWHERE)
    finally:
        await owner.close()
    assert (await one.come_back(code, asked)).headers["location"] == "/"


@pytest.mark.parametrize(("spaces", "status"), [(0, 200), (1_100_000, 503)])
async def test_a_providers_answer_that_is_good_but_too_long_is_not_read(
    browser, north, provider, use, *, spaces, status
):
    await use(north, provider.address)
    said = json.dumps(provider.discovery()).encode() + b" " * spaces
    provider.answers = {"/.well-known/openid-configuration": (200, said)}
    page = await (await browser()).post("/sign-in/start", data={"who": north.handle})
    assert page.status_code == status
