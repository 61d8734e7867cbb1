"""What the numbers of choice columns mean: places in the tuples of scoring/exchange/columns.py, compared in a test."""

from enum import IntEnum


class PersonRole(IntEnum):
    """What somebody mainly does."""

    SELLER = 0
    EXPERT = 1
    CARER = 2
    LEAD = 3
    OTHER = 4


class TeamRole(IntEnum):
    """Place in a team."""

    MEMBER = 0
    LEAD = 1


class ProjectKind(IntEnum):
    """Phase of work for a customer."""

    OPPORTUNITY = 0
    DEVELOPMENT = 1
    DELIVERY = 2


class Outcome(IntEnum):
    """How a project ended."""

    DONE = 0
    WON = 1
    LOST = 2
    STOPPED = 3


class MoneyKind(IntEnum):
    """What an amount is of."""

    REVENUE = 0
    MARGIN = 1
    LIST_VALUE = 2
    AGREED_PRICE = 3
    AGREED_EFFORT = 4
    DELIVERED_EFFORT = 5


class SignalKind(IntEnum):
    """How something was learnt from a customer."""

    SURVEY = 0
    INTERVIEW = 1
    MEETING = 2
    GROUP = 3
    CALL = 4
    OBSERVATION = 5
    COMPLAINT = 6
    REFERRAL = 7
    USAGE = 8


class Aspect(IntEnum):
    """What of a customer's mind a value measures."""

    SATISFACTION = 0
    RECOMMENDATION = 1
    COMMITMENT = 2
    LISTENING = 3


class About(IntEnum):
    """What a signal speaks of."""

    SERVICE = 0
    PEOPLE = 1
    BRAND = 2


class CareKind(IntEnum):
    """When an after-care call is due."""

    THREE_MONTHS = 0
    TWELVE_MONTHS = 1
    TWENTY_FOUR_MONTHS = 2
    RECURRING = 3


class CareOutcome(IntEnum):
    """What an after-care call found."""

    WELL = 0
    REPAIRED = 1
    OPEN = 2


class ConsentSource(IntEnum):
    """A source of evidence that a person may open."""

    PEERS = 0
    CUSTOMERS = 1
    KUDOS = 2
