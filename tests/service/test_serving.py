"""The service starts, says how it is, keeps browsers safe, and stops when told."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest

from service.app import create_app
from service.base.config import Settings
from service.serve import CannotServe, serve
from tests.service.conftest import free_port

STARTER = """
import asyncio, signal, sys
from service.app import create_app
from service.base.config import Settings
from service.serve import leave, serve

async def main():
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    app = create_app(Settings(), sys.argv[1])
    serving = asyncio.create_task(serve(app, "127.0.0.1", int(sys.argv[2]), lambda: print("ready", flush=True)))
    await stop.wait()
    serving.cancel()
    await asyncio.wait({serving})
    print("stopped", flush=True)

asyncio.run(main())
leave(0)
"""


async def test_it_says_that_it_lives_and_is_ready(anybody):
    assert (await anybody.get("/health/live")).json() == {"status": "live"}
    answers = await asyncio.gather(*(anybody.get("/health/ready") for _ in range(5)))
    assert [answer.json() for answer in answers] == [{"status": "ready"}] * 5


async def test_every_answer_keeps_browsers_safe(anybody):
    for path in ("/health/live", "/nowhere", "/api/people", "/api/docs"):
        headers = (await anybody.get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"].partition("script-src")[2].partition(";")[0]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert (await anybody.get("/api/people")).headers["cache-control"] == "no-store"


async def test_the_docs_page_comes_from_here_alone(anybody):
    page = (await anybody.get("/api/docs")).text
    assert "<script>" not in page
    assert "http" not in page
    for part in page.split('"'):
        if part.startswith("/api/docs/"):
            assert (await anybody.get(part)).status_code == 200
    assert (await anybody.get("/api/docs/../app.py")).status_code in {401, 404}
    assert (await anybody.get("/api/docs/index.html")).status_code == 404


async def test_the_description_says_what_every_body_may_hold(anybody):
    description = (await anybody.get("/api/openapi.json")).json()
    new = description["components"]["schemas"]["NewKudos"]
    assert new["properties"]["message"]["maxLength"] == 4000
    assert description["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


async def test_a_taken_port_is_said_to_be_taken(database_url):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotServe, match=f"port {port} is taken"):
            await serve(create_app(Settings(), database_url), "127.0.0.1", port, lambda: None)


async def test_it_is_not_ready_without_its_database():
    port, started = free_port(), asyncio.Event()
    app = create_app(Settings(), "postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(CannotServe):
        await serve(app, "127.0.0.1", port, started.set)
    assert not started.is_set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_stops_it_in_good_order(database_url, number):
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STARTER, database_url, str(port),
        stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2], env=os.environ | {"PYTHONPATH": "."},
    )  # fmt: skip
    async with asyncio.timeout(60):
        assert await process.stdout.readline() == b"ready\n"
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert (await client.get("/health/live")).status_code == 200
            process.send_signal(number)  # while a connection is kept alive
            assert await process.stdout.readline() == b"stopped\n"
        assert await process.wait() == 0
