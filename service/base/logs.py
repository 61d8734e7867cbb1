"""Logs: one JSON object a line on standard error; never a body, a cookie, a token or who gave what."""

import logging
import sys

import msgspec
import structlog


def configure() -> None:
    """Set structlog up for this program."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_as_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=False,
    )


def _as_json(event: object, **_: object) -> bytes:
    return msgspec.json.encode(event, enc_hook=repr)
