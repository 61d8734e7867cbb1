"""How the organization's people sign in, for its administrators: by e-mail or at a provider, which is tried first."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from service.auth.routes import administrator
from service.base import db, mail
from service.base.border import Input
from service.base.config import address_of
from service.base.errors import Invalid, NotFound
from service.base.web import Me, Pool, Tx
from service.pages.page import Seen, View, form, own_fields, provide_view, redirect, settings
from service.pages.ways_in import CALLBACK
from service.sign_in import actions
from service.sign_in.actions import sql
from service.sign_in.model import NewSetting, SettingView, TooOften, checked_issuer
from service.sign_in.provider import Finding, examine

HERE = "/settings/sign-in"
TRIES = 20  # of an organization's administrators in a quarter of an hour
# English here, Finnish in locale/fi.po: what asking the provider came to.
FINDINGS = {
    "fine": "It answers as a sign-in service does. You can save it.",
    "unreachable": "Nothing answers at this address. Is it spelt right, and can this server reach it?",
    "not_there": "Something answers, but there is no sign-in service under this address. Often the path is missing, "
    "such as /realms/name or a tenant’s id.",
    "no_provider": "Something answers, but not as an OpenID provider does. The address must be the issuer that the "
    "provider’s own settings show.",
    "other_issuer": "It answers, but calls itself by another address. Type the issuer exactly so:",
    "unsafe": "It answers, but names addresses without https. Secrets must not be sent there.",
    "address": "The issuer is an https address without query, as the provider’s own settings show it.",
    "client": "Type the client’s id, as the provider shows it.",
    "too_often": "It was tried often in a short time. Wait a quarter of an hour.",
}
AnyRequest = Request[Any, Any, Any]


class Shown(msgspec.Struct, frozen=True):
    """What was typed, and what came of it."""

    given: dict[str, str] = {}
    finding: Finding | None = None
    status: int = 200


@get(HERE, guards=[administrator])
async def show_setting(request: AnyRequest, tx: Tx, view: Seen) -> Response[str]:
    """Show where people sign in, and the form that changes it; a secret is never shown."""
    return await _page(request, tx, view, Shown())


@post(f"{HERE}/test", guards=[administrator], status_code=200)
async def try_setting(request: AnyRequest, pool: Pool, me: Me) -> Response[str]:
    """Ask the provider what it is, and change nothing."""
    given = await own_fields(request)
    return await _again(request, pool, me, Shown(given, await _tried(request, me, given)))


@post(HERE, guards=[administrator])
async def save_setting(request: AnyRequest, pool: Pool, me: Me) -> Response[str] | Redirect:
    """Set the provider once it answered well; a wrong one would lock everybody out."""
    given = await own_fields(request)
    finding = await _tried(request, me, given)
    if finding.code != "fine" and (finding.code in {"address", "client"} or given.get("anyway") != "yes"):
        return await _again(request, pool, me, Shown(given, finding, 422))
    typed = given.get("client_secret")
    secret = None if given.get("public") == "yes" else typed or msgspec.UNSET
    new = NewSetting(issuer=given["issuer"].strip(), client_id=given["client_id"].strip(), client_secret=secret)
    async with db.tenant(pool, me.organization_id) as tx:
        await actions.put_setting(tx, new)
    return redirect(f"{HERE}?saved=true")


@post(f"{HERE}/end", guards=[administrator])
async def end_setting(request: AnyRequest, tx: Tx) -> Redirect:
    """Let people sign in by links in mails again; where they do so already, nothing changes."""
    await form(request, Input)
    try:
        await actions.end_setting(tx)
    except NotFound:
        return redirect(HERE)
    return redirect(f"{HERE}?saved=true")


async def _tried(request: AnyRequest, me: Me, given: dict[str, str]) -> Finding:
    """Ask the provider that was typed; no transaction is held meanwhile."""
    issuer = given.get("issuer", "").strip()
    try:
        checked_issuer(issuer)
        NewSetting(issuer=issuer, client_id="any")
    except (Invalid, ValueError):
        return Finding("address")
    if not given.get("client_id", "").strip():
        return Finding("client")
    try:
        await _count(request, me.organization_id)
    except TooOften:
        return Finding("too_often")
    return await examine(request.app.state.providers, issuer)


async def _count(request: AnyRequest, organization_id: UUID) -> None:
    if not await actions.try_once(request.app.state.pool, f"discovery {organization_id}", TRIES):
        raise TooOften("the provider was tried often; wait a while")


async def _again(request: AnyRequest, pool: Pool, me: Me, shown: Shown) -> Response[str]:
    async with db.brief(pool, me.organization_id, readonly=True) as tx:
        return await _page(request, tx, await provide_view(request, tx, me), shown)


async def _page(request: AnyRequest, tx: db.Connection, view: View, shown: Shown) -> Response[str]:
    setting = await db.maybe(tx, sql.setting_view, SettingView)
    return view.page(
        "sign_in_setting.html",
        shown.status,
        setting=setting,
        given=shown.given,
        finding=shown.finding,
        findings=FINDINGS,
        callback=address_of(settings(request)) + CALLBACK,
        mails=mail.can_send(settings(request)),
        saved="saved" in request.query_params,
    )
