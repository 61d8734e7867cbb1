-- Rounds of feedback, as those who run them see them.
-- owns: feedback_round

-- name: alone()
-- One at a time opens a round of this organization.
select pg_advisory_xact_lock(hashtextextended('feedback_round ' || current_organization_id(), 0));

-- name: running(now)
-- One that another process, whose clock or queue was ahead, opened a moment later runs, too.
select id
from feedback_round
where not standing and opened_at < :now::timestamptz + interval '5 minutes' and (closed_at is null or closed_at > :now)
order by opened_at desc, id
limit 1;

-- name: place(default_k)
-- Where the organization is, and its policy's number of givers.
select o.time_zone, coalesce((
    select (p.policy ->> 'k')::integer from scoring_policy as p order by p.version desc limit 1), :default_k) as k
from organization as o;

-- name: insert(opened_at, closed_at, closes_on, period_days, asks_per_person, reminders, k)
insert into feedback_round
    (opened_at, closed_at, closes_on, period_days, asks_per_person, most_reminders, k, warned)
values (:opened_at, :closed_at, :closes_on, :period_days, :asks_per_person, :reminders, :k, true)
returning id, opened_at, closed_at, standing, closes_on, period_days, asks_per_person, most_reminders, reminders,
    reminded_at, k, drawn_at, people, answered, without_colleagues, settled_at;

-- name: insert_standing(name, opened_at, closed_at, closes_on, k)!
insert into feedback_round (external_id, opened_at, closed_at, closes_on, k, warned)
values (:name, :opened_at, :closed_at, :closes_on, :k, true)
on conflict (organization_id, external_id) do nothing;

-- name: standing(name)
select id from feedback_round where external_id = :name;

-- name: rounds(after_key, after_id, most)
select id, opened_at, closed_at, standing, closes_on, period_days, asks_per_person, most_reminders, reminders,
    reminded_at, k, drawn_at, people, answered, without_colleagues, settled_at
from feedback_round
where :after_key::timestamptz is null or (opened_at, id) < (:after_key, :after_id::uuid)
order by opened_at desc, id desc
limit :most;

-- name: by_id(id)
select id, opened_at, closed_at, standing, closes_on, period_days, asks_per_person, most_reminders, reminders,
    reminded_at, k, drawn_at, people, answered, without_colleagues, settled_at
from feedback_round
where id = :id;

-- name: locked(id)
select id from feedback_round where id = :id for update;

-- name: close(id, now)!
update feedback_round set closed_at = greatest(:now, opened_at)
where id = :id and not standing and (closed_at is null or closed_at > :now);

-- name: remind(id, now)!
update feedback_round set reminders = reminders + 1, reminded_at = :now
where id = :id and reminders < most_reminders and drawn_at is not null and closed_at > :now;

-- name: close_rounds(days)!
-- Rounds that were made elsewhere while they were open, and that nothing else would close.
update feedback_round
set closed_at = opened_at + make_interval(days => :days), closes_on = (opened_at + make_interval(days => :days))::date
where closed_at is null and not warned;
