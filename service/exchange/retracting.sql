-- What an import retracts: rows named in the file of retractions, rows of which it brings a correction, and corrections
-- of what was retracted before.
-- The exchange is the bulk path: it may write tables that features own (README.md).
-- owns: retraction

-- name: retractions()!
-- The newest version is retracted; whoever asks by id finds all versions retracted.
insert into retraction (feedback_id, kudos_id, signal_id, badge_id, document_id, handover_id, care_id, reason, at)
select f.id, k.id, s.id, b.id, d.id, h.id, c.id, i.reason, i.at
from incoming_retractions i
left join feedback_answer f on i.file = 'feedback' and f.external_id = i.id
    and not exists (select from feedback_answer n where n.external_id = f.external_id and n.version > f.version)
left join kudos k on i.file = 'kudos' and k.external_id = i.id
    and not exists (select from kudos n where n.external_id = k.external_id and n.version > k.version)
left join signal s on i.file = 'signals' and s.external_id = i.id
    and not exists (select from signal n where n.external_id = s.external_id and n.version > s.version)
left join badge_grant b on i.file = 'badges' and b.external_id = i.id
    and not exists (select from badge_grant n where n.external_id = b.external_id and n.version > b.version)
left join document d on i.file = 'documents' and d.external_id = i.id
    and not exists (select from document n where n.external_id = d.external_id and n.version > d.version)
left join handover h on i.file = 'handovers' and h.external_id = i.id
    and not exists (select from handover n where n.external_id = h.external_id and n.version > h.version)
left join care_task c on i.file = 'care' and c.external_id = i.id
    and not exists (select from care_task n where n.external_id = c.external_id and n.version > c.version);

-- name: corrected_feedback()!
insert into retraction (feedback_id, reason)
select e.id, 'corrected'
from incoming_feedback i
join feedback_answer e on e.external_id = i.id
where i.changed
  and not exists (select from feedback_answer n where n.external_id = e.external_id and n.version > e.version);

-- name: corrected_kudos()!
insert into retraction (kudos_id, reason)
select e.id, 'corrected'
from incoming_kudos i
join kudos e on e.external_id = i.id
where i.changed
  and not exists (select from kudos n where n.external_id = e.external_id and n.version > e.version);

-- name: corrected_signals()!
insert into retraction (signal_id, reason)
select e.id, 'corrected'
from incoming_signals i
join signal e on e.external_id = i.id
where i.changed
  and not exists (select from signal n where n.external_id = e.external_id and n.version > e.version);

-- name: corrected_badges()!
insert into retraction (badge_id, reason)
select e.id, 'corrected'
from incoming_badges i
join badge_grant e on e.external_id = i.id
where i.changed
  and not exists (select from badge_grant n where n.external_id = e.external_id and n.version > e.version);

-- name: corrected_documents()!
insert into retraction (document_id, reason)
select e.id, 'corrected'
from incoming_documents i
join document e on e.external_id = i.id
where i.changed
  and not exists (select from document n where n.external_id = e.external_id and n.version > e.version);

-- name: corrected_handovers()!
insert into retraction (handover_id, reason)
select e.id, 'corrected'
from incoming_handovers i
join handover e on e.external_id = i.id
where i.changed
  and not exists (select from handover n where n.external_id = e.external_id and n.version > e.version);

-- name: corrected_care()!
insert into retraction (care_id, reason)
select e.id, 'corrected'
from incoming_care i
join care_task e on e.external_id = i.id
where i.changed
  and not exists (select from care_task n where n.external_id = e.external_id and n.version > e.version);

-- name: kept_feedback()!
-- What was hidden, contested or erased stays so in its corrected version, which may have its retractions already.
insert into retraction (feedback_id, reason, at, by_id)
select n.id, r.reason, r.at, r.by_id
from incoming_feedback i
join feedback_answer n on n.external_id = i.id
join feedback_answer e on e.external_id = i.id and e.version < n.version
join retraction r on r.feedback_id = e.id and r.reason <> 'corrected'
where i.changed
  and not exists (select from feedback_answer o where o.external_id = n.external_id and o.version > n.version)
on conflict do nothing;

-- name: kept_kudos()!
insert into retraction (kudos_id, reason, at, by_id)
select n.id, r.reason, r.at, r.by_id
from incoming_kudos i
join kudos n on n.external_id = i.id
join kudos e on e.external_id = i.id and e.version < n.version
join retraction r on r.kudos_id = e.id and r.reason <> 'corrected' and r.undone_at is null
where i.changed
  and not exists (select from kudos o where o.external_id = n.external_id and o.version > n.version)
on conflict do nothing;

-- name: kept_signals()!
insert into retraction (signal_id, reason, at, by_id)
select n.id, r.reason, r.at, r.by_id
from incoming_signals i
join signal n on n.external_id = i.id
join signal e on e.external_id = i.id and e.version < n.version
join retraction r on r.signal_id = e.id and r.reason <> 'corrected'
where i.changed
  and not exists (select from signal o where o.external_id = n.external_id and o.version > n.version)
on conflict do nothing;

-- name: kept_badges()!
insert into retraction (badge_id, reason, at, by_id)
select n.id, r.reason, r.at, r.by_id
from incoming_badges i
join badge_grant n on n.external_id = i.id
join badge_grant e on e.external_id = i.id and e.version < n.version
join retraction r on r.badge_id = e.id and r.reason <> 'corrected'
where i.changed
  and not exists (select from badge_grant o where o.external_id = n.external_id and o.version > n.version)
on conflict do nothing;

-- name: kept_documents()!
insert into retraction (document_id, reason, at, by_id)
select n.id, r.reason, r.at, r.by_id
from incoming_documents i
join document n on n.external_id = i.id
join document e on e.external_id = i.id and e.version < n.version
join retraction r on r.document_id = e.id and r.reason <> 'corrected'
where i.changed
  and not exists (select from document o where o.external_id = n.external_id and o.version > n.version)
on conflict do nothing;

-- name: kept_handovers()!
insert into retraction (handover_id, reason, at, by_id)
select n.id, r.reason, r.at, r.by_id
from incoming_handovers i
join handover n on n.external_id = i.id
join handover e on e.external_id = i.id and e.version < n.version
join retraction r on r.handover_id = e.id and r.reason <> 'corrected'
where i.changed
  and not exists (select from handover o where o.external_id = n.external_id and o.version > n.version)
on conflict do nothing;

-- name: kept_care()!
insert into retraction (care_id, reason, at, by_id)
select n.id, r.reason, r.at, r.by_id
from incoming_care i
join care_task n on n.external_id = i.id
join care_task e on e.external_id = i.id and e.version < n.version
join retraction r on r.care_id = e.id and r.reason <> 'corrected'
where i.changed
  and not exists (select from care_task o where o.external_id = n.external_id and o.version > n.version)
on conflict do nothing;
