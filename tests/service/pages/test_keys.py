"""The pages of one's own sessions and of an organization's tokens, without a script."""

import re
from html import unescape
from uuid import UUID

import pytest

from service.auth.actions import revive_token
from service.base import db
from service.base.device import device_of
from service.base.errors import Refused

TOKENS = """
insert into credential (kind, role, name, scopes, hash, created_at, expires_at)
select 'token', 'service', 'Program ' || n, '{read}', sha256(n::text::bytea), now() - n * interval '1 hour',
    now() + interval '9 days'
from generate_series(1, $1::integer) as n
"""


async def test_one_sees_where_one_is_signed_in_and_signs_out_everywhere(visitor, north):
    here, there, other = await visitor(north, "ben"), await visitor(north, "ben"), await visitor(north, "ada")
    page = (await here.get("/sessions")).text
    assert (page.count("Since "), page.count("this browser")) == (2, 1)
    answer = await here.send_form("/sessions", "/sessions/end")
    assert answer.url.path == "/sign-in"
    for gone in (here, there):
        assert (await gone.get("/sessions")).url.path == "/sign-in"
    assert (await other.get("/sessions")).text.count("Since ") == 1


async def test_one_session_is_ended_or_all_but_this_one_and_never_anothers(visitor, north):
    here, there, third = [await visitor(north, "ben") for _ in range(3)]
    ada = await visitor(north, "ada")
    ids = re.findall(r'action="/sessions/([0-9a-f-]{36})/end"', (await here.get("/sessions")).text)
    assert len(ids) == 2
    token = re.search(r'name="csrf" value="(\w+)"', (await ada.get("/sessions")).text)[1]
    await ada.post(f"/sessions/{ids[0]}/end", data={"csrf": token})
    assert (await here.get("/sessions")).text.count("Since ") == 3
    page = await here.send_form("/sessions", f"/sessions/{ids[0]}/end")
    assert page.text.count("Since ") == 2
    assert sorted([(await one.get("/sessions")).url.path for one in (there, third)]) == ["/sessions", "/sign-in"]
    assert (await here.send_form("/sessions", "/sessions/others/end")).text.count("Since ") == 1
    assert [(await one.get("/sessions")).url.path for one in (there, third)] == ["/sign-in"] * 2


async def test_many_tokens_are_listed_a_part_at_a_time_and_each_can_be_ended(visitor, worker_pool, north):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(TOKENS, 130)
    admin = await visitor(north, "cleo", "administrator")
    seen, path = [], "/tokens"
    while path:
        text = (await admin.get(path)).text
        seen.append(re.findall(r">Program (\d+)</td>", text))
        assert ("The newest" in text) == (len(seen) > 1)
        older = re.search(r'href="(/tokens\?after=[^"]+)">Older ones', text)
        path = older and unescape(older[1])
    assert [len(part) for part in seen] == [50, 50, 30]
    assert [int(one) for part in seen for one in part] == list(range(1, 131))
    assert len(re.findall(r'action="/tokens/[^"]+/end"', text)) == 30


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
         "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
         "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1",
         "Safari, iPhone"),
        ("curl/8", None),
        ("<script>" * 100, None),
        (None, None),
    ],
)  # fmt: skip
def test_a_browser_is_known_by_two_words_of_ours(said, told):
    assert device_of(said) == told


async def test_signing_out_everywhere_takes_ones_own_form(visitor, north):
    here = await visitor(north, "ben")
    assert (await here.post("/sessions/end", data={"csrf": "x"})).status_code == 403
    assert (await here.get("/sessions")).url.path == "/sessions"


async def test_an_administrator_makes_a_token_sees_it_once_and_ends_it(visitor, anybody, north):
    admin = await visitor(north, "cleo", "administrator")
    assert 'value="hr"' not in (await admin.get("/tokens")).text  # a role that Cleo does not hold
    made = await admin.send_form("/tokens", "/tokens", role="employee", name="<b>Ben's</b>", days="7", read="true")
    secret = re.search(r"<code>(tk_[\w-]{43})</code>", made.text)[1]
    assert "&lt;b&gt;Ben&#39;s&lt;/b&gt;" in made.text
    headers = {"authorization": f"Bearer {secret}"}
    assert (await anybody.get("/api/people", headers=headers)).status_code == 200
    thanks = {"receiver_id": str(north.ada), "message": "Thank you"}
    assert (await anybody.post("/api/kudos", json=thanks, headers=headers)).status_code == 403
    page = (await admin.get("/tokens")).text
    assert secret not in page
    action = re.search(r'action="(/tokens/[^"]+/end)"', page)[1]
    ended = await admin.send_form("/tokens", action)
    assert "ended " in ended.text
    assert (await anybody.get("/api/people", headers=headers)).status_code == 401
    assert "The token is ended" in ended.text
    way = re.search(r'action="(/undo/[^"]+)"', ended.text)[1]
    back = await admin.send_form(ended.url.raw_path.decode(), way)
    assert "The token works again" in back.text
    assert (await anybody.get("/api/people", headers=headers)).status_code == 200
    assert way not in (await admin.get(ended.url.raw_path.decode())).text  # once


