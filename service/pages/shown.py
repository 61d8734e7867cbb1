"""How the pages name what the engine calls by keys: boards, periods, scopes, sources, levels."""

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
AWARDS = {
    "project_leader": "leading",
    "documenter": "documenting",
    "problem_solver": "problem_solving",
    "seller": "selling",
    "carer": "care",
}  # each stands on the board of this dimension, in its unit
ASPECTS = ("satisfaction", "recommendation", "commitment", "listening")  # what customers rate
ON_RATINGS = "what an average colleague would say, from 1 to 5"
ON_DEVIATIONS = "standard deviations of true quality; 0 is the reference"
ON_HELP = "standard deviations of help between people; 0 is what was to be expected"
# How a board is made, by its dimension; one that is not listed is a criterion, which colleagues rate.
MADE = {
    "recognition": "Recognition grows from thanks by different colleagues who had worked together with the "
    "receiver. Many thanks from one person count little more than one, and thanks only exchanged "
    "between two people count half at most.",
    "help": "Thanks that cross departments, and nothing else: how many different colleagues of other "
    "departments thanked the people of a team, beside what was to be expected of the projects they "
    "shared. Neither a team’s size nor one member alone lifts it.",
    "care": "Calls that were promised to customers and made in time, problems that were found and put "
    "right, and hand-overs by the word of whoever took over. That a problem was found never lowers "
    "anyone.",
    "customer_trust": "Customers’ own answers come first: surveys, interviews, calls and meetings about each project, "
    "shared over everyone who sold, delivered and cared. Customers who are hard to please are "
    "allowed for.",
    "quality": "Quality puts together what colleagues answer, what customers say and how care after the sale "
    "went, as far as each belongs to somebody’s work. What nobody saw yet stays in the middle, with "
    "a wide range.",
    "standing": "Standing is quality, and beside it, for a little, results. What nobody saw yet stays in the "
    "middle, with a wide range.",
    "results": "Money beside that of like work in like roles and territories; ten times as much is a step, not ten.",
}
BY_COLLEAGUES = (
    "Colleagues’ answers about working together. A strict or a mild colleague is allowed for, "
    "answers given together are one voice, and newer answers say more than old ones."
)


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


def unit(words: Words, board: str) -> str:
    """Say in words what a number of this board or dimension means."""
    if board == "help":
        return words.say(ON_HELP)
    return words.say(ON_RATINGS if _is_rated(board) else ON_DEVIATIONS)


def made(words: Words, board: str) -> str:
    """Say how a board is made."""
    return words.say(BY_COLLEAGUES if _is_rated(board) else MADE[AWARDS.get(board, board)])


def _is_rated(board: str) -> bool:
    """Tell whether colleagues rate what the board stands on, an organization's own criterion among them."""
    on = AWARDS.get(board, board)
    return on not in MADE and on not in ASPECTS


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
