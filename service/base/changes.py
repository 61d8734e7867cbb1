"""Edits of what is stored: what the caller names changes and the rest stays; what nothing rests on may go."""

from typing import TypeVar
from uuid import UUID

import msgspec

from service.base import db
from service.base.border import Input
from service.base.errors import Invalid, Refused, UnknownReference

Stored = TypeVar("Stored", bound=msgspec.Struct)


def changed(stored: Stored, change: Input) -> Stored:
    """Return `stored` with the fields that `change` sets."""
    named = {
        field: value
        for field in change.__struct_fields__
        if (value := getattr(change, field)) is not msgspec.UNSET
    }  # fmt: skip
    if not named:
        raise Invalid("nothing to change: name at least one field")
    return msgspec.structs.replace(stored, **named)


async def delete_unused(tx: db.Connection, delete: db.Query, thing_id: UUID, used: str) -> None:
    """Delete what was added by mistake; every key to it is restrictive.

    Raises
    ------
    Refused : something rests on it, in the words of `used`.
    """
    try:
        async with tx.transaction():  # a savepoint: the refusal is told on a page
            await db.run(tx, delete, id=thing_id)
    except UnknownReference as referred:
        raise Refused(used) from referred