async def test_a_token_of_a_role_that_was_taken_since_stays_ended(visitor, anybody, north, worker_pool):
    admin = await visitor(north, "cleo", "administrator")
    made = await admin.send_form("/tokens", "/tokens", role="administrator", name="Sync", days="7", read="true")
    headers = {"authorization": f"Bearer {re.search(r'<code>(tk_[^<]+)</code>', made.text)[1]}"}
    path = re.search(r'action="/tokens/([^"]+)/end"', made.text)[1]
    await admin.send_form("/tokens", f"/tokens/{path}/end")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("delete from role_grant where person_id = $1", north.cleo)
        with pytest.raises(Refused):
            await revive_token(tx, UUID(path))
    assert (await anybody.get("/api/people", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"role": "service"}, "Choose at least one thing"),
    ],
)
async def test_a_token_that_cannot_be_is_explained(visitor, north, wish, says):
    admin = await visitor(north, "cleo", "administrator")
    answer = await admin.send_form("/tokens", "/tokens", **wish)
    assert (answer.status_code, says in answer.text) == (422, True)
    assert "<code>tk_" not in answer.text


async def test_sending_the_form_again_makes_no_other_token_and_shows_the_secret_no_second_time(visitor, north):
    admin = await visitor(north, "cleo", "administrator")
    page = (await admin.get("/tokens")).text
    hidden = {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("csrf", "key")}
    wish = hidden | {"role": "service", "name": "Payroll", "days": "7", "read": "true"}
    first, second = await admin.post("/tokens", data=wish), await admin.post("/tokens", data=wish)
    assert ["<code>tk_" in page.text for page in (first, second)] == [True, False]
    assert [page.text.count(">Payroll</td>") for page in (first, second)] == [1, 1]
    assert (second.url.path, "That form has made its token already" in second.text) == ("/tokens", True)
    assert "Payroll" in (await admin.send_form("/tokens", "/tokens", role="service", name="Other", read="true")).text


@pytest.mark.parametrize("name", ["", "  "])
async def test_a_token_without_a_name_is_refused_at_the_field_and_the_rest_is_kept(visitor, north, name):
    admin = await visitor(north, "cleo", "administrator")
    answer = await admin.send_form("/tokens", "/tokens", role="administrator", name=name, days="12", write="true")
    assert (answer.status_code, "<code>tk_" in answer.text) == (422, False)
    assert re.search(r'<input id="name"[^>]*aria-invalid="true" aria-describedby="name-wrong"', answer.text)
    assert 'id="name-wrong">Write what it is for; by that you find it again.' in answer.text
    assert re.search(r'value="administrator" selected', answer.text)
    assert re.search(r'name="days"[^>]*value="12"', answer.text)
    assert re.findall(r'name="(\w+)" value="true" checked', answer.text) == ["write"]


async def test_the_page_of_tokens_speaks_finnish(visitor, north):
    page = (await (await visitor(north, "cleo", "administrator", language="fi")).get("/tokens")).text
    assert "Tee avain" in page


@pytest.mark.parametrize(("person", "role"), [("ben", "employee"), ("ada", "lead"), ("cleo", "hr")])
async def test_only_administrators_see_the_page_of_tokens(visitor, north, person, role):
    one = await visitor(north, person, role)
    assert "/tokens" not in (await one.get("/sessions")).text
    nothing = "00000000-0000-4000-8000-000000000000"
    for method, path in (("GET", "/tokens"), ("POST", "/tokens"), ("POST", f"/tokens/{nothing}/end")):
        assert (await one.request(method, path)).status_code == 403, path


async def test_another_organizations_token_cannot_be_ended(visitor, api, north, south):
    await api(south, "dora")
    theirs = (await (await api(south, "dora", "administrator")).get("/api/tokens")).json()["items"]
    admin = await visitor(north, "cleo", "administrator")
    csrf = re.search(r'name="csrf" value="([^"]+)"', (await admin.get("/tokens")).text)[1]
    for one in theirs:
        assert (await admin.post(f"/tokens/{one['id']}/end", data={"csrf": csrf})).status_code == 404
    assert len(theirs) == 2


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "fi"])
async def test_on_a_phone_a_token_is_seen_whole_and_can_be_ended(opened, visitor, example, language):
    admin = await visitor(example, "cleo", "administrator")
    wish = {"role": "administrator", "name": "The payroll of the whole house", "days": "7", "read": "true"}
    await admin.send_form("/tokens", "/tokens", **wish, write="true")
    page = await opened("/tokens", language, "administrator", viewport={"width": 390, "height": 900})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    end = page.locator('form[action$="/end"] button')
    box = await end.first.bounding_box()
    assert box["x"] + box["width"] <= await page.evaluate(
        "document.querySelector('main .card').getBoundingClientRect().right"
    )
    assert await page.locator("td[data-column]").nth(4).is_visible()
