"""The exchange folder, version 1: every file, every column, and what each may hold.

This table is a leaf: import, export, `talkoot score`, the evidence queries and the tests all read it,
so that a column is described once.
"""

from dataclasses import dataclass
from enum import StrEnum

from scoring.exchange.words import Phrase, phrase

FORMAT = "talkoot-exchange/1"

MAX_ID = 200  # characters; ids are opaque
MAX_NAME = 200  # characters
MAX_TEXT = 4000  # characters of a message, comment or reason
EARLIEST, LATEST = "1900-01-01T00:00:00Z", "2200-01-01T00:00:00Z"  # instants outside are typing errors


class Kind(StrEnum):
    """What a column holds."""

    ID = "id"  # opaque string naming a row of the file `refers` (or of this file where `refers` is empty)
    TEXT = "text"
    CHOICE = "choice"  # one of `choices`
    TIME = "time"  # ISO 8601 with offset
    FLAG = "flag"  # 0 or 1
    INTEGER = "integer"
    NUMBER = "number"  # finite
    DECIMAL = "decimal"  # decimal text, kept to the digit


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its kind, whether a row may leave it empty, and its bounds."""

    name: str
    kind: Kind
    optional: bool = False
    refers: str = ""  # the file whose ids it names
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    longest: int = MAX_ID  # characters

    @property
    def expected(self) -> Phrase:
        """What a good value looks like, in words for an error message."""
        match self.kind:
            case Kind.ID:
                return phrase("id_of", file=self.refers) if self.refers else phrase("id", most=self.longest)
            case Kind.TEXT:
                return phrase("text", most=self.longest)
            case Kind.CHOICE:
                return phrase("choice", choices=", ".join(self.choices))
            case Kind.TIME:
                return phrase("time")
            case Kind.FLAG:
                return phrase("flag")
            case _:
                return phrase(self.kind.value, low=f"{self.low:g}", high=f"{self.high:g}")


@dataclass(frozen=True, slots=True)
class File:
    """One file of the folder: its columns, the key no two rows share, and cross-column rules by name."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    evidence: bool = False  # insert-only, carries `at` and may be retracted by its id

    def column(self, name: str) -> Column:
        """Return one column; KeyError where there is none of that name."""
        return {column.name: column for column in self.columns}[name]


def _id(name: str, refers: str = "", *, optional: bool = False) -> Column:
    return Column(name, Kind.ID, optional, refers)


def _text(name: str, longest: int = MAX_NAME, *, optional: bool = False) -> Column:
    return Column(name, Kind.TEXT, optional, longest=longest)


def _choice(name: str, choices: tuple[str, ...], *, optional: bool = False) -> Column:
    return Column(name, Kind.CHOICE, optional, choices=choices)


def _time(name: str, *, optional: bool = False) -> Column:
    return Column(name, Kind.TIME, optional)


def _flag(name: str, *, optional: bool = False) -> Column:
    return Column(name, Kind.FLAG, optional)


def _whole(name: str, low: int, high: int, *, optional: bool = False) -> Column:
    return Column(name, Kind.INTEGER, optional, low=low, high=high)


RATING = (1, 5)  # peers' ratings and three of the customer aspects
PERSON_ROLES = ("seller", "expert", "carer", "lead", "other")
TEAM_ROLES = ("member", "lead")
PROJECT_KINDS = ("opportunity", "development", "delivery")
OUTCOMES = ("done", "won", "lost", "stopped")
MONEY_KINDS = ("revenue", "margin", "list_value", "agreed_price", "agreed_effort", "delivered_effort")
SIGNAL_KINDS = (
    "survey", "interview", "meeting", "group", "call", "observation", "complaint", "referral", "usage",
)  # fmt: skip
ASPECTS = ("satisfaction", "recommendation", "commitment", "listening")
ASPECT_SCALES = {"satisfaction": RATING, "recommendation": (0, 10), "commitment": RATING, "listening": RATING}
ABOUT = ("service", "people", "brand")
CARE_KINDS = ("3m", "12m", "24m", "recurring")
CARE_OUTCOMES = ("well", "repaired", "open")
SOURCES = ("peers", "customers", "kudos")
RETRACTION_REASONS = ("hidden", "contested", "corrected", "erased")
STANDARD_CRITERIA = ("collaboration", "leading", "documenting", "problem_solving", "selling")

_SHARE = Column("share", Kind.NUMBER, optional=True, low=0, high=1_000_000)
_MONEY = Column("amount", Kind.DECIMAL, low=-1e15, high=1e15)

_PEOPLE_AND_CUSTOMERS = (
    File("people", (
        _id("person"), _text("name"), _text("email", 320, optional=True), _text("title", optional=True),
        _choice("role", PERSON_ROLES, optional=True), _time("joined", optional=True), _time("left", optional=True),
    ), key=("person",)),
    File("teams", (_id("team"), _text("name"), _text("department", optional=True)), key=("team",)),
    File("team_members", (
        _id("team", "teams"), _id("person", "people"), _choice("role", TEAM_ROLES),
        _time("from", optional=True), _time("to", optional=True),
    ), key=("team", "person", "from")),
    File("customers", (_id("customer"), _text("name")), key=("customer",)),
    File("contacts", (
        _id("contact"), _id("customer", "customers"), _text("name", optional=True), _text("email", 320, optional=True),
        _text("role", optional=True), _flag("known", optional=True), _text("channel", optional=True),
        _text("rhythm", optional=True), _text("language", 35, optional=True),
    ), key=("contact",)),
    File("criteria", (_id("criterion"), _text("name"), _text("meaning", MAX_TEXT, optional=True)), key=("criterion",)),
)  # fmt: skip

