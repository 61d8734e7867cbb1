-- The audit log as HR and administrators read it: with names, and only what was searched for.

-- name: meant(wanted, most)
-- People whose name has what was typed.
select p.id from person as p where p.name ilike '%' || :wanted || '%' order by p.name, p.id limit :most;

-- name: log(action, after_key, after_id, most)
-- All of it, or what was done: each by an index of its own, of which the other reads nothing.
with cut as materialized (
    select coalesce(:after_key::timestamptz, 'infinity') as at, coalesce(:after_id::uuid, gen_random_uuid()) as id
)
select a.id, a.at, actor.name as actor, a.role, a.action, subject.name as subject, a.purpose, a.detail
from (
    (select e.* from audit as e
     where :action::text is null and (e.at, e.id) < ((select at from cut), (select id from cut))
     order by e.at desc, e.id desc
     limit :most)
    union all
    (select e.* from audit as e
     where e.action = :action and (e.at, e.id) < ((select at from cut), (select id from cut))
     order by e.at desc, e.id desc
     limit :most)) as a
left join person as actor on actor.id = a.actor_id
left join person as subject on subject.id = a.subject_id
order by a.at desc, a.id desc
limit :most;

-- name: log_of(people, action, after_key, after_id, most)
-- Of these people, who looked or were looked at: the newest of each, and of these the newest. A look of one of them at
-- another is found with the other.
with cut as materialized (
    select coalesce(:after_key::timestamptz, 'infinity') as at, coalesce(:after_id::uuid, gen_random_uuid()) as id
)
select a.id, a.at, actor.name as actor, a.role, a.action, subject.name as subject, a.purpose, a.detail
from (
    select e.*
    from unnest(:people::uuid[]) as who (id)
    cross join lateral (
        (select s.* from audit as s
         where s.subject_id = who.id and (:action::text is null or s.action = :action)
           and (s.at, s.id) < ((select at from cut), (select id from cut))
         order by s.at desc, s.id desc
         limit :most)
        union all
        (select s.* from audit as s
         where s.actor_id = who.id and (:action is null or s.action = :action)
           and (s.subject_id is null or s.subject_id <> all (:people))
           and (s.at, s.id) < ((select at from cut), (select id from cut))
         order by s.at desc, s.id desc
         limit :most)) as e
    order by e.at desc, e.id desc  -- before their names are looked up, which is for those that are shown
    limit :most) as a
left join person as actor on actor.id = a.actor_id
left join person as subject on subject.id = a.subject_id
order by a.at desc, a.id desc
limit :most;
