-- What an import adds: evidence, of which a changed row becomes the next version.
-- The exchange is the bulk path: it may write tables that features own (README.md).
-- owns: document, handover, care_task, feedback_answer, kudos, signal, badge_grant, consent, leave, level_step

-- name: documents()!
insert into document (
    external_id, version,
    project_id, author_id, title, at, used_by_id)
select
    i.id,
    case when i.changed then 1 + (select max(o.version) from document o where o.external_id = i.id) else 1 end,
    j.id, p.id, i.title, i.at, u.id
from incoming_documents i
join project j on j.external_id = i.project
join person p on p.external_id = i.author
left join project u on u.external_id = i.used_by;

-- name: handovers()!
insert into handover (
    external_id, version,
    project_id, from_person_id, to_person_id, at, accepted_at, rating)
select
    i.id,
    case when i.changed then 1 + (select max(o.version) from handover o where o.external_id = i.id) else 1 end,
    j.id, f.id, t.id, i.at, i.accepted_at, i.rating
from incoming_handovers i
join project j on j.external_id = i.project
join person f on f.external_id = i.from_person
join person t on t.external_id = i.to_person;

-- name: care()!
insert into care_task (
    external_id, version,
    project_id, owner_id, kind, due_at, done_at, outcome, needs_changed, moved_by_customer)
select
    i.id,
    case when i.changed then 1 + (select max(o.version) from care_task o where o.external_id = i.id) else 1 end,
    j.id, p.id, i.kind, i.due, i.done, i.outcome, i.needs_changed, i.moved_by_customer
from incoming_care i
join project j on j.external_id = i.project
join person p on p.external_id = i.owner;

-- name: feedback()!
insert into feedback_answer (
    external_id, version,
    answer, giver_id, receiver_id, project_id, round_id, criterion_id, rating, comment, at,
    recorded_at)
select
    i.id,
    case when i.changed then 1 + (select max(o.version) from feedback_answer o where o.external_id = i.id) else 1 end,
    i.answer, g.id, p.id, j.id, r.id, c.id, i.rating, i.comment, i.at,
    case when i.changed then now() else least(i.recorded_at, now()) end  -- least() passes over null
from incoming_feedback i
join person g on g.external_id = i.giver
join person p on p.external_id = i.receiver
join criterion c on c.external_id = i.criterion
left join project j on j.external_id = i.project
left join feedback_round r on r.external_id = i.round;

-- name: kudos()!
insert into kudos (
    external_id, version,
    giver_id, receiver_id, project_id, criterion_id, message, at)
select
    i.id,
    case when i.changed then 1 + (select max(o.version) from kudos o where o.external_id = i.id) else 1 end,
    g.id, p.id, j.id, c.id, i.message, i.at
from incoming_kudos i
join person g on g.external_id = i.giver
join person p on p.external_id = i.receiver
left join project j on j.external_id = i.project
left join criterion c on c.external_id = i.criterion;

-- name: signals()!
insert into signal (
    external_id, version,
    response, project_id, contact_id, kind, aspect, value, about, comment, recorded_by_id, at)
select
    i.id,
    case when i.changed then 1 + (select max(o.version) from signal o where o.external_id = i.id) else 1 end,
    i.response, j.id, n.id, i.kind, i.aspect, i.value, i.about, i.comment, p.id, i.at
from incoming_signals i
join project j on j.external_id = i.project
left join contact n on n.external_id = i.contact
left join person p on p.external_id = i.recorded_by;

-- name: badges()!
insert into badge_grant (
    external_id, version,
    badge, receiver_id, project_id, giver_id, at)
select
    i.id,
    case when i.changed then 1 + (select max(o.version) from badge_grant o where o.external_id = i.id) else 1 end,
    i.badge, p.id, j.id, g.id, i.at
from incoming_badges i
join person p on p.external_id = i.receiver
left join project j on j.external_id = i.project
left join person g on g.external_id = i.giver;

-- name: consents()!
insert into consent (person_id, source, given, at)
select p.id, i.source, i.given, i.at
from incoming_consents i
join person p on p.external_id = i.person;

-- name: leaves()!
insert into leave (person_id, from_at, to_at)
select p.id, i."from", i."to"
from incoming_leaves i
join person p on p.external_id = i.person
where not i.changed;

-- name: level_steps()!
insert into level_step (person_id, level, at)
select p.id, i.level, i.at
from incoming_level_steps i
join person p on p.external_id = i.person;

-- name: assumed_consents(people, reason, at)!
-- For those of the folder who never answered about a source; an answer, yes or no, is never overruled.
insert into consent (person_id, source, given, at, reason)
select p.id, s.source, true, :at, :reason
from person p
cross join unnest(array['peers', 'customers', 'kudos']) s (source)
where p.external_id = any (:people::text[])
  and not exists (select from consent c where c.person_id = p.id and c.source = s.source);
