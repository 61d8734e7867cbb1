"""An edit: what the caller names changes, the rest stays as it is."""

from typing import TypeVar

import msgspec

from service.base.border import Input
from service.base.errors import Invalid

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
