"""What is counted of a whole organization, and kept until it is counted again: participation, and who helps whom."""

from datetime import datetime

from msgspec import Struct

from dashboards import network, participation


class Counted(Struct, frozen=True):
    """A count at one time."""

    at: datetime
    people: int
    low: int | None
    high: int | None


class Given(Struct, frozen=True):
    """How many people gave so many thanks; 11 stands for more, too."""

    given: int
    people: int


class Participation(Struct, frozen=True):
    """Everything that the page of participation counts, in steps and groups of `k`."""

    k: int
    counted_at: datetime
    until: datetime  # the end of the last month, of which joining is told
    joined: list[participation.Row]
    months: list[Counted]
    rounds: list[Counted]
    given: list[Given]
    quarters: list[Counted]
    heard: list[participation.Row]


class Shared(Struct, frozen=True):
    """Two departments, and how many projects of the year had people of both."""

    name: str
    other: str
    projects: int


class Help(Struct, frozen=True):
    """The year's help between departments, told of `k` people or not at all."""

    k: int
    counted_at: datetime
    names: list[str]
    rows: list[network.Row]
    apart: list[Shared]  # pairs of which neither helped the other
