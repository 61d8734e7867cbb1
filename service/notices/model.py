"""Which mails a person wants about what happens."""

import msgspec
from msgspec import UNSET, UnsetType

from service.base.border import Input

KINDS = ("thanks", "note", "asked", "decided")


class MailChoices(msgspec.Struct, frozen=True):
    """Whether each kind of mail is wanted; who chose nothing gets all but those of thanks."""

    thanks: bool
    note: bool
    asked: bool
    decided: bool


class MailChange(Input):
    """What a person turns on or off; what is not named stays."""

    thanks: bool | UnsetType = UNSET
    note: bool | UnsetType = UNSET
    asked: bool | UnsetType = UNSET
    decided: bool | UnsetType = UNSET
