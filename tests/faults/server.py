"""A PostgreSQL of the test's own, that can be killed, restarted and paused, and a `talkoot serve` on it."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil

from service.base import leftovers, place, postgres
from tests.service.conftest import free_port

READY_SECONDS = 60


class Postgres:
    """A server whose address stays the same whatever happens to it."""

    def __init__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="talkoot-faults-"))
        self._folder.chmod(0o711)
        data = self._folder / "data"
        with postgres.running(data):
            secret = postgres._password(data)
        self._data, self._server = data, None
        self._sockets = Path(tempfile.mkdtemp(prefix="talkoot-", dir="/tmp"))
        postgres._give(self._sockets)
        self.url = f"postgresql://{postgres.NAME}:{secret}@/{postgres.NAME}?host={quote(str(self._sockets), safe='')}"

    def start(self):
        """Start it, and wait until it is ready; what is left of a killed one may need a moment to go."""
        deadline = time.monotonic() + READY_SECONDS
        while not self._started():
            if time.monotonic() > deadline:
                raise TimeoutError("PostgreSQL did not start")
            time.sleep(0.1)

    def _started(self):
        options = [f"--{name}={value}" for name, value in postgres.SETTINGS.items()]
        program = place.programs() / "postgres"
        self._server = subprocess.Popen(
            postgres._command([program, "-D", self._data / "data", "-k", self._sockets, *options]),
            cwd=self._data / "data", env=postgres._environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        while self._server.poll() is None:
            said = leftovers.pid_file(self._data)
            ours = len(said) >= postgres.READY_LINE and said[0] == str(self._server.pid)
            if ours and said[postgres.READY_LINE - 1].strip() == "ready":
                return True
            time.sleep(0.02)
        return False

    def _all(self):
        with suppress(psutil.NoSuchProcess):
            server = psutil.Process(self._server.pid)
            return [server, *server.children(recursive=True)]
        return []

    def kill(self):
        """End it as a power cut would: at once, all of it."""
        for one in self._all():
            with suppress(psutil.NoSuchProcess):
                one.kill()
        self._server.wait()

    def stop(self):
        """End it in order, cutting off whoever is connected."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(30)

    def pause(self):
        """Hold every process of it."""
        for one in self._all():
            with suppress(psutil.NoSuchProcess):
                one.suspend()

    def resume(self):
        """Let it go on."""
        for one in self._all():
            with suppress(psutil.NoSuchProcess):
                one.resume()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.resume()
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.rmtree(self._sockets, ignore_errors=True)


class Web:
    """`talkoot serve` in a process of its own, always at the same address."""

    def __init__(self, url, **settings):
        self._port = free_port()
        own = {f"TALKOOT_{name.upper()}": str(value) for name, value in settings.items()}
        self._environment = os.environ | {"TALKOOT_DATABASE_URL": url, "TALKOOT_PORT": str(self._port)} | own
        self._process = None
        self.address = f"http://127.0.0.1:{self._port}"

    async def start(self):
        """Start it, and wait until it serves."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "service.cli", "serve", "--no-worker",
            env=self._environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await self.ready()

    async def ready(self, seconds=READY_SECONDS):
        """Wait until it can serve."""
        async with asyncio.timeout(seconds), httpx.AsyncClient(base_url=self.address, trust_env=False) as client:
            while True:
                with suppress(httpx.TransportError):
                    if (await client.get("/health/ready")).status_code == 200:
                        return
                await asyncio.sleep(0.1)

    async def kill(self):
        """kill -9."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *_):
        await self.kill()
