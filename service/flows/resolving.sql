-- Resolving a contest: evidence that was rightly contested counts no more, from the next night on.
-- A flow: it may write tables that features own (README.md).
-- owns: retraction

-- name: retract(contest_id, by_id)!
insert into retraction (kudos_id, signal_id, badge_id, document_id, handover_id, care_id, feedback_id, reason, by_id)
select c.kudos_id, c.signal_id, c.badge_id, c.document_id, c.handover_id, c.care_id, c.feedback_id, 'contested',
    :by_id::uuid
from contest as c
where c.id = :contest_id and c.dimension is null;
