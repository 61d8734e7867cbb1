"""Web and jobs in one process: both start, both stop at a signal, and neither outlives the other."""

import asyncio
import contextlib
import signal
from collections.abc import Callable

from service import serve, worker
from service.app import create_app
from service.base import connect
from service.base.config import Settings
from service.base.migrate import migrate
from service.jobs import jobs_with


async def run(settings: Settings, *, with_worker: bool) -> None:
    """`talkoot serve`: serve the database that the settings name until a signal says stop."""
    async with connect.database(settings) as url:
        await migrate(url)
        await run_at(settings, url, with_worker=with_worker, ready=lambda: say_ready(settings))


def say_ready(settings: Settings) -> None:
    """Print the one line that people and scripts wait for."""
    print(f"Talkoot is ready at http://{settings.host}:{settings.port}", flush=True)  # noqa: T201 - a command's answer


async def run_at(settings: Settings, url: str, *, with_worker: bool, ready: Callable[[], None] = lambda: None) -> None:
    """Serve the migrated database at `url` until SIGINT or SIGTERM; `ready` is called once requests are answered.

    Raises
    ------
    serve.CannotServe : the port is taken, or the app did not start.
    """
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    app = create_app(settings, url)
    async with contextlib.AsyncExitStack() as stack:
        tasks = [asyncio.create_task(serve.serve(app, settings.host, settings.port, ready))]
        if with_worker:
            pool = await stack.enter_async_context(worker.worker_pool(url))
            tasks.append(asyncio.create_task(worker.work(pool, stop, worker.Duties(jobs_with(settings)))))
        await _until(stop, tasks)


async def _until(stop: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    """Wait for the signal, or for a task that ends by itself, which is trouble; then end the others."""
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
    ended = [task for task in tasks if task.done()]
    stop.set()
    web, *jobs = tasks
    web.cancel()
    await asyncio.gather(web, stopped, *jobs, return_exceptions=True)
    for task in ended:
        task.result()
