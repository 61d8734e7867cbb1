"""Sign-in settings and the audit log as pages: tried before they are saved, searched before they are read."""

import ast
import csv
import re
from pathlib import Path

import httpx
import pytest

import service
from service.base import audit, db
from service.base.access import Actor, Role
from service.exchange import exporting, loading
from service.exports.model import What
from service.pages.audit import ACTIONS
from service.pages.sign_in_setting import FINDINGS
from service.sign_in.provider import Finding, examine

ERASED = """
insert into audit (role, action, subject_id, detail, purpose) values ('operator', 'erase', $1, $2, 'operation')
"""
HERE = "/settings/sign-in"
SETTING = "select issuer, client_id, client_secret from sign_in_setting"
METADATA = {
    "issuer": "https://login.example/realm",
    "authorization_endpoint": "https://login.example/a",
    "token_endpoint": "https://login.example/t",
    "jwks_uri": "https://login.example/k",
}


async def examined(status=200, json=None, text=None, error=None):
    def answer(_):
        if error:
            raise error
        return httpx.Response(status, json=json) if text is None else httpx.Response(status, text=text)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        return await examine(client, "https://login.example/realm")


async def test_what_is_wrong_with_a_provider_is_told_apart():
    assert await examined(json=METADATA) == Finding("fine")
    assert await examined(json=METADATA | {"issuer": "https://other.example"}) == Finding(
        "other_issuer", "https://other.example"
    )
    unsafe = METADATA | {"token_endpoint": "http://login.example/t"}
    assert (await examined(json=unsafe)).code == "unsafe"
    assert (await examined(404)).code == (await examined(302)).code == "not_there"
    assert (await examined(text="<html>")).code == (await examined(json={"issuer": 1})).code == "no_provider"
    assert (await examined(error=httpx.ConnectError("no route"))).code == "unreachable"


async def test_a_provider_is_tried_before_it_is_saved_and_its_secret_is_never_shown(visitor, worker_pool, north):
    admin = await visitor(north, "cleo", "administrator")
    wrong = {"issuer": "https://127.0.0.1:1/realm", "client_id": "talkoot", "client_secret": "hush-hush"}
    refused = await admin.send_form(HERE, HERE, **wrong)
    assert (refused.status_code, FINDINGS["unreachable"].split("?")[0] in refused.text) == (422, True)
    tried = await admin.post(f"{HERE}/test", data={"csrf": csrf(refused.text), **wrong})
    assert (tried.status_code, wrong["issuer"] in tried.text, "hush-hush" in tried.text) == (200, True, False)
    saved = await admin.send_form(HERE, HERE, **wrong, anyway="yes")
    assert ("Saved" in saved.text, "hush-hush" in saved.text) == (True, False)
    await admin.send_form(HERE, HERE, **wrong | {"client_secret": ""}, anyway="yes")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        kept = await tx.fetchrow(SETTING)
    assert (kept["issuer"], kept["client_secret"] is None) == (wrong["issuer"], False)
    ended = await admin.send_form(HERE, f"{HERE}/end")
    assert "By a link in a mail" in ended.text
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert await tx.fetchrow(SETTING) is None


@pytest.mark.parametrize("issuer", ["http://login.example", "login.example", "https://login.example/?a=b", ""])
async def test_what_is_no_address_of_a_provider_is_not_asked(visitor, north, issuer):
    admin = await visitor(north, "cleo", "administrator")
    refused = await admin.send_form(HERE, HERE, issuer=issuer, client_id="talkoot", anyway="yes")
    assert (refused.status_code, "The issuer is an https address" in refused.text) == (422, True)


