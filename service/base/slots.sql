-- Slots: a scheduled job of an organization exists once, and one worker at a time holds its lease.
-- owns: slot

-- name: insert(job, key, moment, due_at, requested_by_id)!
-- Touches no row where the slot is there already.
insert into slot (job, key, moment, due_at, requested_by_id)
values (:job, :key, :moment, :due_at, :requested_by_id)
on conflict (organization_id, job, key) do nothing;

-- name: insert_skipped(job, keys)!
-- Days that passed while no worker ran.
insert into slot (job, key, state, error, finished_at)
select :job, missed.key, 'skipped', 'no worker ran on that day; a newer one took its place', clock_timestamp()
from unnest(:keys::text[]) as missed (key)
on conflict (organization_id, job, key) do nothing;

-- name: skip_older(job, key)!
-- Days overtaken by a newer one before anybody finished them; whoever still holds a valid lease may go on.
update slot
set state = 'skipped', lease_until = null, finished_at = clock_timestamp()
where (job, key) in (
    select open.job, open.key
    from slot as open
    where open.job = :job
      and open.key < :key
      and (open.state = 'due' or open.state = 'running' and open.lease_until < clock_timestamp())
    for update skip locked
);

-- name: newest_keys(jobs)
-- Each job's newest day that has a slot, or null, and since when there is an organization at all.
select wanted.job, (select max(slot.key) from slot where slot.job = wanted.job) as newest, organization.created_at
from unnest(:jobs::text[]) as wanted (job)
cross join organization;

-- name: give_up(attempts)!
-- A job that ends its worker again and again must not do so for ever.
update slot
set state = 'failed', lease_until = null, finished_at = clock_timestamp(),
    error = coalesce(error, 'every worker that tried stopped without a word')
where (job, key) in (
    select open.job, open.key
    from slot as open
    where open.state = 'running' and open.lease_until < clock_timestamp() and open.attempts >= :attempts
    for update skip locked
);

-- name: claim(worker, lease_seconds)
-- The longest waiting slot of the organization, for one worker; a higher fence shuts out whoever had it before.
update slot
set state = 'running', fence = fence + 1, attempts = attempts + 1, worker = :worker,
    lease_until = clock_timestamp() + make_interval(secs => :lease_seconds::float8)
where (job, key) = (
    select open.job, open.key
    from slot as open
    where open.state = 'due' and open.due_at <= clock_timestamp()
       or open.state = 'running' and open.lease_until < clock_timestamp()
    order by open.due_at, open.job, open.key
    limit 1
    for update skip locked
)
returning job, key, moment, fence, attempts, :lease_seconds::float8 as lease_seconds;

-- name: begin(job, key, moment, worker, lease_seconds)
-- A slot for a job that its caller does at once.
insert into slot (job, key, moment, state, fence, attempts, worker, lease_until)
values (:job, :key, :moment, 'running', 1, 1, :worker, clock_timestamp() + make_interval(secs => :lease_seconds::float8))
returning job, key, moment, fence, attempts, :lease_seconds::float8 as lease_seconds;

-- name: extend(job, key, fence, lease_seconds)!
-- Nobody waits for a row that is being published: then the lease does not matter any more.
update slot
set lease_until = clock_timestamp() + make_interval(secs => :lease_seconds::float8)
where job = :job and key = :key and fence = :fence and state = 'running';

-- name: hold(job, key, fence)
-- Locks the slot until the end of the transaction, if it is still ours.
select fence
from slot
where job = :job and key = :key and fence = :fence and state = 'running' and lease_until > clock_timestamp()
for update;

-- name: finish(job, key, fence)!
update slot
set state = 'done', lease_until = null, error = null, finished_at = clock_timestamp()
where job = :job and key = :key and fence = :fence and state = 'running';

-- name: fail(job, key, fence, error, most_attempts, backoff_seconds)!
-- Tried again after 1, 4, 16, 64 … times the backoff, then failed for good.
update slot
set state = case when attempts < :most_attempts then 'due' else 'failed' end,
    due_at = clock_timestamp() + make_interval(secs => :backoff_seconds * power(4, attempts - 1)),
    finished_at = case when attempts < :most_attempts then null else clock_timestamp() end,
    lease_until = null,
    error = left(:error, 4000)
where job = :job and key = :key and fence = :fence and state = 'running';

-- name: release(job, key, fence)!
-- Given back unfinished by a worker that was told to stop: at once anybody's, and no attempt spent.
update slot
set state = 'due', lease_until = null, attempts = attempts - 1
where job = :job and key = :key and fence = :fence and state = 'running';
