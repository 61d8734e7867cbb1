"""Local days: when a daily job of an organization is due. A local date exists once, even when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MOST_DAYS = 366  # no more days than these are marked as skipped after a long downtime


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which the clocks of `zone` first show `at` on `day`.

    Where clocks jump over `at`, it is the instant they would have shown it: as much later as they jump.
    """
    return datetime.combine(day, at, zone).astimezone(UTC)


def newest(now: datetime, at: time, zone: ZoneInfo) -> date:
    """Return the last local date whose `at` has come by `now`."""
    today = now.astimezone(zone).date()
    return today if moment(today, at, zone) <= now else today - timedelta(days=1)


def missed(last: date, upto: date) -> list[date]:
    """Return the days between two days, neither included, the last `MOST_DAYS` at most."""
    first = max(last + timedelta(days=1), upto - timedelta(days=MOST_DAYS))
    return [first + timedelta(days=n) for n in range((upto - first).days)]
