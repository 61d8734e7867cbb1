-- What the newest published run holds: boards, scopes, periods.

-- name: newest()
select r.id, r.as_of, r.published_at, p.policy
from scoring_run as r
join scoring_policy as p on p.id = r.policy_id
order by r.as_of desc, r.published_at desc
limit 1;

-- name: boards(run_id)
-- Every board of the run, by one step in the index for each instead of reading them all.
with recursive found as (
    (select s.board from released_standing as s where s.run_id = :run_id order by s.board limit 1)
    union all
    select (select s.board from released_standing as s where s.run_id = :run_id and s.board > found.board
            order by s.board limit 1)
    from found
    where found.board is not null
)
select found.board as key, coalesce(criterion.name, found.board) as name
from found
left join criterion on criterion.external_id = found.board
where found.board is not null;

-- name: scopes(run_id, board, reader_id, asked, wanted, most)
-- The one asked for, the organization, and the reader's own come first; of many those whose name has what was typed.
with own as materialized (
    select t.id, t.department from team_now as m join team as t on t.id = m.team_id where m.person_id = :reader_id::uuid
), known as materialized (
    select k.key, k.name
    from (
        select 'organization' as key, 'organization' as name, true as near
        union all
        select distinct 'department:' || t.department, t.department, t.department in (select own.department from own)
        from team as t where t.department is not null
        union all
        select 'team:' || t.external_id, t.name, t.id in (select own.id from own) from team as t
    ) as k
    where k.key = :asked::text or :wanted::text = '' or k.name ilike '%' || :wanted || '%'
    order by k.key = :asked desc, k.near desc, k.name, k.key
)
select k.key, k.name
from known as k
where exists (
    select from released_standing as s where s.run_id = :run_id and s.board = :board and s.scope = k.key)
limit :most;

-- name: periods(run_id, board, scope)
with recursive found as (
    (select s.period from released_standing as s
     where s.run_id = :run_id and s.board = :board and s.scope = :scope order by s.period limit 1)
    union all
    select (select s.period from released_standing as s
            where s.run_id = :run_id and s.board = :board and s.scope = :scope and s.period > found.period
            order by s.period limit 1)
    from found
    where found.period is not null
)
select found.period as key, found.period as name
from found
where found.period is not null;

-- name: kinds(run_id, board, scope, period)
-- By one step in the index for each kind; asked with `exists`, a plan for any board reads all of this one.
select k.kind as key, k.kind as name
from unnest(array['team', 'person', 'project', 'customer']) as k (kind)
cross join lateral (
    select from released_standing as s
    where s.run_id = :run_id and s.board = :board and s.scope = :scope and s.period = :period
        and s.subject_kind = k.kind
    limit 1) as any_of_it;
