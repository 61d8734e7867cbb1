"""A large organization in which everything there is has been done: simulated evidence, figures made up by SQL."""

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import msgspec

from scoring.exchange import writing
from scoring.policy import Policy, digest, encode
from scoring.simulate import Settings, simulate
from scoring.simulate.voices import ROUND_DAYS
from service.auth.actions import start_session
from service.auth.roles import role_now
from service.base import clock, connect, db, slots
from service.base.access import Role
from service.exchange.loading import Options, load_folder
from service.feedback.rounds import sql as rounds
from service.figures import keeping
from tests.service.walls import made

HANDLE, SEED = "large", 1
RUNS = 4  # a month apart; only the last has boards
UNLIMITED = "update organization set requests_a_minute = 100000000, requests_a_minute_each = 100000000"
SEEN = """
insert into visibility (person_id, shown, changed_at)
select p.id, p.number % 7 <> 0, coalesce(p.joined_at, now() - interval '1 year')
from (select *, row_number() over (order by external_id) as number from person) as p on conflict do nothing
"""
LEADING = """
select m.person_id, m.team_id
from team_now as m
where m.role = 'lead' and (select count(*) from team_now as o where o.person_id = m.person_id) = 1
order by (select count(*) from team_now as o where o.team_id = m.team_id) desc, m.person_id limit 1
"""
IN_TEAM = """
select m.person_id
from team_now as m
where m.team_id = $1 and m.role <> 'lead'
  and (select c.given from consent as c where c.person_id = m.person_id and c.source = 'peers'
       order by c.at desc, c.recorded_at desc limit 1)
order by (select count(*) from kudos as k where k.receiver_id = m.person_id)
    + (select count(*) from project_member as j where j.person_id = m.person_id) desc, m.person_id
"""
ELSEWHERE = """
select m.person_id
from team_now as m
where m.team_id <> $1 and m.role <> 'lead' and (select count(*) from team_now as o where o.person_id = m.person_id) = 1
order by (select count(*) from kudos as k where k.receiver_id = m.person_id) desc, m.person_id limit 3
"""
GRANT = "insert into role_grant (person_id, role) values ($1, $2)"
PROJECT = """
select j.id, j.customer_id, (select n.id from contact as n where n.customer_id = j.customer_id limit 1) as contact_id
from project as j
join project_member as m on m.project_id = j.id and m.person_id = $1
where j.customer_id is not null
order by (select count(*) from signal as s where s.project_id = j.id) desc, j.id limit 2
"""
ASKED = """
insert into ask (round_id, giver_id, receiver_id, shared)
select o.id, g.id, r.id, false
from (select id from feedback_round where closed_at > now() order by opened_at desc limit 1) as o
cross join (select id, row_number() over (order by id) as place from person where left_at is null) as g
cross join generate_series(1, 5) as step
join (select id, row_number() over (order by id) as place, count(*) over () as people
      from person where left_at is null) as r on r.place = 1 + (g.place + step * 37) % r.people and r.id <> g.id
"""
FILLED = (
    # Who looked at whom: a year of it.
    """
    insert into audit (at, actor_id, role, action, subject_id, purpose)
    select now() - random() * interval '365 days', a[1 + (random() * 300)::integer], 'hr',
        (array['view_standing', 'view_page', 'view_brief', 'view_team'])[1 + n % 4],
        a[1 + (random() * (array_length(a, 1) - 1))::integer], 'personnel'
    from (select array_agg(id order by id) as a from person) as p, generate_series(1, 400000) as n
    """,
    # Contests, one of ten open.
    """
    insert into contest (kudos_id, person_id, words, opened_at, due_at, decision, reasons, decided_at)
    select k.id, k.receiver_id, 'It was not me', now() - interval '40 days', now() + interval '5 days',
        case when k.n % 10 > 0 then 'rejected' end, case when k.n % 10 > 0 then 'It is about you' end,
        case when k.n % 10 > 0 then now() - interval '20 days' end
    from (select *, row_number() over (order by id) as n from kudos) as k
    where k.n % 80 = 0 and not exists (select from retraction as r where r.kudos_id = k.id)
    """,
    # Words that were heard, and sessions of everybody.
    """
    insert into feedback_comment (round_id, receiver_id, comment)
    select r.id, p.id, 'You explained it well.' from person as p
    cross join (select id from feedback_round where closed_at is not null order by opened_at desc limit 4) as r
    """,
    """
    insert into credential (kind, hash, person_id, role, expires_at)
    select 'session', sha256(gen_random_uuid()::text::bytea), p.id, 'employee', now() + interval '9 h'
    from person as p where p.left_at is null
    """,
    """
    insert into survey (project_id, contact_id, asked_at)
    select j.id, n.id, j.ended_at
    from project as j
    join lateral (select n.id from contact as n where n.customer_id = j.customer_id order by n.id limit 1) as n on true
    where j.ended_at is not null
    """,
    """
    insert into export_job (what, format, purpose, asked_at)
    select 'people', 'csv', 'personnel', now() - n * interval '1 day' from generate_series(1, 300) as n
    """,
    """
    insert into credential (kind, hash, role, name, expires_at)
    select 'token', sha256(gen_random_uuid()::text::bytea), 'service', 'Program ' || n, now() + interval '90 days'
    from generate_series(1, 200) as n
    """,
)
WANTED = ("kudos", "contest", "ask", "hidden", "export", "preview", "way in", "question", "contact's page")
NOTES = """
insert into note (author_id, receiver_id, message, at)
select $1, $2, 'Well explained, and in time.', now() - n * interval '1 day' from generate_series(1, 60) as n
"""
POLICIES = """
insert into scoring_policy (version, policy, hash, published_at)
select (select coalesce(max(version), 0) from scoring_policy) + n, $1, $2, now() - (41 - n) * interval '10 days'
from generate_series(1, 40) as n
"""
RUN = """
with made as (
    insert into slot (job, key, state) select 'scoring', (current_date - 30 * n)::text, 'done'
    from generate_series(0, $1::integer - 1) as n returning key
)
insert into scoring_run (as_of, recorded_until, policy_id, engine, evidence_digest, scores_digest, job, slot_key, fence,
    seconds, counts)
select key::date, key::date, (select id from scoring_policy order by version desc limit 1), 'made up', repeat('0', 64),
    repeat('0', 64), 'scoring', key, 1, 1, '{}'
from made
"""
PUBLISHED = (
    # Of every run the figures of everybody, and of teams.
    """
    insert into released_score (run_id, subject_kind, subject_id, dimension, estimate, sd, low, high, evidence)
    select r.id, w.kind, w.id, d.key, e.at, 0.3, e.at - 0.4, e.at + 0.4, 10
    from scoring_run as r
    cross join (select 'person' as kind, id from person union all select 'team', id from team) as w
    cross join unnest(array['quality', 'standing', 'recognition', 'care', 'customer_trust', 'collaboration', 'leading',
        'documenting', 'problem_solving', 'selling', 'help', 'results']) as d (key)
    cross join lateral (select hashtext(w.id::text || d.key) / 1e9 as at) as e
    """,
    # Of the newest the boards: all time in every scope, and of three boards years and quarters.
    """
    insert into released_standing (run_id, board, scope, period, subject_kind, subject_id, band, rank_low, rank_high,
        score, low, high, provisional)
    select s.run_id, s.dimension, w.scope, t.period, s.subject_kind, s.subject_id,
        (row_number() over place / 8)::integer + 1, greatest(row_number() over place - 4, 1)::integer,
        (row_number() over place + 4)::integer, s.estimate, s.low, s.high, false
    from released_score as s
    join (
        select id, 'organization' as scope from person
        union all select id, 'organization' from team
        union all select d.person_id, 'department:' || d.department from department_now as d
        union all select m.person_id, 'team:' || t.external_id from team_now as m join team as t on t.id = m.team_id
    ) as w on w.id = s.subject_id
    join (
        select unnest(array['all', 'year:2025', 'year:2026', 'quarter:2026Q1', 'quarter:2026Q2', 'quarter:2026Q3']),
            unnest(array[true, false, false, false, false, false])
    ) as t (period, always) on t.always or s.dimension in ('quality', 'customer_trust', 'recognition')
    where s.run_id = (select id from scoring_run order by as_of desc limit 1)
    window place as (
        partition by s.dimension, w.scope, t.period, s.subject_kind order by s.estimate desc, s.subject_id)
    """,
    """
    insert into released_level (run_id, person_id, level, name, progress, since, missing)
    select r.id, p.id, 1, 'Doer', 0.4, r.as_of, 'stages:2;trust:0.15' from person as p cross join scoring_run as r
    """,
    """
    insert into released_stage (run_id, person_id, project_id, colleagues, customer, left_behind)
    select distinct r.id, m.person_id, m.project_id, true, null::boolean, false
    from project_member as m
    join project as p on p.id = m.project_id and p.ended_at is not null
    cross join (select id from scoring_run order by as_of desc limit 1) as r
    """,
    """
    insert into released_explanation (run_id, subject_kind, subject_id, dimension, source, project_id, amount)
    select s.run_id, 'person', s.person_id, d.key, 'customers', s.project_id, 0.01
    from released_stage as s cross join unnest(array['quality', 'standing', 'customer_trust']) as d (key)
    """,
    """
    insert into released_explanation (run_id, subject_kind, subject_id, dimension, source, project_id, amount)
    select s.run_id, 'person', s.subject_id, s.dimension, e.source, null, 0.02
    from released_score as s cross join unnest(array['prior', 'peers', 'care', 'kudos']) as e (source)
    where s.subject_kind = 'person' and s.run_id = (select id from scoring_run order by as_of desc limit 1)
    """,
)


