"""An organization's provider is set by administrators or in the shell, and its secret is seen nowhere."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import typer
from typer.testing import CliRunner

from service.app import create_app
from service.auth.actions import cookie_name, session_cookie
from service.base import db, sealing
from service.base.config import Settings
from service.pages.ways_in import flow_cookie_name
from service.sign_in import actions, commands
from service.sign_in.model import Setting, SignInFailed
from tests.service.sign_in import hostile

PLACE = "/api/sign-in-setting"
GOOD = {"issuer": "https://login.example/tenant", "client_id": "talkoot", "client_secret": "s3cret"}


@pytest.fixture
def talkoot(database_url, monkeypatch):
    """Run a command of the operator's shell; it starts an event loop, so it gets a thread of its own."""
    monkeypatch.setenv("TALKOOT_DATABASE_URL", database_url)
    monkeypatch.setenv("TALKOOT_CLIENT_SECRET", "from-the-shell")
    app = typer.Typer()
    app.command("other")(lambda: None)
    commands.register(app)
    return lambda *words: asyncio.to_thread(CliRunner().invoke, app, ["sign-in", *words])


async def test_an_administrator_sets_shows_and_ends_the_provider(api, north):
    admin = await api(north, "cleo", "administrator")
    assert (await admin.get(PLACE)).status_code == 404
    put = await admin.put(PLACE, json=GOOD)
    shown = await admin.get(PLACE)
    told = {"issuer": GOOD["issuer"], "client_id": "talkoot", "has_client_secret": True, "domains": []}
    assert put.json() == shown.json() == told
    assert "s3cret" not in put.text + shown.text
    assert (await admin.post(f"{PLACE}/end")).status_code == 204
    assert [(await admin.get(PLACE)).status_code, (await admin.post(f"{PLACE}/end")).status_code] == [404, 404]


async def test_a_secret_left_out_stays_but_never_goes_to_another_issuer_or_client(api, north):
    admin = await api(north, "cleo", "administrator")

    async def has(**change):
        sent = {key: value for key, value in (GOOD | change).items() if value != "left out"}
        return (await admin.put(PLACE, json=sent)).json()["has_client_secret"]

    assert await has()
    assert await has(client_secret="left out")  # noqa: S106 - none
    assert not await has(client_secret="left out", issuer="https://evil.example")  # noqa: S106 - none
    assert await has()
    assert not await has(client_secret="left out", client_id="another")  # noqa: S106 - none
    assert await has()
    assert not await has(client_secret=None)


@pytest.mark.parametrize(
    "issuer",
    [
        "http://login.example",
        "http://127.0.0.1:8080",
        "ftp://login.example",
        "https://",
        "https://me@login.example",
        "https://login.example?x=1",
        "https://login.example/#x",
        "https://login.example:99999",
        "https://[::1",
        "https://login .example",
        "https://login.example/\r\nx",
    ],
)
async def test_an_issuer_that_is_not_safe_is_refused(api, north, issuer):
    answer = await (await api(north, "cleo", "administrator")).put(PLACE, json=GOOD | {"issuer": issuer})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize(("person", "role"), [("ada", "lead"), ("cleo", "hr"), ("ben", "employee"), (None, "service")])
async def test_the_provider_is_the_administrators_to_see_and_set(api, north, person, role):
    client = await api(north, person, role)
    answers = [await client.get(PLACE), await client.put(PLACE, json=GOOD), await client.post(f"{PLACE}/end")]
    assert [answer.status_code for answer in answers] == [403] * 3


async def test_domains_are_not_an_administrators_to_claim(api, north):
    answer = await (await api(north, "cleo", "administrator")).put(PLACE, json=GOOD | {"domains": ["gmail.com"]})
    assert answer.status_code == 400


async def test_the_shell_sets_shows_and_ends_without_ever_printing_the_secret(talkoot, north):
    domain = f"{north.handle}.example"
    options = ("--issuer", "https://login.example", "--client-id", "t", "--domain", domain.upper())
    outputs = [
        (await talkoot(*words)).output
        for words in (
            ("show", north.handle),
            ("set", north.handle, *options),
            ("show", north.handle),
            ("end", north.handle),
            ("show", north.handle),
        )
    ]
    assert (outputs[0], outputs[4]) == ("by e-mail\n", "by e-mail\n")
    assert outputs[1] == outputs[2]
    assert f"t, with a client secret\ndomains  {domain}" in outputs[2]
    assert "from-the-shell" not in "".join(outputs)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--issuer", "http://login.example", "--client-id", "t"), "https"),
        (("--issuer", "https://login.example", "--client-id", "t", "--domain", "no domain"), "example.com"),
    ],
)
async def test_what_cannot_be_is_said_in_one_line(talkoot, north, options, says):
    done = await talkoot("set", north.handle, *options)
    assert (done.exit_code, says in done.output, "Traceback" in done.output) == (1, True, False)


