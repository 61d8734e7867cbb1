"""A provider, or somebody in its place, that lies: nobody is signed in by what does not prove who they are."""

import time

import pytest
from structlog.testing import capture_logs

from service.base import db
from tests.service.sign_in import hostile
from tests.service.sign_in.conftest import asked_of

NOW = int(time.time())


@pytest.fixture
def attempt(browser, north, provider, use):
    """Sign in at the provider as it is set up now; the answer, and the browser."""

    async def go(**more):
        await use(north, provider.address)
        one = await browser()
        code, asked = provider.grant(await one.way_to_provider(north.handle))
        return await one.come_back(code, asked, **more), one

    return go


async def linked(worker_pool, cast):
    async with db.tenant(worker_pool, cast.organization_id) as tx:
        return await tx.fetchval("select count(*) from identity"), await tx.fetchval(
            "select count(*) from credential where kind = 'session'"
        )


async def test_what_is_honest_signs_in(attempt, north, worker_pool):
    answer, one = await attempt()
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert await one.signs_in()
    assert await linked(worker_pool, north) == (1, 1)


WRONG = {
    "another issuer": {"iss": "https://evil.example"},
    "the issuer with a slash": {"iss": "http://127.0.0.1/"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "another-client"},
    "other audiences": {"aud": ["another-client", "third"]},
    "no audience": {"aud": None},
    "an audience in a number": {"aud": 7},
    "two audiences and no party": {"aud": ["talkoot", "another-client"]},
    "made for another party": {"aud": ["talkoot", "another-client"], "azp": "another-client"},
    "this party but another audience": {"aud": ["another-client"], "azp": "talkoot"},
    "this party but no audience": {"aud": None, "azp": "talkoot"},
    "one audience and another party": {"azp": "another-client"},
    "another nonce": {"nonce": "x" * 43},
    "no nonce": {"nonce": None},
    "expired": {"exp": NOW - 120, "iat": NOW - 420},
    "no end": {"exp": None},
    "an end that is a truth": {"exp": True},
    "an end in words": {"exp": "tomorrow"},
    "an end beyond all time": {"exp": 10**400},
    "issued in the future": {"iat": NOW + 3600, "exp": NOW + 7200},
    "issued long ago": {"iat": NOW - 3600, "exp": NOW + 300},
    "no issue": {"iat": None},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a long subject": {"sub": "s" * 256},
    "a subject with NUL": {"sub": "a\0b"},
    "an address that is not verified": {"email_verified": False},
    "an address verified in words": {"email_verified": "true"},
    "an address that nobody calls verified": {"email_verified": None},
    "an address of nobody": {"email": "nobody@north.example"},
    "an address that is no text": {"email": ["ben@north.example"]},
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_claim_that_does_not_fit_signs_nobody_in(attempt, provider, north, worker_pool, name):
    provider.claims = WRONG[name]
    answer, one = await attempt()
    assert answer.status_code == 403, name
    assert not await one.signs_in()
    assert await linked(worker_pool, north) == (0, 0)


async def test_an_address_that_becomes_anothers_in_small_letters_is_not_theirs(attempt, provider, north, worker_pool):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set email = 'mark@north.example' where id = $1", north.ben)
    kelvin = "mar\u212a@north.example"
    assert kelvin.lower() == "mark@north.example"
    provider.claims = {"email": kelvin}
    assert (await attempt())[0].status_code == 403
    provider.claims = {"email": "Mark@North.example"}
    assert (await attempt())[0].status_code == 303


@pytest.mark.parametrize(
    "sign",
    [
        hostile.unsigned,
        hostile.by_public_key,
        hostile.by_client_secret,
        hostile.by_another_key,
        hostile.by_unknown_key,
        hostile.changed_after,
        lambda _: "",
        lambda _: "a.b.c",
        lambda _: "x" * 200_000,
    ],
    ids=["none", "HS256 public key", "HS256 secret", "another key", "unknown key", "changed", "empty", "junk", "long"],
)
async def test_a_signature_that_is_not_the_providers_signs_nobody_in(attempt, provider, sign):
    provider.sign = sign
    answer, one = await attempt()
    assert answer.status_code == 403
    assert not await one.signs_in()


async def test_a_signature_on_a_curve_counts_as_well(attempt, provider):
    provider.sign = hostile.by_curve
    assert await (await attempt())[1].signs_in()


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://user@127.0.0.1/"},
    ],
)
async def test_a_discovery_that_is_not_the_issuers_leads_nowhere(browser, north, provider, use, metadata):
    provider.metadata = metadata
    await use(north, provider.address)
    page = await (await browser()).post("/sign-in/start", data={"who": north.handle})
    assert page.status_code == 403
    assert "evil.example" not in page.text
    assert "set-cookie" not in page.headers


async def test_the_answers_issuer_is_checked_where_it_comes_and_missed_where_it_should(attempt, provider):
    assert (await attempt(iss=provider.address))[0].status_code == 303
    assert (await attempt(iss="https://evil.example"))[0].status_code == 403
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    assert (await attempt())[0].status_code == 403
    assert (await attempt(iss=provider.address))[0].status_code == 303


