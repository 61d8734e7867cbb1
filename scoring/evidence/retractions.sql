-- Evidence: which rows count no more, and why.

-- name: rows(recorded_until)
-- That a version was corrected is no news once its correction is read; hidden or contested it stays, whatever its text.
with retracted (file, id, reason, at, recorded_at, superseded) as (
    select 'feedback', e.external_id, r.reason, r.at, r.recorded_at, exists (
        select from feedback_answer n where n.external_id = e.external_id and n.version > e.version and n.version > 1
          and n.recorded_at < :recorded_until)
    from retraction r join feedback_answer e on e.id = r.feedback_id
    union all
    select 'kudos', e.external_id, r.reason, r.at, r.recorded_at, exists (
        select from kudos n where n.external_id = e.external_id and n.version > e.version and n.version > 1
          and n.recorded_at < :recorded_until)
    from retraction r join kudos e on e.id = r.kudos_id and (r.undone_at is null or r.undone_at >= :recorded_until)
    union all
    select 'signals', e.external_id, r.reason, r.at, r.recorded_at, exists (
        select from signal n where n.external_id = e.external_id and n.version > e.version and n.version > 1
          and n.recorded_at < :recorded_until)
    from retraction r join signal e on e.id = r.signal_id
    union all
    select 'badges', e.external_id, r.reason, r.at, r.recorded_at, exists (
        select from badge_grant n where n.external_id = e.external_id and n.version > e.version and n.version > 1
          and n.recorded_at < :recorded_until)
    from retraction r join badge_grant e on e.id = r.badge_id
    union all
    select 'documents', e.external_id, r.reason, r.at, r.recorded_at, exists (
        select from document n where n.external_id = e.external_id and n.version > e.version and n.version > 1
          and n.recorded_at < :recorded_until)
    from retraction r join document e on e.id = r.document_id
    union all
    select 'handovers', e.external_id, r.reason, r.at, r.recorded_at, exists (
        select from handover n where n.external_id = e.external_id and n.version > e.version and n.version > 1
          and n.recorded_at < :recorded_until)
    from retraction r join handover e on e.id = r.handover_id
    union all
    select 'care', e.external_id, r.reason, r.at, r.recorded_at, exists (
        select from care_task n where n.external_id = e.external_id and n.version > e.version and n.version > 1
          and n.recorded_at < :recorded_until)
    from retraction r join care_task e on e.id = r.care_id
)
select distinct file, id, reason, at
from retracted
where recorded_at < :recorded_until and not (reason = 'corrected' and superseded);