async def test_a_domain_belongs_to_one_organization(talkoot, north, south):
    options = ("--issuer", "https://login.example", "--client-id", "t", "--domain", f"{north.handle}.example")
    assert (await talkoot("set", north.handle, *options)).exit_code == 0
    second = await talkoot("set", south.handle, *options)
    assert (second.exit_code, "already" in second.output) == (1, True)
    assert (await talkoot("show", south.handle)).output == "by e-mail\n"  # nothing of it was kept


async def test_a_forgotten_account_can_be_linked_anew(talkoot, browser, north, provider, use):
    await use(north, provider.address)

    async def enters(subject):
        provider.claims = {"sub": subject}
        one = await browser()
        code, asked = provider.grant(await one.way_to_provider(north.handle))
        return (await one.come_back(code, asked)).status_code == 303

    assert (await enters("first"), await enters("second")) == (True, False)
    assert (await talkoot("unlink", north.handle, "BEN@north.example")).exit_code == 0
    assert (await enters("second"), await enters("first")) == (True, False)
    assert (await talkoot("unlink", north.handle, "nobody@north.example")).exit_code == 1


async def test_a_setting_shows_no_secret_wherever_it_is_printed():
    assert "s3cret" not in repr(Setting("https://a.example", "t", "s3cret", []))


@pytest.mark.parametrize("who", ["no-such-organization", "{north}"])
async def test_a_name_without_a_provider_gets_one_answer_whether_or_not_it_is_there(browser, north, who):
    who = who.format(north=north.handle)
    page = await (await browser()).post("/sign-in/start", data={"who": who})
    assert page.status_code == 422
    assert "No sign-in service goes by this name" in page.text
    shape = page.text.replace(who, "")
    assert shape == (await (await browser()).post("/sign-in/start", data={"who": "x1"})).text.replace('"x1"', '""')


async def test_nobody_is_sent_to_another_site_after_signing_in(browser, north, provider, use):
    await use(north, provider.address)
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example"):
        one = await browser()
        code, asked = provider.grant(await one.way_to_provider(north.handle, next=elsewhere))
        assert (await one.come_back(code, asked)).headers["location"] == "/"


async def test_over_https_every_cookie_is_bound_to_the_host(database_url, north, provider, use):
    await use(north, provider.address)
    settings = Settings(url="https://talkoot.example")
    app = create_app(settings, database_url)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://talkoot.example") as client,
    ):
        page = await client.post("/sign-in/start", data={"who": north.handle})
        way = page.text.partition('content="0;url=')[2].partition('"')[0].replace("&amp;", "&")
        code, asked = provider.grant(way)
        assert asked["redirect_uri"] == "https://talkoot.example/sign-in/callback"
        inside = await client.get("/sign-in/callback", params={"code": code, "state": asked["state"]})
    cookies = [*page.headers.get_list("set-cookie"), *inside.headers.get_list("set-cookie")]
    assert {one.partition("=")[0] for one in cookies} == {"__Host-talkoot_flow", "__Host-talkoot_session"}
    for one in cookies:
        assert all(part in one for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/")), one
        assert "Domain" not in one
    assert (cookie_name(settings), flow_cookie_name(settings)) == ("__Host-talkoot_session", "__Host-talkoot_flow")
    assert session_cookie(settings, None).max_age == 0
    assert hostile.CLIENT_SECRET not in page.text


async def test_the_secret_is_sealed_in_the_database_and_keys_can_change(api, north, worker_pool, monkeypatch):
    first, second = "a-first-key-of-more-than-32-characters", "a-second-key-of-more-than-32-characters"

    def keys(given):
        monkeypatch.setenv("TALKOOT_SECRET", given)
        sealing._keys.cache_clear()

    async def at_rest(tx):
        return await tx.fetchval("select client_secret from sign_in_setting")

    await (await api(north, "cleo", "administrator")).put(PLACE, json=GOOD)  # by the service's own key
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert "s3cret" not in await at_rest(tx)
        assert (await actions.setting(tx)).client_secret == GOOD["client_secret"]
        for given, kept in ((first, first), (f"{second} {first}", second)):
            await tx.execute("update sign_in_setting set client_secret = 's3cret'")  # as it was before there were keys
            for name in (kept, given):
                keys(name)
                assert await actions.reseal(tx)
            keys(kept)
            assert (await actions.setting(tx)).client_secret == GOOD["client_secret"]
        keys(first)  # the second is lost
        with pytest.raises(SignInFailed):
            await actions.setting(tx)
        await tx.execute("update sign_in_setting set client_secret = null")
        assert not await actions.reseal(tx)
    sealing._keys.cache_clear()


def test_of_processes_that_make_the_key_at_once_all_have_the_same_which_only_its_owner_reads(tmp_path):
    file = tmp_path / "made" / "secret.key"
    with ThreadPoolExecutor(8) as together:
        kept = set(together.map(sealing._kept, [file] * 32))
    assert len(kept) == 1
    assert (len(kept.pop()) >= 32, file.stat().st_mode & 0o777, list(file.parent.iterdir())) == (True, 0o600, [file])
