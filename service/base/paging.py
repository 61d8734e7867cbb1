"""Lists a page at a time: a cursor on an indexed order, never an offset."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import msgspec
from litestar.params import QueryParameter

from service.base import db
from service.base.border import in_our_times
from service.base.errors import Invalid

T = TypeVar("T")

After = Annotated[str | None, QueryParameter(max_length=2000, description="`next` of the page before")]
Limit = Annotated[int, QueryParameter(ge=1, le=200, description="how many at most")]
LIMIT = 50  # rows of a page where the caller does not say


class Page(msgspec.Struct, Generic[T]):
    """Some of a list; `next` asks for what follows, and is null at the end."""

    items: list[T]
    next: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """The two columns a list is ordered by: what people see, then the id."""

    key: str
    cursor: Any  # the tuple type of (key, id)


BY_NAME = Order("name", tuple[str, UUID])
BY_PERSON = Order("person_id", tuple[UUID, UUID])
BY_CONTACT = Order("contact_id", tuple[UUID, UUID])
BY_CUSTOMER = Order("customer_id", tuple[UUID, UUID])
BY_DUE = Order("due_at", tuple[datetime, UUID])
BY_START = Order("started_at", tuple[datetime, UUID])
NEWEST = Order("at", tuple[datetime, UUID])
BY_CREATION = Order("created_at", tuple[datetime, UUID])
BY_GRANT = Order("granted_at", tuple[datetime, UUID])
BY_ASKING = Order("asked_at", tuple[datetime, UUID])


@dataclass(frozen=True, slots=True)
class Cut:
    """Which page is asked for."""

    after: str | None
    limit: int
    order: Order


async def page(tx: db.Connection, query: db.Query, row: type[T], cut: Cut, **given: object) -> Page[T]:
    """Return one page of a query that takes `after_key`, `after_id` and `most`."""
    after_key, after_id = _read(cut)
    rows = await db.many(tx, query, row, after_key=after_key, after_id=after_id, most=cut.limit + 1, **given)
    return Page(rows[: cut.limit], _write(cut, rows))


def _write(cut: Cut, rows: Sequence[Any]) -> str | None:
    if len(rows) <= cut.limit:
        return None
    last = rows[cut.limit - 1]
    return urlsafe_b64encode(msgspec.json.encode((getattr(last, cut.order.key), last.id))).decode()


def _read(cut: Cut) -> tuple[object, UUID | None]:
    if cut.after is None:
        return None, None
    try:
        key, row_id = msgspec.json.decode(urlsafe_b64decode(cut.after), type=cut.order.cursor)
    except (ValueError, msgspec.MsgspecError) as error:
        raise Invalid("`after` is not the `next` of a page of this list", field="after") from error
    if _unfit(key):
        raise Invalid("`after` is not the `next` of a page of this list", field="after")
    return key, row_id


def _unfit(key: object) -> bool:
    return "\0" in key if isinstance(key, str) else isinstance(key, datetime) and not in_our_times(key)
