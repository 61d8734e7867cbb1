-- Badges that people hold; a grant is never deleted, a retraction ends it.
-- owns: badge_grant

-- name: insert(external_id, badge, receiver_id, project_id, giver_id, at)
insert into badge_grant (external_id, badge, receiver_id, project_id, giver_id, at)
values (coalesce(:external_id, gen_random_uuid()::text), :badge, :receiver_id, :project_id, :giver_id, :at)
returning id, external_id, badge, receiver_id, project_id, giver_id, at, false as contested;

-- name: received(receiver_id, after_key, after_id, most)
select b.id, b.external_id, b.badge, b.receiver_id, b.project_id, b.giver_id, b.at,
    exists (select from contest as x where x.badge_id = b.id and x.decided_at is null) as contested
from badge_grant as b
where b.receiver_id = :receiver_id
  and (:after_key::timestamptz is null or (b.at, b.id) < (:after_key, :after_id::uuid))
  and not exists (select from retraction as r where r.badge_id = b.id)
  and not exists (
      select from badge_grant as newer where newer.external_id = b.external_id and newer.version > b.version
  )
order by b.at desc, b.id desc
limit :most;
