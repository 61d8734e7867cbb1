"""Long computations beside the event loop, in threads that a stopping program need not wait for."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


async def apart(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what `function` returns, computed in a thread of its own.

    `asyncio.to_thread` would keep a stopping program alive until the computation ends; here, whoever is cancelled
    leaves it behind, and its result is dropped.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[R] = loop.create_future()

    def tell(error: BaseException | None, result: R | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]

    def compute() -> None:
        error, result = None, None
        try:
            result = function(*args, **kwargs)
        except BaseException as raised:  # noqa: BLE001 - raised again where the result is awaited
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, error, result)

    threading.Thread(target=compute, name=getattr(function, "__name__", "apart"), daemon=True).start()
    return await answer
