"""Signing in, from the door to the session: what credentials, providers and mails do together."""

import hmac
from typing import Any
from uuid import UUID

import httpx
import msgspec

from service.auth import actions as auth
from service.auth.lookup import hash_of
from service.auth.roles import role_now
from service.base import clock, db
from service.base.access import Actor, Role
from service.base.errors import NotFound
from service.base.gathered import Gathered
from service.sign_in import actions, proof, provider
from service.sign_in.model import Flow, Proved, Setting, refuse


class Hall(msgspec.Struct, frozen=True):
    """What a sign-in needs of the running service; `back` is where providers send people back to."""

    pool: db.Pool
    lookup: Gathered[bytes, Actor]
    client: httpx.AsyncClient
    back: str
    user_agent: str | None = None


class Answer(msgspec.Struct, frozen=True):
    """What a provider sends the browser back with."""

    state: str = ""
    code: str | None = None
    iss: str | None = None
    error: str | None = None


class Entered(msgspec.Struct, frozen=True):
    """A session that has begun, and where its person wanted to go."""

    secret: str
    next: str


async def begin(hall: Hall, organization_id: UUID, browser: str, next_path: str) -> str:
    """Begin a sign-in of the browser that holds the secret `browser`; return the provider's address to send it to.

    Raises
    ------
    NotFound : the organization has none, not any more.
    ProviderAway : the provider does not answer.
    """
    async with db.tenant(hall.pool, organization_id, readonly=True) as tx:
        setting = await actions.setting(tx)
    if setting is None:
        raise NotFound("your organization has no sign-in service set")
    async with provider.in_time():
        metadata = await provider.discover(hall.client, setting)
    async with db.tenant(hall.pool, organization_id) as tx:
        credential_id, state = await auth.create_flow(tx)
        await actions.begin_flow(tx, credential_id, Flow(hash_of(browser), setting.issuer, next_path))
    return provider.way_there(metadata, setting, state, provider.secrets_of(browser), hall.back)


async def finish(hall: Hall, answer: Answer, browser: str) -> Entered:
    """Sign in whom the provider proves, in the browser that began; the state is used up whatever comes of it.

    Raises
    ------
    SignInFailed : something does not fit; the log names what.
    ProviderAway : the provider does not answer.
    """
    state = await hall.lookup.of(hash_of(answer.state))
    if state is None or state.kind != "flow":
        refuse("state")
    async with db.tenant(hall.pool, state.organization_id) as tx:
        first = await auth.spend_link(tx, state.credential_id)
        flow = await db.one(tx, actions.sql.flow, Flow, credential_id=state.credential_id)
        setting = await actions.setting(tx)
    if not first or setting is None or setting.issuer != flow.issuer:
        refuse("state")
    if not hmac.compare_digest(flow.browser_hash, hash_of(browser)):
        refuse("browser")
    found = await _prove(hall, setting, answer, provider.secrets_of(browser))
    async with db.tenant(hall.pool, state.organization_id) as tx:
        return Entered(await _enter(tx, await actions.person_of(tx, found), hall.user_agent), flow.next)


async def use_link(pool: db.Pool, link: Actor, user_agent: str | None) -> str | None:
    """Sign in by a link; the session's secret, or None where it was used a moment before or its person has left."""
    async with db.tenant(pool, link.organization_id) as tx:
        if not await auth.spend_link(tx, link.credential_id):
            return None
        return await _enter(tx, link.person(), user_agent)


async def _enter(tx: db.Connection, person_id: UUID, user_agent: str | None) -> str:
    role = await role_now(tx, person_id)
    if role is None:
        refuse("somebody who has left")
    return await auth.start_session(tx, person_id, Role(role), user_agent)


async def _prove(hall: Hall, setting: Setting, answer: Answer, secrets: provider.Secrets) -> Proved:
    if answer.iss is not None and answer.iss != setting.issuer:
        refuse("iss of the answer")
    if answer.error is not None or not answer.code:
        refuse("the provider says no")
    async with provider.in_time():
        metadata = await provider.discover(hall.client, setting)
        if answer.iss is None and metadata.authorization_response_iss_parameter_supported:
            refuse("no iss in the answer")
        proofs = (secrets.verifier, hall.back)
        tokens = await provider.exchange(hall.client, metadata, setting, answer.code, proofs)
        claims = proof.claims_of(tokens.id_token, await provider.keys(hall.client, metadata))
        subject = proof.check(claims, setting, secrets.nonce, clock.now().timestamp())
        told = claims if "email" in claims else await provider.userinfo(hall.client, metadata, tokens)
    _same(subject, told)
    return proof.proved(setting, subject, told)


def _same(subject: str, told: dict[str, Any]) -> None:
    """Refuse what is told of somebody else; nothing told is nothing wrong."""
    if told and told.get("sub") != subject:
        refuse("sub of the userinfo")
