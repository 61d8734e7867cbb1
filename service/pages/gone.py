"""How pages speak of who was erased: in the reader's language, whatever stands in the database for name and words."""

from collections.abc import Callable

NAME, WORDS = "Erased person", "[erased]"  # what service/flows/erasing.sql leaves


def said(gettext: Callable[[str], str], value: object) -> object:
    """Return what a template prints: the marks of an erasure in the reader's language, all else as it is."""
    if type(value) is not str:
        return value
    if value == NAME:
        return gettext("somebody who is not here any more")
    return value.replace(WORDS, gettext("[erased]")) if WORDS in value else value