async def test_the_address_may_come_from_userinfo_but_only_of_the_same_person(attempt, provider):
    provider.claims = {"email": None, "email_verified": None}
    provider.userinfo = {"sub": "somebody else", "email": "ben@north.example", "email_verified": True}
    assert (await attempt())[0].status_code == 403
    provider.userinfo["sub"] = "ben-1"
    assert (await attempt())[0].status_code == 303
    provider.userinfo = {}  # an account that is linked needs no address any more
    assert (await attempt())[0].status_code == 303


async def test_a_code_is_taken_once_and_only_with_the_verifier_of_its_browser(browser, north, provider, use):
    await use(north, provider.address)
    victim, thief = await browser(), await browser()
    code, asked = provider.grant(await victim.way_to_provider(north.handle))
    _, own = provider.grant(await thief.way_to_provider(north.handle))
    assert (await thief.come_back(code, own)).status_code == 403  # a stolen code, in the thief's own sign-in
    assert not await thief.signs_in()
    code, asked = provider.grant(await victim.way_to_provider(north.handle))
    assert (await victim.come_back(code, asked)).status_code == 303
    again = asked_of(await victim.way_to_provider(north.handle))
    assert (await victim.come_back(code, again)).status_code == 403  # the same code in a new sign-in


async def test_a_state_works_once_in_its_own_browser_and_for_ten_minutes(browser, north, provider, use, worker_pool):
    await use(north, provider.address)
    one, other = await browser(), await browser()
    code, asked = provider.grant(await one.way_to_provider(north.handle))
    kept = dict(one.cookies)
    assert (await one.come_back(code, asked)).status_code == 303
    one.cookies.update(kept)
    provider.codes[code] = asked  # even where the provider would take the code again
    assert (await one.come_back(code, asked)).status_code == 403
    code, asked = provider.grant(await one.way_to_provider(north.handle))
    assert (await other.come_back(code, asked)).status_code == 403  # somebody else's browser
    assert code in provider.codes  # the provider was not even asked
    assert not await other.signs_in()
    code, asked = provider.grant(await one.way_to_provider(north.handle))
    async with db.tenant(worker_pool, north.organization_id) as tx:
        life = "select max(extract(epoch from expires_at - created_at)) from credential where kind = 'flow'"
        assert float(await tx.fetchval(life)) == pytest.approx(600, abs=1)
    for state in ("", "tf_unknown", "x" * 5000, "\0"):
        assert (await one.come_back(code, {"state": state})).status_code == 403


async def test_nothing_of_a_flow_can_be_used_by_who_reads_the_database(browser, north, provider, use, worker_pool):
    await use(north, provider.address)
    one = await browser()
    way = asked_of(await one.way_to_provider(north.handle))
    async with db.tenant(worker_pool, north.organization_id) as tx:
        tables = ("credential", "sign_in_flow", "event")
        stored = str([await tx.fetch(f"select t::text from {table} as t") for table in tables])  # noqa: S608
    assert north.organization_id.hex[:8] in stored
    for secret in (way["state"], way["nonce"], way["code_challenge"], one.cookies["talkoot_flow"]):
        assert len(secret) >= 43
        assert secret not in stored


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"/token": (500, b"")}, 503),
        ({"/token": (302, b"http://127.0.0.1:1/")}, 503),
        ({"/token": (200, b"not json")}, 503),
        ({"/token": (200, b"[" * 100_000)}, 503),
        ({"/token": (200, b" " * 1_100_000)}, 503),
        ({"/token": (200, {})}, 503),
        ({"/token": (400, {"error": "invalid_client"})}, 403),
        ({"/keys": (200, {})}, 403),
        ({"/keys": (200, {"keys": [7]})}, 403),
        ({"/keys": (200, {"keys": []})}, 403),
        ({"/keys": (500, b"")}, 503),
    ],
)
async def test_a_provider_that_breaks_is_said_to_be_away_and_breaks_nothing(attempt, provider, answers, status):
    provider.answers = answers
    answer, one = await attempt()
    assert answer.status_code == status
    assert not await one.signs_in()


async def test_a_provider_that_does_not_answer_is_given_up_in_time(browser, north, provider, use):
    provider.wait = 6
    await use(north, provider.address)
    began = time.monotonic()
    page = await (await browser()).post("/sign-in/start", data={"who": north.handle})
    assert page.status_code == 503
    assert time.monotonic() - began < 5.5
    await use(north, "http://127.0.0.1:1")
    assert (await (await browser()).post("/sign-in/start", data={"who": north.handle})).status_code == 503


async def test_what_the_log_says_holds_no_secret(attempt, provider):
    provider.claims = {"nonce": "x" * 43}
    with capture_logs() as said:
        answer, _ = await attempt()
    assert answer.status_code == 403
    assert {"check": "nonce", "event": "sign_in_refused", "log_level": "warning"} in said
    for secret in (hostile.CLIENT_SECRET, "s3cret", "tf_", "ben@north.example", "x" * 43, "code="):
        assert secret not in str(said)
