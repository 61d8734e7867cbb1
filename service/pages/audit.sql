-- The audit log as HR and administrators read it: with names, and only what was searched for.

-- name: meant(wanted, most)
-- People whose name has what was typed.
select p.id from person as p where p.name ilike '%' || :wanted || '%' order by p.name, p.id limit :most;

-- name: log(people, action, after_key, after_id, most)
select a.id, a.at, actor.name as actor, a.role, a.action, subject.name as subject, a.purpose, a.detail
from audit as a
left join person as actor on actor.id = a.actor_id
left join person as subject on subject.id = a.subject_id
where (:people::uuid[] is null or a.subject_id = any (:people) or a.actor_id = any (:people))
    and (:action::text is null or a.action = :action)
    and (:after_key::timestamptz is null or (a.at, a.id) < (:after_key, :after_id::uuid))
order by a.at desc, a.id desc
limit :most;
