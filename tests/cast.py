"""The people every test knows: organization North (Ada leads, Ben is on her team, Cleo is in HR) and South (Dora)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from service.base import db

INSERT_ORGANIZATION = """
insert into organization (organization_id, handle, name, time_zone, kudos_a_day, kudos_to_one_a_week,
    requests_a_minute, requests_a_minute_each)
values ($1, $2, $3, 'Europe/Helsinki', 1000000, 1000000, 100000000, 100000000)
"""
ZONE = ZoneInfo("Europe/Helsinki")  # of the organizations above; there it is tomorrow before it is so in UTC
INSERT_PERSON = "insert into person (name, email, role) values ($1, $2, $3) returning id"
INSERT_TEAM = "insert into team (name, department) values ($1, $2) returning id"
INSERT_TEAM_MEMBER = "insert into team_member (team_id, person_id, role) values ($1, $2, $3)"
INSERT_CUSTOMER = "insert into customer (name) values ($1) returning id"
INSERT_CONTACT = "insert into contact (customer_id, name, known) values ($1, $2, true) returning id"
INSERT_PROJECT = """
insert into project (name, kind, customer_id, started_at)
values ($1, $2, $3, '2026-01-01T00:00:00Z')
returning id
"""
INSERT_MEMBER = "insert into project_member (project_id, person_id, share) values ($1, $2, $3)"
INSERT_CRITERION = "insert into criterion (external_id, name) values ($1, $2) returning id"
INSERT_SEEN = "insert into visibility (person_id, shown) values ($1, true)"
INSERT_CONSENT = "insert into consent (person_id, source, given, at) values ($1, $2, true, '2026-01-01T00:00:00Z')"


def today() -> date:
    """Return the day it is where they work."""
    return datetime.now(ZONE).date()


@dataclass(frozen=True, slots=True)
class Cast:
    """One organization of its own, made for one test and left there."""

    organization_id: UUID
    handle: str
    people: dict[str, UUID]
    teams: dict[str, UUID]
    customers: dict[str, UUID]
    contacts: dict[str, UUID]
    projects: dict[str, UUID]
    criteria: dict[str, UUID] = field(default_factory=dict)

    def __getattr__(self, name: str) -> UUID:
        for group in (self.people, self.customers, self.projects):
            if name in group:
                return group[name]
        raise AttributeError(name)


async def north(pool: db.Pool) -> Cast:
    """Ada leads Ben; Cleo is in HR; customers Oak and Pine; one project of each kind."""
    people = {"ada": "lead", "ben": "expert", "cleo": "other"}
    return await _organization(pool, "north", people, lead="ada", team=("ada", "ben"))


async def south(pool: db.Pool) -> Cast:
    """Dora and Eino, who must see nothing of North."""
    return await _organization(pool, "south", {"dora": "lead", "eino": "seller"}, lead="dora", team=("dora", "eino"))


async def _organization(pool: db.Pool, name: str, roles: dict[str, str], *, lead: str, team: tuple[str, ...]) -> Cast:
    organization_id = uuid4()
    handle = f"{name}-{organization_id.hex[:12]}"
    async with db.tenant(pool, organization_id) as tx:
        await tx.execute(INSERT_ORGANIZATION, organization_id, handle, name.title())
        people = {
            person: await tx.fetchval(INSERT_PERSON, person.title(), f"{person}@{name}.example", role)
            for person, role in roles.items()
        }
        team_id = await tx.fetchval(INSERT_TEAM, f"{lead.title()}'s team", "Sales")
        for person in team:
            await tx.execute(INSERT_TEAM_MEMBER, team_id, people[person], "lead" if person == lead else "member")
        customers = {key: await tx.fetchval(INSERT_CUSTOMER, key.title()) for key in ("oak", "pine")}
        contacts = {key: await tx.fetchval(INSERT_CONTACT, customers[key], f"{key} contact") for key in customers}
        projects = {
            kind: await tx.fetchval(INSERT_PROJECT, f"{name.title()} {kind}", kind, customers["oak"])
            for kind in ("opportunity", "development", "delivery")
        }
        for project_id in projects.values():
            for person in team:
                await tx.execute(INSERT_MEMBER, project_id, people[person], 1.0)
        criteria = {
            key: await tx.fetchval(INSERT_CRITERION, key, key.replace("_", " ").capitalize())
            for key in ("collaboration", "leading", "documenting", "problem_solving", "selling")
        }
        for person_id in people.values():
            await tx.execute(INSERT_SEEN, person_id)
            for source in ("peers", "customers", "kudos"):
                await tx.execute(INSERT_CONSENT, person_id, source)
    return Cast(organization_id, handle, people, {lead: team_id}, customers, contacts, projects, criteria)
