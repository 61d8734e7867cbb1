"""The operator's commands make tokens that work, and end them."""

import asyncio

import httpx
import pytest
import typer
from typer.testing import CliRunner

from service.auth import commands as tokens
from service.organizations import commands as organizations


@pytest.fixture
def talkoot(database_url, monkeypatch):
    """Run a command of the operator's shell; it starts an event loop, so it gets a thread of its own."""
    monkeypatch.setenv("TALKOOT_DATABASE_URL", database_url)
    app = typer.Typer()
    tokens.register(app)
    organizations.register(app)
    return lambda *words: asyncio.to_thread(CliRunner().invoke, app, list(words))


async def test_a_token_made_by_name_email_or_id_opens_the_api(talkoot, north, service):
    for person in ("Ben", "BEN@north.example"):
        made = await talkoot(
            "token", "create", "--organization", north.handle, "--person", person, "--role", "employee"
        )
        assert made.exit_code == 0, made.output
        headers = {"authorization": f"Bearer {made.stdout.strip()}"}
        async with httpx.AsyncClient(base_url=service, headers=headers, trust_env=False) as client:
            assert (await client.get("/api/people")).status_code == 200


async def test_tokens_are_listed_without_their_secrets_and_revoked(talkoot, north, service):
    made = await talkoot("token", "create", "--organization", north.handle, "--role", "service", "--name", "import")
    secret = made.stdout.strip()
    listed = (await talkoot("token", "list", "--organization", north.handle)).stdout
    assert "import" in listed
    assert secret not in listed
    ended = await talkoot("token", "revoke", "--organization", north.handle, listed.split()[0])
    assert ended.exit_code == 0, ended.output
    async with httpx.AsyncClient(base_url=service, trust_env=False) as client:
        answer = await client.get("/api/people", headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 401
    assert "revoked" in (await talkoot("token", "list", "--organization", north.handle)).stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--role", "employee"), "belongs to a person"),
        (("--role", "employee", "--person", "Nobody"), "nobody here"),
        (("--role", "king", "--person", "Ben"), "king"),
        (("--role", "employee", "--person", "Ben", "--days", "0"), "days"),
    ],
)
async def test_what_cannot_be_is_said(talkoot, north, words, says):
    done = await talkoot("token", "create", "--organization", north.handle, *words)
    assert done.exit_code != 0
    assert says in done.output


async def test_an_organization_is_added_and_listed(talkoot, north):
    handle = f"new-{north.handle}"
    made = await talkoot("organization", "create", handle, "--name", "New", "--time-zone", "Europe/Oslo")
    assert made.exit_code == 0, made.output
    assert handle in (await talkoot("organization", "list")).stdout
    again = await talkoot("organization", "create", handle)
    assert again.exit_code == 1
    assert "already" in again.output


@pytest.mark.parametrize(
    "words", [("Bad Handle",), ("fine", "--time-zone", "Mars/Base"), ("fine", "--currency", "euro")]
)
async def test_a_bad_organization_is_refused(talkoot, words):
    refused = await talkoot("organization", "create", *words)
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output


async def test_a_role_is_granted_listed_and_taken_in_the_shell(talkoot, north):
    there = ("--organization", north.handle)
    for who in ("Cleo", "Ada"):
        assert (await talkoot("role", "grant", who, "administrator", *there)).exit_code == 0
    assert "Cleo" in (await talkoot("role", "list", *there)).stdout
    assert (await talkoot("role", "revoke", "Cleo", "administrator", *there)).exit_code == 0
    assert "Cleo" not in (await talkoot("role", "list", *there)).stdout
    last = await talkoot("role", "revoke", "Ada", "administrator", *there)
    assert (last.exit_code, "last administrator" in last.output) == (1, True)


async def test_a_tokens_scopes_are_chosen_in_the_shell(talkoot, north):
    there = ("--organization", north.handle)
    await talkoot("token", "create", *there, "--role", "service", "--scope", "read", "--scope", "export")
    assert "export,read" in (await talkoot("token", "list", *there)).stdout
