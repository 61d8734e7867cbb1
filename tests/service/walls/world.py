"""Two organizations: Ben and everything of his in North, everybody who may ask, and South, which owns none of it."""

from dataclasses import dataclass
from uuid import UUID

from service.auth import contacts
from service.auth.actions import NewToken, create_token
from service.base import db
from service.base.access import Role
from service.sign_in.actions import NOBODY
from tests import cast
from tests.service.walls import made
from tests.service.walls.row import CONTACTS, EMPLOYEES, LEADS

JOINS = """
insert into team_member (team_id, person_id, role, from_at, to_at)
values ($1, $2, $3, now() - interval '90 days', case when $4 then now() - interval '1 hour' end)
"""
MEMBERSHIP = "select id from team_member where person_id = $1 and to_at is null"
PART = "select id from project_member where (person_id, project_id) = ($1, $2)"
TEAM = "insert into team (name) values ($1) returning id"
RUN = "insert into slot (job, key) values ('scoring_now', gen_random_uuid()::text) returning key"
SIGNAL = "insert into signal (project_id, contact_id, kind, comment) values ($1, $2, 'call', 'Good') returning id"
FORGET = "delete from sign_in_attempt"


@dataclass(frozen=True, slots=True)
class World:
    """Who may ask, and what there is to ask for."""

    pool: db.Pool
    web: db.Pool
    north: cast.Cast
    south: cast.Cast
    people: dict[str, UUID]  # of North, by caller
    ids: dict[str, UUID]  # the target
    elsewhere: dict[str, UUID]  # the same in South
    own: dict[str, set[str]]  # what a contact may be shown, by caller

    async def token(self, caller, scopes=("read", "write", "export")):
        """Make a token for a caller."""
        cast_of = self.south if caller.startswith("foreign") else self.north
        async with db.tenant(self.pool, cast_of.organization_id) as tx:
            if caller in CONTACTS:
                return await contacts.create_token(tx, cast_of.contacts["pine" if caller == "unopened" else "oak"])
            role = role_of(caller)
            person_id = self.people.get(caller) if cast_of is self.north else cast_of.people["dora"]
            whose = None if role is Role.SERVICE else person_id
            return await create_token(tx, NewToken(role=role, person_id=whose, scopes=scopes))

    async def fresh(self, what):
        """Make something anew for one request; its id or secret, by what it is."""
        if what in made.EVERYWHERE:
            for cast_of in (self.north, self.south):
                async with db.tenant(self.pool, cast_of.organization_id) as tx:
                    await made.EVERYWHERE[what](tx, self.ids)
            return {}
        pool, kinds = (self.web, made.BY_THE_WEB) if what in made.BY_THE_WEB else (self.pool, made.TARGETS)
        async with db.tenant(pool, self.north.organization_id) as tx:
            return {what: await kinds[what](tx, self.ids)}

    async def forget_tries(self):
        """Forget how often anybody tried to sign in lately: the matrix tries more often than people do."""
        async with db.tenant(self.web, NOBODY) as tx:
            await tx.execute(FORGET)


def role_of(caller):
    """The role in which a caller calls."""
    if caller in EMPLOYEES - {"ended_lead"}:
        return Role.EMPLOYEE
    return Role.LEAD if caller in LEADS | EMPLOYEES else Role(caller.removeprefix("foreign_"))


async def world(worker_pool, web_pool):
    """Make the two organizations."""
    north, south = await cast.north(worker_pool), await cast.south(worker_pool)
    async with db.tenant(worker_pool, south.organization_id) as tx:
        there = {"self": south.eino, "colleague": south.dora, "stranger": south.dora}
        elsewhere = await _target(tx, south, there)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        people = await _people(tx, north)
        ids = await _target(tx, north, people)
        own = [await tx.fetchval(SIGNAL, north.delivery, north.contacts["oak"])]
    async with db.tenant(web_pool, north.organization_id) as tx:
        ids |= {what: await make(tx, ids) for what, make in made.BY_THE_WEB.items()}
        await tx.execute(made.OPENS, north.delivery, north.contacts["oak"])
        await tx.execute(made.OPENS, north.development, north.contacts["pine"])
    allowed = {"contact": {str(one) for one in (north.delivery, *own)}, "unopened": {str(north.development)}}
    return World(worker_pool, web_pool, north, south, people, ids, elsewhere, allowed)


async def _people(tx, north):
    """Let there be everybody who may ask; all have joined and allow everything."""
    people = {"self": north.ben, "lead": north.ada, "hr": north.cleo}
    for name in ("colleague", "stranger", "other_lead", "former_lead", "past_lead", "ended_lead", "administrator"):
        people[name] = await tx.fetchval(made.PERSON, name.replace("_", " ").capitalize())
        await tx.execute(cast.INSERT_SEEN, people[name])
        for source in ("peers", "customers", "kudos"):
            await tx.execute(cast.INSERT_CONSENT, people[name], source)
    his, other, past = north.teams["ada"], await tx.fetchval(TEAM, "Other"), await tx.fetchval(TEAM, "Past")
    third = await tx.fetchval(TEAM, "Third")
    for team_id, name, role, ended in (
        (his, "colleague", "member", False),
        (his, "former_lead", "lead", True),
        (his, "ended_lead", "lead", True),
        (third, "former_lead", "lead", False),
        (other, "stranger", "member", False),
        (other, "other_lead", "lead", False),
        (past, "past_lead", "lead", False),
        (past, "self", "member", True),
    ):
        await tx.execute(JOINS, team_id, people[name], role, ended)
    return people


async def _target(tx, home, people):
    """Make what the rows ask for."""
    his = people["self"]
    ids = {
        "organization": home.organization_id,
        "person": his,
        "colleague": people["colleague"],
        "reviewer": people["stranger"],
        "team": next(iter(home.teams.values())),
        "customer": home.oak,
        "contact": home.contacts["oak"],
        "project": home.delivery,
        "other_project": home.development,
        "other_team": await tx.fetchval(TEAM, "Elsewhere"),
        "team_member": await tx.fetchval(MEMBERSHIP, his),
        "project_member": await tx.fetchval(PART, his, home.delivery),
        "run": UUID(await tx.fetchval(RUN)),
    }
    for what in ("kudos", "task", "round", "contest", "survey", "token", "role", "preview", "session"):
        ids[what] = await made.TARGETS[what](tx, ids)
    return ids
