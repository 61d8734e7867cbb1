-- Figures of whole organizations that take a while to count: counted by the worker, read by pages.
-- owns: kept_figures

-- name: kept(kind, k)
-- Those counted with another number of voices are of no use: fewer would tell too much.
select f.content from kept_figures as f where f.kind = :kind and f.k = :k;

-- name: keep(kind, k, counted_at, content)!
insert into kept_figures (kind, k, counted_at, content)
values (:kind, :k, :counted_at, :content)
on conflict (organization_id, kind) do update
set k = excluded.k, counted_at = excluded.counted_at, content = excluded.content;

-- name: voices(default_k)
-- Of how many people a figure is made at least: by the newest policy, and by that of the newest run.
select coalesce((select (p.policy ->> 'k')::integer from scoring_policy as p order by p.version desc limit 1), :default_k)
        as policy,
    coalesce((
        select (p.policy ->> 'k')::integer
        from scoring_run as r
        join scoring_policy as p on p.id = r.policy_id
        order by r.as_of desc, r.published_at desc limit 1), :default_k) as run;

-- name: at_work(job, since)
-- Whether a worker counts just now, or is to begin: true and false; null where neither, or where none came for long.
select bool_or(state = 'running')
from slot
where job = :job and (state = 'due' and due_at > :since or state = 'running' and lease_until > clock_timestamp());

-- name: is_due(job)
-- Whether a counting that has not begun will see what has happened just now.
select exists (select from slot where job = :job and state = 'due');

-- name: nested_loops(allowed)
-- Whether rows may be looked up one by one, in this transaction.
select set_config('enable_nestloop', :allowed, true);
