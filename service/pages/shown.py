"""How the pages name what the engine calls by keys: boards, periods, scopes, sources, levels."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from babel.dates import format_date

from scoring.policy import Level, Policy
from service.base import db
from service.pages.language import Words

sql = db.load(Path(__file__).with_name("runs.sql"))

FIRST_BOARD = "customer_trust"
# English here, Finnish in locale/fi.po; a key that is not listed is an organization's own criterion.
BOARDS = {
    "customer_trust": "Customer trust",
    "quality": "Quality of work",
    "standing": "Standing",
    "collaboration": "Collaboration",
    "problem_solving": "Problem solving",
    "documenting": "Documenting",
    "leading": "Leading",
    "selling": "Selling",
    "care": "Care after the sale",
    "recognition": "Recognition",
    "help": "Help across departments",
    "results": "Results",
    "project_leader": "Award: project leaders",
    "documenter": "Award: documenters",
    "problem_solver": "Award: problem solvers",
    "seller": "Award: sellers",
    "carer": "Award: carers",
}
SOURCES = {
    "prior": "Where everyone starts",
    "peers": "Colleagues’ feedback",
    "customers": "Customers’ answers",
    "kudos": "Thanks",
    "badges": "Badges",
    "care": "Care calls",
    "handover": "Hand-overs",
    "results": "Results",
}
KINDS = {"team": "Teams", "person": "People", "project": "Projects", "customer": "Customers"}
# The standard criteria ask these; a text that an organization changed is shown as it stands.
MEANINGS = {
    "collaboration": "Is it good to work with this person: keeps promises, shares, listens?",
    "leading": "Does this person make clear where we go, and make room for others?",
    "documenting": "Can others take up what this person wrote without asking?",
    "problem_solving": "Does this person find the cause, and does the fix last?",
    "selling": "Does this person sell what the customer needs and what we can deliver?",
}
RATED = ("collaboration", "leading", "documenting", "problem_solving", "selling")  # on the rating scale, 1 to 5
ON_RATINGS = "what an average colleague would say, from 1 to 5"
ON_DEVIATIONS = "standard deviations of true quality; 0 is the reference"


class Option(msgspec.Struct, frozen=True):
    """Something to choose."""

    key: str
    name: str


class Run(msgspec.Struct, frozen=True):
    """The published scoring run that pages show."""

    id: UUID
    as_of: datetime
    published_at: datetime
    policy: dict[str, Any]

    def levels(self) -> tuple[Level, ...]:
        """Return the levels of the policy that the run was made under."""
        return msgspec.convert(self.policy, Policy).levels


async def newest_run(tx: db.Connection) -> Run | None:
    """Return the newest published run, or None before the first night."""
    return await db.maybe(tx, sql.newest, Run)


def board_name(words: Words, key: str, own: str | None = None) -> str:
    """Name a board or dimension; `own` is an organization's name for its criterion, the standard's or another."""
    standard = BOARDS.get(key)
    if standard is None or own not in {None, key, standard}:
        return own or key
    return words.say(standard)


def meaning(words: Words, text: str | None) -> str | None:
    """Say what a criterion asks: a standard text in the reader's language, an organization's own as it stands."""
    return words.say(text) if text and text in MEANINGS.values() else text


def source_name(words: Words, key: str) -> str:
    """Name where an amount comes from."""
    return words.say(SOURCES.get(key, key))


def unit(words: Words, dimension: str, criteria: Sequence[str] = RATED) -> str:
    """Say in words what a number of this dimension means."""
    return words.say(ON_RATINGS if dimension in criteria else ON_DEVIATIONS)


def level_name(words: Words, level: Level) -> str:
    """Name a level in the reader's language."""
    return level.name_fi if words.language == "fi" else level.name


def freedoms(words: Words, level: Level) -> tuple[str, ...]:
    """Return what a level lets people do: in the reader's language, or in the other where only that is written."""
    own, other = level.freedoms, level.freedoms_fi
    return (other or own) if words.language == "fi" else (own or other)


def period_name(words: Words, key: str) -> str:
    """Write a period: 'all', 'year:2025', 'quarter:2025Q3' or 'month:2025-07'."""
    kind, _, value = key.partition(":")
    if kind == "quarter":
        return words.say("quarter {number} of {year}").format(number=value[5:], year=value[:4])
    if kind == "month":
        return format_date(date(int(value[:4]), int(value[5:7]), 1), "LLLL yyyy", locale=words.locale)
    return value if kind == "year" else words.say("All time")


def scope_name(words: Words, option: Option) -> str:
    """Write a scope: the whole organization, a department or a team."""
    return words.say("The whole organization") if option.key == "organization" else option.name
