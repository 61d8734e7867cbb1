"""Change one's own profile, undo that, and hide a project from one's history or show it again."""

from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import asdict

from service.base import clock, db
from service.base.errors import NotFound
from service.base.events import record
from service.profiles.model import OwnWords, Part, Profile, Told

sql = db.load(Path(__file__).with_name("queries.sql"))

MOST_PROJECTS = 200


async def told(tx: db.Connection, person_id: UUID, reader_id: UUID | None) -> Told:
    """Return a profile with its history, as this reader sees it."""
    profile = await db.one(tx, sql.profile, Profile, person_id=person_id)
    given = {"person_id": person_id, "reader_id": reader_id, "most": MOST_PROJECTS}
    return Told(profile, await db.many(tx, sql.history, Part, **given))


async def change(tx: db.Connection, person_id: UUID, wanted: OwnWords) -> Profile:
    """Write a person's own words in place of those before, which can be brought back until the night."""
    await db.one(tx, sql.for_change, str, person_id=person_id)
    before = _words_of(await db.one(tx, sql.profile, Profile, person_id=person_id))
    skills = list(dict.fromkeys(skill.strip() for skill in wanted.skills))
    own = {field: value for field, value in asdict(wanted).items() if field != "skills"}
    await db.run(tx, sql.write, person_id=person_id, at=clock.now(), before=asdict(before), **own)
    await db.run(tx, sql.drop_skills, person_id=person_id)
    await db.run(tx, sql.add_skills, person_id=person_id, skills=skills)
    await record(tx, "profile_changed", person_id)
    return await db.one(tx, sql.profile, Profile, person_id=person_id)


async def undo(tx: db.Connection, person_id: UUID) -> Profile:
    """Bring back what stood before the last change; doing it again brings the change back.

    Where nothing was changed since the last night, nothing changes.
    """
    before = await db.maybe(tx, sql.before, dict, person_id=person_id)
    if before is None:
        return await db.one(tx, sql.profile, Profile, person_id=person_id)
    return await change(tx, person_id, msgspec.convert(before, OwnWords))


async def hide(tx: db.Connection, person_id: UUID, project_id: UUID) -> None:
    """Hide a project from one's own history.

    Raises
    ------
    NotFound : the person had no part in it.
    """
    await _touch(tx, sql.hide, person_id, project_id)


async def show(tx: db.Connection, person_id: UUID, project_id: UUID) -> None:
    """Show a hidden project again.

    Raises
    ------
    NotFound : the person had no part in it.
    """
    await _touch(tx, sql.show, person_id, project_id)


async def forget_before(tx: db.Connection) -> None:
    """Forget what was changed: what somebody took away is not kept past the night."""
    await db.run(tx, sql.forget_before)


async def _touch(tx: db.Connection, query: db.Query, person_id: UUID, project_id: UUID) -> None:
    given: dict[str, Any] = {"person_id": person_id, "project_id": project_id}
    if not await db.one(tx, sql.took_part, bool, **given):
        raise NotFound("there is no such project in your history")
    if await db.run(tx, query, **given):
        await record(tx, "profile_changed", person_id)


def _words_of(profile: Profile) -> OwnWords:
    return OwnWords(**{field: getattr(profile, field) for field in OwnWords.__struct_fields__})
