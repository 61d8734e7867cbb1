"""Keeps the embedded server running while its owner lives: where it is killed, it is started again."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from service.base import leftovers
from service.base.place import DatabaseTrouble

Server = subprocess.Popen[bytes]

MOST_ENDS = 5  # within ENDS_SECONDS; one that ends as often would not stay the next time either
ENDS_SECONDS = 60.0


@contextlib.contextmanager
def watched(start: Callable[[], Server]) -> Iterator[None]:
    """Start the server and keep it running inside the block; `start` waits until it is ready.

    Raises
    ------
    DatabaseTrouble : it does not start the first time. Later the owner is told by SIGTERM, and the reason is on stderr.
    """
    watch = _Watch(start(), start)
    watch.start()
    try:
        yield
    finally:
        watch.stop()


class _Watch(threading.Thread):
    """Waits for the server's end, as long as the block: Linux ends a child with the thread that began it."""

    def __init__(self, server: Server, begin: Callable[[], Server]) -> None:
        super().__init__(name="postgres", daemon=True)
        self._server, self._begin = server, begin
        self._stopping = False
        self._turn = threading.Lock()  # whoever starts or stops the server
        self._ends: deque[float] = deque(maxlen=MOST_ENDS)

    def run(self) -> None:
        """Start the server anew whenever it ended without being asked to."""
        while True:
            status = self._server.wait()
            with self._turn:
                if self._stopping:
                    return
                self._ends.append(time.monotonic())
                try:
                    self._again(status)
                except DatabaseTrouble as trouble:
                    _say(f"{trouble}\nTalkoot stops, because its database does not stay up.")
                    os.kill(os.getpid(), signal.SIGTERM)
                    return

    def stop(self) -> None:
        """End the server, and the watch over it."""
        with self._turn:
            self._stopping = True
            stop(self._server)
        self.join(timeout=5)

    def _again(self, status: int) -> None:
        if len(self._ends) == MOST_ENDS and self._ends[-1] - self._ends[0] < ENDS_SECONDS:
            raise DatabaseTrouble(f"PostgreSQL ended {MOST_ENDS} times within {ENDS_SECONDS:.0f} s, now with {status}.")
        _say(f"PostgreSQL ended with {status}; it is started again.")
        self._server = self._begin()


def stop(server: Server) -> None:
    """End a server, by force where it does not end by itself."""
    for ending, seconds in leftovers.ENDINGS:
        server.send_signal(ending)
        try:
            server.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return


def _say(words: str) -> None:
    """Tell the operator; here nothing but the standard library is there for sure."""
    print(f"talkoot: {words}", file=sys.stderr, flush=True)  # noqa: T201 - the operator's shell is where this is read
