"""Which mails a person wants about what happens."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from service.base.border import Input

Kind = Literal["thanks", "note", "asked", "decided"]
KINDS: tuple[Kind, ...] = ("thanks", "note", "asked", "decided")


class MailChoices(msgspec.Struct, frozen=True):
    """Whether each kind of mail is wanted. Where nothing was chosen, all but thanks."""

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
