"""The whole way through a certified provider (the npm package oidc-provider), as a browser goes it."""

import os
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from service.base import db
from tests.service.conftest import free_port
from tests.service.sign_in.conftest import asked_of

PACKAGE = "oidc-provider@9.6.1"
OLDEST_NODE = 20  # that the package runs on
SCRIPT = Path(__file__).with_name("certified.mjs")
STEPS = 12


@pytest.fixture(scope="session")
def package():
    """The provider's package, installed once into a cache folder; skipped, loudly, where there is no node."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("there is no node here: NO TESTS RAN AGAINST THE CERTIFIED PROVIDER")
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    if int(told.strip().lstrip("v").partition(".")[0] or 0) < OLDEST_NODE:
        pytest.skip(f"node {told.strip()} is too old: NO TESTS RAN AGAINST THE CERTIFIED PROVIDER")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path(tempfile.gettempdir()))) / f"talkoot-{PACKAGE}"
    entry = cache / "node_modules" / "oidc-provider" / "lib" / "index.js"
    if not entry.exists():
        cache.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--prefix", str(cache), "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
        if done.returncode:
            pytest.skip(f"npm cannot install {PACKAGE}: NO TESTS RAN AGAINST THE CERTIFIED PROVIDER\n{done.stderr}")
    return entry


@contextmanager
def running(package, back, kind):
    port = free_port()
    words = ["node", str(SCRIPT), str(package), str(port), back, kind]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as node:
        try:
            heard = ""
            while (line := node.stdout.readline()) and line.strip() != "ready":
                heard += line
            assert line, heard
            yield f"http://127.0.0.1:{port}"
        finally:
            node.kill()


@pytest.fixture(scope="session", params=["client_secret_basic", "client_secret_post", "public"])
def certified(package, entrance, request):
    with running(package, f"{entrance}/sign-in/callback", request.param) as address:
        yield address, None if request.param == "public" else "s3cret/with:signs"


async def signs_in_as(login, way, entrance):
    """Go through the provider's own pages as `login`; the address on our service that it sends the browser back to."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as person:
        answer = await person.get(way)
        for _ in range(STEPS):
            if answer.is_redirect:
                there = urljoin(str(answer.url), answer.headers["location"])
                if there.startswith(entrance):
                    return there
                answer = await person.get(there)
            else:
                action = unescape(re.search(r'<form[^>]*action="([^"]+)"', answer.text)[1])
                prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)[1]
                answer = await person.post(action, data={"prompt": prompt, "login": login, "password": "any"})
    raise AssertionError(f"the provider leads nowhere: {answer.text}")


@pytest.fixture
async def coming(browser, north, certified, use, entrance):
    """Sign in as a login of the provider; the browser, and the answer of our service."""
    address, secret = certified
    await use(north, address, secret=secret)

    async def come(login, who=None, **more):
        one = await browser()
        way = await one.way_to_provider(who or north.handle, **more)
        back = await signs_in_as(login, way, entrance)
        return one, await one.get(back), back

    return come


async def test_somebody_signs_in_and_lands_where_they_wanted_to_go(coming, entrance):
    one, answer, back = await coming("ben@north.example", next="/boards?period=all")
    assert (answer.status_code, answer.headers["location"]) == (303, "/boards?period=all")
    assert await one.signs_in()
    assert asked_of(back)["iss"]  # the certified provider names itself in its answer, and we look
    assert (await one.get("/")).status_code == 200


async def test_the_way_there_has_pkce_state_and_nonce(browser, north, certified, use):
    await use(north, certified[0], secret=certified[1])
    asked = asked_of(await (await browser()).way_to_provider(north.handle))
    assert asked["code_challenge_method"] == "S256"
    assert asked["response_type"] == "code"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43


