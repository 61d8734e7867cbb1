"""What tests of signing in stand on: a service with mail and without the demo, a mailbox, providers, and browsers."""

import asyncio
import re
from contextlib import AsyncExitStack, suppress
from email import message_from_bytes, policy
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from aiosmtpd.controller import Controller

from service.app import create_app
from service.base import db
from service.base.config import Settings
from service.serve import serve
from service.sign_in import actions
from service.sign_in.model import NewSetting
from tests.service.conftest import free_port
from tests.service.sign_in import hostile


class Mailbox:
    """A real SMTP server that keeps what it gets."""

    def __init__(self):
        self.mails = []
        self.answer = "250 kept"
        self.wait = 0.0

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        await asyncio.sleep(self.wait)
        if self.answer.startswith("250"):
            self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return self.answer

    async def to(self, address, count=1):
        """Wait until `count` mails to an address are here; their texts."""
        for _ in range(500):
            found = [mail.get_content() for whom, mail in self.mails if whom == [address]]
            if len(found) >= count:
                return found
            await asyncio.sleep(0.02)
        raise AssertionError(f"{len(found)} mails to {address}, not {count}")


@pytest.fixture(scope="session")
def mailbox():
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.url = f"smtp://127.0.0.1:{controller.port}"
    yield box
    controller.stop()


@pytest.fixture(scope="session")
async def entrance(database_url, mailbox):
    """The address of a service where nobody can be chosen, and mails go out."""
    port, started = free_port(), asyncio.Event()
    settings = Settings(url=f"http://127.0.0.1:{port}", smtp_url=mailbox.url, mail_from="talkoot@service.example")
    serving = asyncio.create_task(serve(create_app(settings, database_url), "127.0.0.1", port, started.set))
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        waiting.cancel()
        await serving
    yield settings.url
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving


class Browser(httpx.AsyncClient):
    """A browser without a screen that goes where it is told, step by step."""

    async def way_to_provider(self, who, **more):
        """Type `who` on the sign-in page; the provider's address that the answer leads to."""
        page = await self.post("/sign-in/start", data={"who": who, **more})
        assert page.status_code == 200, page.text
        return unescape(re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.text)[1])

    async def come_back(self, code, asked, **more):
        return await self.get("/sign-in/callback", params={"code": code, "state": asked["state"], **more})

    async def signs_in(self):
        """Whether this browser is signed in."""
        return (await self.get("/api/people")).status_code == 200


@pytest.fixture
async def browser(entrance):
    """Make browsers, each from an address of its own unless told otherwise: `await browser()`."""
    async with AsyncExitStack() as stack:
        made = iter(range(1, 250))

        async def make(client=None, language="en"):
            client = client or f"192.0.2.{next(made)}-{id(stack)}"
            headers = {"accept": "text/html", "accept-language": language, "x-forwarded-for": f"6.6.6.6, {client}"}
            return await stack.enter_async_context(
                Browser(base_url=entrance, headers=headers, timeout=30, trust_env=False)
            )

        yield make


@pytest.fixture
def provider():
    """A provider that lies on demand."""
    with hostile.running() as made:
        yield made


@pytest.fixture
def use(worker_pool):
    """Let an organization sign in at a provider: `await use(north, provider.address)`."""

    async def put(cast, issuer, client=hostile.CLIENT, secret=hostile.CLIENT_SECRET, domains=()):
        async with db.tenant(worker_pool, cast.organization_id) as tx:
            await actions.put_setting(tx, NewSetting(issuer=issuer, client_id=client, client_secret=secret))
            await actions.put_domains(tx, list(domains))

    return put


def asked_of(way):
    """What an address at the provider asks for."""
    return {key: values[0] for key, values in parse_qs(urlsplit(way).query).items()}
