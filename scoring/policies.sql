-- Versions of an organization's policy, and the previews they are published from.
-- owns: scoring_policy, policy_preview

-- name: newest()
select id, version, policy, hash, published_at, published_by_id, reason
from scoring_policy
order by version desc
limit 1;

-- name: by_id(id)
select id, version, policy, hash, published_at, published_by_id, reason from scoring_policy where id = :id;

-- name: by_version(version)
select id, version, policy, hash, published_at, published_by_id, reason from scoring_policy where version = :version;

-- name: versions(before, most)
-- The newest first.
select id, version, policy, hash, published_at, published_by_id, reason
from scoring_policy
where :before::integer is null or version < :before
order by version desc
limit :most;

-- name: insert_first(policy, hash)!
insert into scoring_policy (version, policy, hash)
values (1, :policy, :hash)
on conflict (organization_id, version) do nothing;

-- name: insert(version, policy, hash, person_id, reason)
insert into scoring_policy (version, policy, hash, published_by_id, reason)
values (:version, :policy, :hash, :person_id, :reason)
returning id, version, policy, hash, published_at, published_by_id, reason;

-- name: insert_preview(policy, hash, against_id, asked_by_id)
insert into policy_preview (policy, hash, against_id, asked_by_id)
values (:policy, :hash, :against_id, :asked_by_id)
returning id;

-- name: preview(id)
select p.id, p.policy, p.against_id, p.asked_at, p.as_of, p.result, p.reference, s.state, s.error
from policy_preview as p
left join slot as s on s.job = 'policy_preview' and s.key = p.id::text
where p.id = :id;

-- name: waiting()
select count(*) from slot where job = 'policy_preview' and state in ('due', 'running');

-- name: insert_result(id, as_of, result, reference)!
update policy_preview set as_of = :as_of, result = :result, reference = :reference where id = :id;

-- name: open_round()
-- One that somebody opened; answers outside of it join a standing one, which promises its own k.
select true
from feedback_round
where not standing and opened_at <= now() and (closed_at is null or closed_at > now())
limit 1;

-- name: names(people)
select external_id, id, name from person where external_id = any (:people::text[]);

-- name: answers_given()
select exists (select a.id from feedback_answer as a);
