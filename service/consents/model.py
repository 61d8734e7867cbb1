"""What a person allows: sources that may count, and being seen on individual boards."""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from service.base.border import Input

Source = Literal["peers", "customers", "kudos"]
SOURCES: tuple[Source, ...] = ("peers", "customers", "kudos")
Preset = Literal["fi", "eu"]


class Answered(msgspec.Struct, frozen=True):
    """A person's last word on one source; never asked is no."""

    source: str
    given: bool
    at: datetime | None


class Seen(msgspec.Struct, frozen=True):
    """Whether a person chose to be seen on individual boards, and when; never asked is no."""

    shown: bool
    at: datetime | None


class Choices(msgspec.Struct, frozen=True):
    """Everything a person chose, and how their organization asks."""

    preset: str
    joined: bool  # they have chosen at least once
    sources: list[Answered]
    on_boards: bool
    on_boards_since: datetime | None


class ChoiceChange(Input):
    """What a person turns on or off; what is not named stays."""

    peers: bool | UnsetType = UNSET
    customers: bool | UnsetType = UNSET
    kudos: bool | UnsetType = UNSET
    on_boards: bool | UnsetType = UNSET


class Asking(Input):
    """How an organization asks: `fi` before others are asked about a person, `eu` before anything counts."""

    preset: Preset