_PROJECTS = (
    File("projects", (
        _id("project"), _text("name"), _choice("kind", PROJECT_KINDS), _id("customer", "customers", optional=True),
        _time("started"), _time("ended", optional=True), _choice("outcome", OUTCOMES, optional=True),
        _text("territory", optional=True), _id("continues", "projects", optional=True),
    ), key=("project",)),
    File("members", (
        _id("project", "projects"), _id("person", "people"), _text("role", optional=True), _SHARE,
        _time("from", optional=True), _time("to", optional=True),
    ), key=("project", "person", "role", "from")),
    File("money", (
        _id("project", "projects"), _choice("kind", MONEY_KINDS), _MONEY, _text("currency or unit", 20),
        _time("known_at"),
    ), key=("project", "kind", "currency or unit", "known_at")),
    File("agreements", (
        _id("project", "projects"), _flag("scope_agreed"), _flag("scope_communicated"), _flag("scope_measurable"),
        _id("confirmed_by", "contacts", optional=True), _time("at"),
    ), key=("project", "at")),
    File("documents", (
        _id("id"), _id("project", "projects"), _id("author", "people"), _text("title"), _time("at"),
        _id("used_by", "projects", optional=True),
    ), key=("id",), evidence=True),
    File("handovers", (
        _id("id"), _id("project", "projects"), _id("from_person", "people"), _id("to_person", "people"), _time("at"),
        _time("accepted_at", optional=True), _whole("rating", *RATING, optional=True),
    ), key=("id",), evidence=True),
    File("care", (
        _id("id"), _id("project", "projects"), _id("owner", "people"), _choice("kind", CARE_KINDS), _time("due"),
        _time("done", optional=True), _choice("outcome", CARE_OUTCOMES, optional=True),
        _flag("needs_changed", optional=True), _flag("moved_by_customer", optional=True),
    ), key=("id",), evidence=True),
)  # fmt: skip

_EVIDENCE = (
    File("rounds", (_id("round"), _time("opened"), _time("closed", optional=True)), key=("round",)),
    File("asks", (
        _id("ask"), _id("round", "rounds", optional=True), _id("giver", "people"), _id("receiver", "people"),
        _id("project", "projects", optional=True), _time("at"), _time("declined_at", optional=True),
    ), key=("ask",)),
    File("feedback", (
        _id("id"), _id("answer", optional=True), _id("giver", "people"), _id("receiver", "people"),
        _id("project", "projects", optional=True), _id("round", "rounds", optional=True), _id("criterion", "criteria"),
        _whole("rating", *RATING), _text("comment", MAX_TEXT, optional=True), _time("at"),
        _time("recorded_at", optional=True),
    ), key=("id",), evidence=True),
    File("kudos", (
        _id("id"), _id("giver", "people"), _id("receiver", "people"), _id("project", "projects", optional=True),
        _id("criterion", "criteria", optional=True), _text("message", MAX_TEXT), _time("at"),
    ), key=("id",), evidence=True),
    File("signals", (
        _id("id"), _id("response", optional=True), _id("project", "projects"),
        _id("contact", "contacts", optional=True),
        _choice("kind", SIGNAL_KINDS), _choice("aspect", ASPECTS, optional=True),
        Column("value", Kind.NUMBER, optional=True, low=0, high=10), _choice("about", ABOUT, optional=True),
        _text("comment", MAX_TEXT, optional=True), _id("recorded_by", "people", optional=True), _time("at"),
    ), key=("id",), evidence=True),
    File("badges", (
        _id("id"), _text("badge", MAX_ID), _id("receiver", "people"), _id("project", "projects", optional=True),
        _id("giver", "people", optional=True), _time("at"),
    ), key=("id",), evidence=True),
)  # fmt: skip

_CONSENT_AND_HISTORY = (
    File("consents", (_id("person", "people"), _choice("source", SOURCES), _flag("given"), _time("at")),
         key=("person", "source", "at")),
    File("leaves", (_id("person", "people"), _time("from"), _time("to", optional=True)), key=("person", "from")),
    File("level_steps", (_id("person", "people"), _whole("level", 0, 100), _time("at")), key=("person", "at")),
    File("retractions", (
        _choice("file", ("feedback", "kudos", "signals", "badges", "documents", "handovers", "care")),
        _id("id"), _choice("reason", RETRACTION_REASONS), _time("at"),
    ), key=("file", "id", "at")),
)  # fmt: skip

# In an order in which every file comes after those it refers to.
FILES = {file.name: file for file in (*_PEOPLE_AND_CUSTOMERS, *_PROJECTS, *_EVIDENCE, *_CONSENT_AND_HISTORY)}
