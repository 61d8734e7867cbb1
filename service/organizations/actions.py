"""Add organizations, and say how much their people may give and ask."""

import re
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec.structs import asdict

from service.base import db
from service.base.border import MAX_NAME
from service.base.errors import Invalid
from service.base.events import record

HANDLE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
CURRENCY = re.compile(r"[A-Z]{3}")
LANGUAGE = re.compile(r"fi|en")

sql = db.load(Path(__file__).with_name("queries.sql"))


class Limits(msgspec.Struct, frozen=True):
    """How much the people and programs of an organization may give and ask."""

    kudos_a_day: int | None = None
    kudos_to_one_a_week: int | None = None
    requests_a_minute: int | None = None
    requests_a_minute_each: int | None = None  # of one credential


class NewOrganization(msgspec.Struct, frozen=True, kw_only=True):
    """An organization to be added by the operator."""

    handle: str
    name: str
    time_zone: str = "Europe/Helsinki"
    currency: str = "EUR"
    language: str = "fi"


async def add_organization(pool: db.Pool, new: NewOrganization) -> UUID:
    """Add an organization; it is the tenant of its own first row."""
    _check(new)
    organization_id = uuid4()
    async with db.tenant(pool, organization_id) as tx:
        await db.run(tx, sql.insert_organization, organization_id=organization_id, **asdict(new))
        await record(tx, "organization_added", organization_id)
    return organization_id


async def limit(tx: db.Connection, wanted: Limits) -> Limits:
    """Change how much the organization's people may give and ask; what is None stays."""
    limits = await db.one(tx, sql.limit, Limits, **asdict(wanted))
    await record(tx, "organization_limited", None, **asdict(limits))
    return limits


def _check(new: NewOrganization) -> None:
    """Refuse what the table would refuse, in words for the operator."""
    for field, fits in (("handle", HANDLE), ("currency", CURRENCY), ("language", LANGUAGE)):
        if not fits.fullmatch(getattr(new, field)):
            raise Invalid(f"{field}: {getattr(new, field)!r} does not fit {fits.pattern}", field=field)
    if not 1 <= len(new.name) <= MAX_NAME:
        raise Invalid(f"the name takes 1 to {MAX_NAME} characters", field="name")
    try:
        ZoneInfo(new.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise Invalid(f"there is no time zone {new.time_zone!r}", field="time_zone") from unknown
