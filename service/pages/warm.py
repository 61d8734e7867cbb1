"""What would else be compiled by the first who needs it, compiled as the service starts: templates, words, pictures."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dashboards.theme import blank
from service.base import clock
from service.pages import static
from service.pages.language import LANGUAGES, Words
from service.pages.page import templates

FIRST = {"base.html", "parts.html", "frame.html", "sign_in.html", "sign_in_door.html", "home.html"}


@asynccontextmanager
async def warming() -> AsyncIterator[asyncio.Task[None]]:
    """Warm beside the first requests, so that the service is ready no later; at the end what is left is left out."""
    stop = threading.Event()
    task = asyncio.create_task(asyncio.to_thread(warm, stop))
    try:
        yield task
    finally:
        stop.set()
        await task


def warm(stop: threading.Event) -> None:
    """Compile what pages need, one thing after the other, until told to stop; what every page needs comes first."""
    for name in static.FILES:
        static.url(name)
    for language in LANGUAGES:
        words = Words(language)
        words.date(clock.now())  # loads the names of days and months
        words.number(0.0)
    blank({"type": "scatter"}, {"type": "bar"}).to_plotly_json()
    for name in sorted(templates("en").list_templates(), key=lambda name: (name not in FIRST, name)):
        for language in LANGUAGES:
            if stop.is_set():
                return
            templates(language).get_template(name)
