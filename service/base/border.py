"""What may come in: bounded text, real instants, no unknown fields, and none twice."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from service.base.errors import Invalid

# As in the exchange folder, so that what the API takes can be exported and imported; a test compares the two.
MAX_ID = 200  # characters
MAX_NAME = 200  # characters
MAX_TEXT = 4000  # characters
EARLIEST, LATEST = "1900-01-01T00:00:00Z", "2200-01-01T00:00:00Z"

_EARLIEST = datetime.fromisoformat(EARLIEST)
_LATEST = datetime.fromisoformat(LATEST)

Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID)]
Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
Text = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
Email = Annotated[str, Meta(min_length=3, max_length=320, pattern="^[^@\\s]+@[^@\\s]+$")]
Instant = Annotated[datetime, Meta(tz=True)]
Rating = Annotated[int, Meta(ge=1, le=5)]


class Input(msgspec.Struct, forbid_unknown_fields=True):
    """What a request body is read into; PostgreSQL can hold neither NUL nor times far from ours."""

    def __post_init__(self) -> None:
        for field in self.__struct_fields__:
            value = getattr(self, field)
            if isinstance(value, str) and "\0" in value:
                raise ValueError(f"`{field}` holds the character NUL, which no text may")
            if isinstance(value, str) and not value.strip():
                raise ValueError(f"`{field}` is blank; leave it out or write something")
            if isinstance(value, datetime) and not in_our_times(value):
                raise ValueError(f"`{field}` lies outside {EARLIEST[:4]} to {LATEST[:4]}")
            if isinstance(value, dict) and any("\0" in key for key in value):
                raise ValueError(f"`{field}` has a name with the character NUL, which no text may hold")


def check_once(body: bytes) -> None:
    """Refuse JSON in which an object names a key twice: readers differ in which of the two they take.

    Raises
    ------
    Invalid : naming the keys.
    """
    json.loads(body.decode(), object_pairs_hook=_once, parse_int=str, parse_float=str)


def _once(pairs: list[tuple[str, object]]) -> None:
    twice = [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]
    if twice:
        raise Invalid(f"{', '.join(map(repr, twice))}: given more than once")


def in_our_times(moment: datetime) -> bool:
    """Say whether an instant is one that every part of Talkoot can hold; a time without a zone is none."""
    return moment.tzinfo is not None and _EARLIEST <= moment <= _LATEST


def utc(moment: datetime) -> datetime:
    """Return the same instant in UTC, as it will be read back."""
    return moment.astimezone(UTC)
