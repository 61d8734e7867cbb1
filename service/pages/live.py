"""News for the page that is open: that something came for its reader, never what."""

from collections.abc import AsyncIterator
from typing import Any, cast

from litestar import Request, get
from litestar.response import ServerSentEvent, ServerSentEventMessage

from service.base.envelope import MORE_TIME
from service.base.errors import Forbidden
from service.base.live import BEAT_SECONDS, LIFE_SECONDS, Live, Reader
from service.base.web import Me


@get("/live")
async def stream_news(request: Request[Any, Any, Any], me: Me) -> ServerSentEvent:
    """Tell that thanks came, that feedback is asked, or that a run is out; the page then offers to look."""
    if me.kind != "session":
        raise Forbidden("news are for open pages; programs ask the API")
    live: Live = request.app.state.live
    reader = live.enter(me)
    cast("dict[str, Any]", request.scope)[MORE_TIME](LIFE_SECONDS + 2 * BEAT_SECONDS)
    return ServerSentEvent(_messages(live, reader), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


async def _messages(live: Live, reader: Reader) -> AsyncIterator[ServerSentEventMessage]:
    async for word in live.words_for(reader):
        yield (
            ServerSentEventMessage(event=word, data="")
            if word
            else ServerSentEventMessage(comment="still here", data=None)
        )