class Large(msgspec.Struct, frozen=True):
    """Who asks, by the matrix's name of the caller; the secrets of their sessions; and what they may ask for."""

    secrets: dict[str, str]
    ids: dict[str, str]


async def large(pool: db.Pool, web: db.Pool, people: int) -> Large:
    """Make the organization, and what its pages are asked for."""
    await _make(pool, people)
    organization_id = (await connect.find_organization(pool, HANDLE)).organization_id
    async with db.tenant(pool, organization_id) as tx:
        callers, ids = await _cast(tx)
        for what in WANTED:
            ids[what] = await made.TARGETS[what](tx, ids)
        await tx.execute(ASKED)
        secrets = {name: await start_session(tx, one, await role_now(tx, one)) for name, one in callers.items()}
    async with db.tenant(web, organization_id) as tx:
        ids |= {what: await make(tx, ids) for what, make in made.BY_THE_WEB.items()}
        await tx.execute(made.OPENS, ids["project"], ids["contact"])
        for author, receiver in (("colleague", "person"), ("person", "colleague")):
            await tx.execute(made.AUTHOR, ids[author])
            await tx.execute(NOTES, ids[author], ids[receiver])
    await count(pool, organization_id)
    return Large(secrets, {what: str(one) for what, one in ids.items()})