async def test_the_log_is_searched_by_name_and_deed_page_by_page_and_taken_along(visitor, worker_pool, north):
    hr = await visitor(north, "cleo", "hr", language="fi")
    assert "Kukaan ei ole vielä katsonut" in (await hr.get("/audit")).text
    async with db.tenant(worker_pool, north.organization_id) as tx:
        me = Actor(north.organization_id, north.ada, north.ada, Role.LEAD)
        for _ in range(60):
            await audit.looked(tx, me, north.ben, "view_standing")
        await audit.looked(tx, me, north.cleo, "view_page")
    first = (await hr.get("/audit")).text
    assert (first.count("<tr>") - 1, "Ada" in first, "katsoi lukuja" in first) == (50, True, True)
    older = first[first.index('rel="next" href="') + 17 :].split('"')[0].replace("&amp;", "&")
    assert (await hr.get(older)).text.count("<tr>") - 1 == 11
    cleo = (await hr.get("/audit", params={"q": "cle"})).text
    assert (cleo.count("<tr>") - 1, "katsoi ihmisen sivua" in cleo) == (1, True)
    assert "Sellaista ei ole kirjattu" in (await hr.get("/audit", params={"q": "100%"})).text
    pages = (await hr.get("/audit", params={"q": "Ben", "action": "view_page"})).text
    assert "Sellaista ei ole kirjattu" in pages
    taken = await hr.get("/audit/export")
    assert (taken.headers["content-type"], taken.text.count("view_standing")) == ("text/csv; charset=utf-8", 60)
    assert "vei tämän lokin" in (await hr.get("/audit")).text
    searched = (await hr.get("/audit", params={"q": "cle", "action": "view_page"})).text
    file = re.search(r'href="(/audit/export\?[^"]+)"', searched)[1].replace("&amp;", "&")
    header, *rows = csv.reader((await hr.get(file)).text.splitlines())
    assert header == ["id", "at", "actor", "role", "action", "subject", "purpose", "detail"]
    assert [row[2:6] for row in rows] == [["Ada", "lead", "view_page", "Cleo"]]


def csrf(text):
    return text[text.index('name="csrf" value="') + 19 :].split('"')[0]


LOOKS = {"looked": 3, "looked_at_each": 3}  # which argument names the action
IN_SQL = re.compile(r"insert into audit \(role, action,[^)]*\)\s*values \('\w+', '(\w+)'")


def actions_written():
    """Every action that stands in the audit log, from where it is written."""
    for path in Path(service.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            place = LOOKS.get(getattr(node.func, "attr", ""))
            named = [word.value for word in node.keywords if word.arg == "action"]
            yield from named if place is None else node.args[place : place + 1]


def test_every_action_that_is_written_down_has_words():
    written = set()
    for action in actions_written():
        if isinstance(action, ast.Constant):
            written.add(action.value)
        elif isinstance(action, ast.JoinedStr):
            written |= {f"{action.values[0].value}{what}" for what in What}
    for path in Path(service.__file__).parent.rglob("*.sql"):
        written |= set(IN_SQL.findall(path.read_text()))
    assert {"erase", "import", "export", "export_scores", "view_team"} <= written
    assert written - set(ACTIONS) == set()


async def test_what_our_own_code_wrote_down_is_told_in_the_readers_language(visitor, worker_pool, north, tmp_path):
    options, counts = loading.Options(assume_consent="Signed on paper"), loading.Counts({"people": 3}, assumed=2)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await loading._leave_traces(tx, north.organization_id, options, counts)
        await tx.execute(ERASED, north.ben, "to be forgotten, as asked")
    await exporting.export_folder(worker_pool, north.organization_id, tmp_path / "out")
    hr = await visitor(north, "cleo", "hr")
    english = (await hr.get("/audit")).text
    finnish = (await hr.get("/audit", headers={"accept-language": "fi"})).text
    assert "added 3, corrected 0, left out 0, assumed 2 consents: Signed on paper<" in english
    assert "lisätty 3, korjattu 0, jätetty pois 0, oletettu 2 suostumusta: Signed on paper<" in finnish
    assert (f">to {tmp_path}/out<" in english, f">kansioon {tmp_path}/out<" in finnish) == (True, True)
    assert all(">to be forgotten, as asked<" in page for page in (english, finnish))


async def test_the_log_names_exports_and_finds_them(visitor, worker_pool, north):
    cleo = Actor(north.organization_id, north.cleo, north.cleo, Role.HR)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await audit.looked(tx, cleo, None, "export_scores")
    page = (await (await visitor(north, "cleo", "hr", language="fi")).get("/audit?action=export_scores")).text
    assert "vei luvut" in page.partition("<tbody>")[2]
    titles = (">Kuka<", ">Käyttötarkoitus<", ">Ketkä<", ">Mistä<")
    assert [title in page for title in titles] == [True, True, False, False]
