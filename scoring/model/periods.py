"""Periods: years, quarters and months as a calendar in the organization's time zone cuts them, half-open.

zoneinfo reads the time zone data of the system or of the pinned tzdata package: data that belongs to the installation
like NumPy itself, and the one look outside that the engine takes.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from scoring.model.evidence import MISSING_TIME, Consents, Evidence
from scoring.model.select import rows, select

YEARS, QUARTERS, MONTHS = 3, 2, 2  # the present one and those before it
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """Instants from `start` up to but not including `end`, in microseconds since 1970 UTC."""

    name: str
    start: int
    end: int


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC of an aware moment.

    Raises
    ------
    ValueError : the moment has no time zone.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} needs a time zone")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def recent(as_of: int, time_zone: str) -> tuple[Period, ...]:
    """Return the years, quarters and months that end at or lie around the last instant before `as_of`, newest first."""
    zone = ZoneInfo(time_zone)
    last = (_EPOCH + timedelta(microseconds=as_of - 1)).astimezone(zone)
    years = [last.year - back for back in range(YEARS)]
    months = [divmod(last.year * 12 + last.month - 1 - back, 12) for back in range(MONTHS)]
    quarters = [divmod(last.year * 4 + (last.month - 1) // 3 - back, 4) for back in range(QUARTERS)]
    return (
        *(Period(f"year:{year}", _first(year, 1, zone), _first(year + 1, 1, zone)) for year in years),
        *(
            Period(f"quarter:{year}Q{number + 1}", _quarter(year, number, zone), _quarter(year, number + 1, zone))
            for year, number in quarters
        ),
        *(
            Period(f"month:{year}-{number + 1:02}", _first(year, number + 1, zone), _month_after(year, number, zone))
            for year, number in months
        ),
    )


def until(evidence: Evidence, end: int) -> Evidence:
    """Keep what was said or done before `end`, as far as `evidence`, which `select` left at a run's moment, knows it.

    People, teams, projects and memberships stay: who did the work does not depend on when it was spoken of. The
    consents of today hold for all periods.
    """
    return select(replace(evidence, consents=_from_the_first(evidence.consents)), end)


def since(known: Evidence, start: int) -> Evidence:
    """Keep what was said or done from `start` on; `known` is what `until` left."""
    happened = np.where(known.care.done == MISSING_TIME, known.care.due, known.care.done)
    return replace(
        known,
        feedback=rows(known.feedback, known.feedback.at >= start),
        kudos=rows(known.kudos, known.kudos.at >= start),
        signals=rows(known.signals, known.signals.at >= start),
        badges=rows(known.badges, known.badges.at >= start),
        documents=rows(known.documents, known.documents.at >= start),
        handovers=rows(known.handovers, known.handovers.at >= start),
        money=rows(known.money, known.money.known >= start),
        care=rows(known.care, happened >= start),
    )


def _from_the_first(consents: Consents) -> Consents:
    """Let every word have been given before all evidence, one after the other as they were."""
    order = np.argsort(consents.at, kind="stable")
    at = np.empty_like(consents.at)
    at[order] = MISSING_TIME + np.arange(len(order))
    return replace(consents, at=at)


def _quarter(year: int, number: int, zone: ZoneInfo) -> int:
    """Return the first instant of a quarter counted from 0; quarter 4 is the next year's first."""
    return _first(year + number // 4, number % 4 * 3 + 1, zone)


def _month_after(year: int, number: int, zone: ZoneInfo) -> int:
    """Return the first instant after a month counted from 0."""
    return _first(year + (number + 1) // 12, (number + 1) % 12 + 1, zone)


def _first(year: int, month: int, zone: ZoneInfo) -> int:
    return micros(datetime(year, month, 1, tzinfo=zone))
