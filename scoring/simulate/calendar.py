"""Office hours: moments as seconds of working time, and back to instants in UTC.

A moment is `working day * DAY + second of that local day`, where working days (Monday to Friday) are
numbered without gaps from 1970. So no weekend ever comes up, and moments keep the order of instants.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

Moments = NDArray[np.int64]

TIME_ZONE = "Europe/Helsinki"
DAY = 86_400  # seconds
YEAR = 261  # working days
OPENS, CLOSES = 8 * 3600, 17 * 3600  # seconds of the local day
NEVER = np.int64(1 << 50)  # a moment, or working day, beyond all others
_TO_MONDAY = 3  # 1970-01-01 was a Thursday


def moment_of(instant: datetime) -> int:
    """Moment of an instant; all of a weekend is the Monday's midnight.

    Raises
    ------
    ValueError : the instant has no offset.
    """
    if instant.tzinfo is None:
        raise ValueError("`until` needs an offset, for instance 2026-11-23T12:00:00+00:00")
    local = instant.astimezone(ZoneInfo(TIME_ZONE))
    epoch = datetime(1970, 1, 1, tzinfo=UTC).date()
    week, weekday = divmod((local.date() - epoch).days + _TO_MONDAY, 7)
    if weekday >= 5:
        return (week + 1) * 5 * DAY
    seconds = local.hour * 3600 + local.minute * 60 + local.second + (1 if local.microsecond else 0)
    return (week * 5 + weekday) * DAY + seconds


def opening(days: Moments) -> Moments:
    """Return the moment at which work begins on these days; NEVER stays."""
    return np.where(days >= NEVER, NEVER, days * DAY + OPENS)


def closing(days: Moments) -> Moments:
    """Return the moment at which work ends on the day before these; NEVER stays."""
    return np.where(days >= NEVER, NEVER, (days - 1) * DAY + CLOSES)


def during(rng: np.random.Generator, low: Moments, high: Moments) -> Moments:
    """Moments within office hours of working days in [low, high), one for each pair."""
    days = low + np.floor(rng.random(low.size) * (high - low)).astype(np.int64)
    return at_work(rng, days)


def at_work(rng: np.random.Generator, days: Moments) -> Moments:
    """Moments within office hours of these days, most of them around noon."""
    seconds = rng.triangular(OPENS + 60, OPENS + 5 * 3600, CLOSES - 60, days.size)
    return days * DAY + seconds.astype(np.int64)


def instants(moments: Moments) -> pl.Series:
    """Instants in UTC, by the clocks of Helsinki; null where NEVER."""
    never = moments >= NEVER
    days, seconds = np.divmod(np.where(never, 0, moments), DAY)
    local = ((days // 5) * 7 + days % 5 - _TO_MONDAY) * DAY + seconds
    naive = pl.Series(local * 1_000_000).cast(pl.Datetime("us"))
    there = naive.dt.replace_time_zone(TIME_ZONE, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    return there.set(pl.Series(never), None) if never.any() else there