async def count(pool: db.Pool, organization_id: UUID) -> None:
    """Count what the worker counts after a run."""
    slot = slots.NewSlot(job=keeping.KEEP, key=str(uuid4()), moment=clock.now(), due_at=clock.now())
    async with db.tenant(pool, organization_id) as tx:
        claim = await slots.begin(tx, slot, "bench")
    await keeping.keep(pool, organization_id, claim)


async def _make(pool: db.Pool, people: int) -> None:
    """Import two simulated years, and fill up what the exchange folder does not hold."""
    if HANDLE not in {one.handle for one in await connect.organizations(pool)}:
        drawn = simulate(Settings(people=people), SEED, clock.now())
        with TemporaryDirectory(prefix="talkoot-bench-") as folder:
            writing.write(Path(folder) / "exchange", drawn.frames, drawn.manifest)
            await load_folder(pool, uuid4(), Path(folder) / "exchange", Options(create=HANDLE, name="Large"))
    organization = await connect.find_organization(pool, HANDLE)
    async with db.tenant(pool, organization.organization_id) as tx:
        await tx.execute(UNLIMITED)
        await tx.execute(SEEN)
        await db.run(tx, rounds.close_rounds, days=ROUND_DAYS * 7 // 5)
        for statement in FILLED:
            await tx.execute(statement)
        policy = Policy()
        await tx.execute(POLICIES, msgspec.json.decode(encode(policy)), digest(policy))
        await tx.execute(RUN, RUNS)
        for statement in PUBLISHED:
            await tx.execute(statement)


async def _cast(tx: db.Connection) -> tuple[dict[str, UUID], dict[str, object]]:
    """Choose who asks, as in the matrix, and what they ask for: those with most to show."""
    lead, team = await tx.fetchrow(LEADING)
    himself, colleague = [row[0] for row in await tx.fetch(IN_TEAM, team)][:2]
    others = [row[0] for row in await tx.fetch(ELSEWHERE, team)]
    callers = {"self": himself, "lead": lead, "hr": others[0], "administrator": others[1]}
    for role in (Role.HR, Role.ADMINISTRATOR):
        if await role_now(tx, callers[role.value]) is not role:
            await tx.execute(GRANT, callers[role.value], role.value)
    (project, customer, contact), (other, *_) = await tx.fetch(PROJECT, himself)
    return callers, {
        "person": himself,
        "colleague": colleague,
        "reviewer": others[2],
        "team": team,
        "project": project,
        "other_project": other,
        "customer": customer,
        "contact": contact,
    }
