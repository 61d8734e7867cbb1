"""Serves the app over HTTP in this process's own event loop, until it is told to stop."""

import asyncio
import errno
import os
import resource
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server
from litestar import Litestar

from service.base.errors import AppError

STARTING_SECONDS = 30.0  # for the app's lifespan: it connects to the database
STOPPING_SECONDS = 10  # for requests under way when the service stops
HEADER_SECONDS = 10  # a client that sends its request slower than this is let go
MOST_CONNECTIONS = 10_000  # open at once; slow and idle ones cost little, and must not keep others out
OWN_FILES = 200  # that the process needs besides its clients' connections
POLL_SECONDS = 0.01
ASKING_SECONDS = 1.0
QUESTION = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
LOG_HANDLERS = {
    name: {"formatter": formatter, "class": "logging.StreamHandler", "stream": "ext://sys.stderr"}
    for name, formatter in (("console", "generic"), ("access", "access"))
}


class CannotServe(AppError):
    """The address cannot be listened on, or the app did not start."""

    code = "cannot_serve"


async def serve(app: Litestar, host: str, port: int, started: Callable[[], Any]) -> None:
    """Serve until this task is cancelled; call `started` once requests are answered.

    Signals are the caller's: it cancels this task. What is under way then is finished within `STOPPING_SECONDS`.

    Raises
    ------
    CannotServe : the port is taken, or the app's lifespan failed.
    """
    _refuse_taken(host, port)
    server = _server(app, host, port)
    serving = asyncio.create_task(server.serve())
    try:
        await _answering(serving, host, port)
        started()
        await asyncio.wait({serving})
        raise CannotServe("the web server ended by itself; the log says why")
    finally:
        if live := app.state.get("live"):
            live.end()  # or the server would wait for pages that only listen
        server.stop()  # type: ignore[no-untyped-call]
        await asyncio.wait({serving}, timeout=STOPPING_SECONDS + 2)
        if serving.done() and not serving.cancelled():
            serving.exception()  # the log has it


def _server(app: Litestar, host: str, port: int) -> Server:
    server = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,  # to tell the version, the server would wait without end for a first byte
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig={"handlers": LOG_HANDLERS},
        backlog=1024,
        backpressure=_connections(),
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000),
    )
    server.workers_kill_timeout = STOPPING_SECONDS
    return server


def _connections() -> int:
    """Return how many connections may be open at once; raise the limit on files as far as this user may."""
    limit, highest = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OWN_FILES
    possible = wanted if highest == resource.RLIM_INFINITY else min(wanted, highest)
    if limit != resource.RLIM_INFINITY and limit < possible:
        resource.setrlimit(resource.RLIMIT_NOFILE, (possible, highest))
    return max(possible - OWN_FILES, OWN_FILES)


def _refuse_taken(host: str, port: int) -> None:
    """Say so where somebody listens already: the server itself would share the port."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise CannotServe(_why(error, host, port)) from error


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken; stop what listens there, or choose another with --port or TALKOOT_PORT"
    if error.errno == errno.EACCES:
        return f"port {port} takes more rights than this user has; choose one above 1023"
    return f"cannot listen on {host}:{port}: {error.strerror}"


async def _answering(serving: asyncio.Task[None], host: str, port: int) -> None:
    """Wait until a request is answered, or the server's task ends."""
    with suppress(TimeoutError):
        async with asyncio.timeout(STARTING_SECONDS):
            while not serving.done():
                if await _answers(host, port):
                    return
                await asyncio.sleep(POLL_SECONDS)
    raise CannotServe("the app did not start; the log says why")


async def _answers(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(ASKING_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(QUESTION)
                return bool(await reader.read(1))
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


def leave(status: int) -> NoReturn:
    """End the process now, once everything of ours is closed.

    Threads of the web server may still wait for the interpreter; CPython before 3.14 ends them when it shuts down,
    which their Rust cannot bear: it aborts the process (seen as exit status -6 in one of some hundred stops).
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
