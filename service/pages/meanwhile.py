"""Of a form that was open twice: what the other one wrote meanwhile, and what both did."""

import msgspec

from service.pages.page import SEEN


def since(sent: dict[str, str], stored: dict[str, str]) -> dict[str, str]:
    """Return what is stored by now of the fields that are not as the form showed them when it was loaded."""
    loaded = _loaded(sent)
    return {field: value for field, value in stored.items() if value != loaded.get(field, value)}


def merged(sent: dict[str, str], stored: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Take over what another wrote since the form was loaded where its sender left it alone; name what both changed."""
    loaded, theirs = _loaded(sent), since(sent, stored)
    both = [field for field, value in theirs.items() if sent.get(field, "") not in {loaded[field], value}]
    taken = sent | {field: value for field, value in theirs.items() if field not in both}
    return {field: value for field, value in taken.items() if value}, both


def _loaded(sent: dict[str, str]) -> dict[str, str]:
    try:
        return msgspec.json.decode(sent.get(SEEN, "{}"), type=dict[str, str])
    except msgspec.DecodeError:
        return {}