async def test_the_first_time_links_the_account_and_later_the_address_does_not_matter(coming, north, worker_pool):
    one, _, _ = await coming("ben@north.example")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set email = 'married@north.example' where id = $1", north.ben)
        rows = await tx.fetch("select subject, person_id from identity")
    assert [tuple(row) for row in rows] == [("ben@north.example", north.ben)]
    assert await one.signs_in()
    assert await (await coming("ben@north.example"))[0].signs_in()


@pytest.mark.parametrize("login", ["unverified:ben@north.example", "nobody@north.example", "dora@south.example"])
async def test_unverified_unknown_and_foreign_people_stay_outside(coming, south, login):
    one, answer, _ = await coming(login)
    assert answer.status_code == 403
    assert not await one.signs_in()


async def test_who_has_left_stays_outside_linked_or_not(coming, north, worker_pool):
    ben, _, _ = await coming("ben@north.example")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set left_at = now() where id = any ($1)", [north.ben, north.cleo])
    assert not await ben.signs_in()
    for login in ("ben@north.example", "cleo@north.example"):
        one, answer, _ = await coming(login)
        assert (answer.status_code, await one.signs_in()) == (403, False)


async def test_coming_back_twice_or_with_the_code_in_another_sign_in_is_refused(coming, browser, north):
    one, _, back = await coming("ben@north.example")
    assert (await one.get(back)).status_code == 403
    again = await browser()
    way = asked_of(await again.way_to_provider(north.handle))
    used = asked_of(back)
    answer = await again.get(
        "/sign-in/callback", params={"code": used["code"], "state": way["state"], "iss": used["iss"]}
    )
    assert answer.status_code == 403
    assert not await again.signs_in()


async def test_two_organizations_at_one_provider_do_not_mix(  # noqa: PLR0917 - fixtures
    coming, north, south, use, certified, worker_pool
):
    await use(south, certified[0], secret=certified[1])
    dora, _, _ = await coming("dora@south.example", south.handle)
    ben, _, _ = await coming("ben@north.example")
    names = [{one["name"] for one in (await who.get("/api/people")).json()["items"]} for who in (dora, ben)]
    assert names == [{"Dora", "Eino"}, {"Ada", "Ben", "Cleo"}]
    for cast in (north, south):
        async with db.tenant(worker_pool, cast.organization_id) as tx:
            assert await tx.fetchval("select count(*) from identity") == 1


async def test_an_e_mail_address_of_the_organizations_domain_leads_to_its_provider(
    browser, north, certified, use, entrance
):
    domain = f"{north.handle}.example"
    await use(north, certified[0], secret=certified[1], domains=[domain])
    for who in (f"somebody@{domain}", f" Nobody@{domain.upper()}"):
        way = await (await browser()).way_to_provider(who)
        assert urlsplit(way).netloc == urlsplit(certified[0]).netloc
    one = await browser()
    back = await signs_in_as("ben@north.example", await one.way_to_provider(north.handle), entrance)
    assert (await one.get(back)).status_code == 403  # an address of another domain


async def test_a_role_is_what_the_data_say_at_sign_in(coming, north):
    ada, _, _ = await coming("ada@north.example")
    ben, _, _ = await coming("ben@north.example")
    body = {"name": "New", "kind": "delivery", "customer_id": str(north.oak), "started_at": "2026-01-01T00:00:00Z"}
    headers = {"sec-fetch-site": "same-origin"}
    made = [(await one.post("/api/projects", json=body, headers=headers)).status_code for one in (ada, ben)]
    assert made == [201, 403]


async def test_an_account_of_a_reused_address_does_not_open_the_earlier_person(coming, north, web_pool):
    async with db.tenant(web_pool, north.organization_id) as tx:
        older = "insert into identity (issuer, subject, person_id) select issuer, 'older', $1 from sign_in_setting"
        await tx.execute(older, north.ben)
    one, answer, _ = await coming("ben@north.example")
    assert (answer.status_code, await one.signs_in()) == (403, False)


def test_the_provider_is_the_one_named(package):
    text = (package.parents[1] / "package.json").read_text()
    assert f'"version": "{PACKAGE.partition("@")[2]}"' in text
