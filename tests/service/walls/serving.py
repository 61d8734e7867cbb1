"""An app on a port of its own, for as long as a test lasts."""

import asyncio
from contextlib import asynccontextmanager, suppress

from service.serve import serve
from tests.service.conftest import free_port


@asynccontextmanager
async def serving(app):
    """The address at which an app is served."""
    port, started = free_port(), asyncio.Event()
    task = asyncio.create_task(serve(app, "127.0.0.1", port, started.set))
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        waiting.cancel()
        await task
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
