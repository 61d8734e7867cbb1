-- What was released: boards, people's standings, and the runs behind them.

-- name: newest(job)
-- One row, also where nothing has been published yet.
select run.id as run_id, run.as_of, run.published_at, run.policy_version,
    case when night.failed and (run.as_of is null or run.as_of < night.moment) then night.key end as failed_night,
    coalesce((select b.version from board_version as b), 0) as audience
from (values (1)) as always (there)
left join lateral (
    select r.id, r.as_of, r.published_at, p.version as policy_version
    from scoring_run as r
    join scoring_policy as p on p.id = r.policy_id
    order by r.as_of desc, r.published_at desc
    limit 1
) as run on true
left join lateral (
    select s.key, s.moment, s.state = 'failed' or s.state in ('due', 'running') and s.error is not null as failed
    from slot as s
    where s.job = :job and s.state <> 'skipped'
    order by s.key desc
    limit 1
) as night on true;

-- name: boards(run_id, board, scope, period, kind, only_scope, only_period, most)
-- Those after the given one, by one step in the index for each instead of reading all their rows.
with recursive found as (
    (
        select s.board, s.scope, s.period, s.subject_kind
        from released_standing as s
        where s.run_id = :run_id
          and (s.board, s.scope, s.period, s.subject_kind) > (:board::text, :scope::text, :period::text, :kind::text)
        order by s.board, s.scope, s.period, s.subject_kind
        limit 1
    )
    union all
    select following.board, following.scope, following.period, following.subject_kind
    from found
    cross join lateral (
        select s.board, s.scope, s.period, s.subject_kind
        from released_standing as s
        where s.run_id = :run_id
          and (s.board, s.scope, s.period, s.subject_kind)
              > (found.board, found.scope, found.period, found.subject_kind)
        order by s.board, s.scope, s.period, s.subject_kind
        limit 1
    ) as following
)
select found.board, found.scope, found.period, found.subject_kind as kind, (
    select count(*)
    from released_standing as s
    where s.run_id = :run_id and s.board = found.board and s.scope = found.scope and s.period = found.period
      and s.subject_kind = found.subject_kind
      and (s.subject_kind <> 'person' or s.subject_id in (select shown.person_id from person_shown as shown))
) as count
from found
where (:only_scope::text is null or found.scope = :only_scope)
  and (:only_period::text is null or found.period = :only_period)
limit :most;

-- name: size(run_id, board, scope, period, kind, reader_id)
-- Of people those who chose to be seen, and the reader; without those who have left since the run.
select cardinality(b.subjects) as count, b.ranked
from board_seen(:run_id, :board, :scope, :period, :kind, :reader_id) as b
where b.of_run > 0;

-- name: places(run_id, board, scope, period, kind, reader_id, first, last)
-- Places :first to :last; the reader, or the reader's teams, with their nearest neighbours; never the last place,
-- unless it is the reader's own. Who still gathers evidence is shown to themself only.
with placed as materialized (
    select * from places_seen(:run_id, :board, :scope, :period, :kind, :reader_id, :first::integer, :last::integer, 0)
)
select p.subject_id,
    coalesce(
        case :kind
            when 'person' then (select person.name from person where person.id = p.subject_id)
            when 'team' then (select team.name from team where team.id = p.subject_id)
            when 'project' then (select project.name from project where project.id = p.subject_id)
            when 'customer' then (select customer.name from customer where customer.id = p.subject_id)
        end, '–') as name,
    p.place, p.ranked, p.band, p.rank_low, p.rank_high, p.score, p.low, p.high, p.provisional, p.mine
from placed as p
where p.mine
   or not p.provisional and p.place between :first and :last
   or not p.provisional and p.place < p.ranked
      and p.place in (
          select me.place + step.by
          from placed as me
          cross join (values (-1), (1)) as step (by)
          where me.mine and not me.provisional)
order by p.place;

-- name: person(id)
select id, name from person where id = :id;

-- name: leads(lead_id, person_id)
select leads(:lead_id, :person_id);

-- name: level(run_id, person_id)
select level, name, progress, since, missing
from released_level
where run_id = :run_id and person_id = :person_id;

-- name: scores(run_id, person_id)
select s.dimension, s.estimate, s.sd, s.low, s.high, voices_told(s.evidence, s.dimension, p.policy) as evidence
from released_score as s
join scoring_run as r on r.id = s.run_id
join scoring_policy as p on p.id = r.policy_id
where s.run_id = :run_id and s.subject_id = :person_id
order by s.dimension;

-- name: peers(run_id, person_id, standard, least, own)
-- Whether anything that colleagues said of a person is shown, how many have to speak for that, and how many there are.
-- To others than the person, what is under the policy's minimum is as if it were not there.
select coalesce((p.policy ->> 'k')::integer, :standard::integer) as k,
    (select count(*)::integer from person where left_at is null or left_at > statement_timestamp()) as people,
    exists (
        select from released_score as s
        join criterion as c on s.dimension in (c.external_id, 'criterion:' || c.external_id)
        where s.run_id = r.id and s.subject_id = :person_id and s.evidence > 0
          and (:own::boolean or s.evidence >= coalesce((p.policy ->> 'minimum_voices')::float8, :least::float8))) as shown,
    exists (
        select from scoring_policy as before
        where coalesce((before.policy ->> 'k')::integer, :standard) < coalesce((p.policy ->> 'k')::integer, :standard)
    ) as raised
from scoring_run as r
join scoring_policy as p on p.id = r.policy_id
where r.id = :run_id;

-- name: explanation(run_id, person_id)
-- The largest parts of each dimension first.
select e.dimension, e.source, e.project_id, project.name as project, e.amount
from released_explanation as e
left join project on project.id = e.project_id
where e.run_id = :run_id and e.subject_id = :person_id
order by e.dimension, abs(e.amount) desc, e.source, e.project_id;

-- name: enough(run_id)
-- Voices from which on something is said of a score, by the policy of the run.
select p.policy from scoring_run as r join scoring_policy as p on p.id = r.policy_id where r.id = :run_id;

-- name: contested(person_id)
-- Scores that their person contests, and nobody has decided on yet.
select c.dimension from contest as c
where c.person_id = :person_id and c.dimension is not null and c.decided_at is null
order by c.dimension;

-- name: stages(run_id, person_id)
select s.project_id, project.name as project, s.colleagues, s.customer, s.left_behind, s.reasons
from released_stage as s
join project on project.id = s.project_id
where s.run_id = :run_id and s.person_id = :person_id
order by project.ended_at, project.id;

-- name: runs(after_key, after_id, most)
select r.id, r.as_of as at, r.recorded_until, r.published_at, p.version as policy_version, r.engine,
    r.job, r.seconds, r.counts
from scoring_run as r
join scoring_policy as p on p.id = r.policy_id
where (:after_key::timestamptz is null or (r.as_of, r.id) < (:after_key, :after_id::uuid))
order by r.as_of desc, r.id desc
limit :most;

-- name: state(job, id)
-- A run by its id; one that was asked for has its id from the beginning.
select coalesce(r.id, :id::uuid) as id, s.state, s.moment as as_of, s.attempts, s.error, r.published_at
from slot as s
left join scoring_run as r on r.job = s.job and r.slot_key = s.key
where s.job = :job and s.key = :id::uuid::text or r.id = :id;

-- name: waiting(job)
select count(*) from slot where job = :job and state in ('due', 'running');
