-- Contests: what people say is wrong about them, and what a reviewer decided.
-- owns: contest

-- name: concerns(person_id, evidence, evidence_id)
-- Whether there is such a piece of evidence about this person.
select case :evidence::text
    when 'kudos' then exists (
        select from kudos as e where e.id = :evidence_id::uuid and e.receiver_id = :person_id::uuid)
    when 'badge' then exists (
        select from badge_grant as e where e.id = :evidence_id and e.receiver_id = :person_id)
    when 'feedback' then exists (
        select from feedback_answer as e where e.id = :evidence_id and e.receiver_id = :person_id)
    when 'document' then exists (select from document as e where e.id = :evidence_id and e.author_id = :person_id)
    when 'care' then exists (select from care_task as e where e.id = :evidence_id and e.owner_id = :person_id)
    when 'handover' then exists (
        select from handover as e where e.id = :evidence_id and :person_id in (e.from_person_id, e.to_person_id))
    when 'signal' then exists (
        select from signal as e
        join project_member as m on m.project_id = e.project_id
        where e.id = :evidence_id and m.person_id = :person_id)
    else false end;

-- name: is_scored(person_id, dimension)
select exists (select from released_score as s where s.subject_id = :person_id and s.dimension = :dimension);

-- name: insert(person_id, dimension, evidence, evidence_id, words, due_at)
insert into contest (person_id, dimension, kudos_id, signal_id, badge_id, document_id, handover_id, care_id, feedback_id,
    words, due_at)
select :person_id, :dimension,
    case when :evidence::text = 'kudos' then :evidence_id::uuid end, case when :evidence = 'signal' then :evidence_id end,
    case when :evidence = 'badge' then :evidence_id end, case when :evidence = 'document' then :evidence_id end,
    case when :evidence = 'handover' then :evidence_id end, case when :evidence = 'care' then :evidence_id end,
    case when :evidence = 'feedback' then :evidence_id end, :words, :due_at
returning id;

-- name: contest(id)
select id, person_id, about, dimension, evidence_id, words, opened_at, due_at, overdue, reviewer_id, decision, reasons,
    decided_at
from contest_state
where id = :id;

-- name: locked(id)
select id from contest where id = :id for update;

-- name: of_person(person_id, after_key, after_id, most)
select id, person_id, about, dimension, evidence_id, words, opened_at, due_at, overdue, reviewer_id, decision, reasons,
    decided_at
from contest_state
where person_id = :person_id
  and (:after_key::timestamptz is null or (opened_at, id) < (:after_key, :after_id::uuid))
order by opened_at desc, id desc
limit :most;

-- name: waiting(reader_id, everything, only_overdue, after_key, after_id, most)
-- The one that has to be decided first before the others: for HR all of them, for a named reviewer their own.
select c.id, p.name as person, c.about, c.dimension, c.opened_at, c.due_at, c.overdue, c.reviewer_id
from contest_state as c
join person as p on p.id = c.person_id
where c.decided_at is null
  and (:everything::boolean or c.reviewer_id = :reader_id::uuid)
  and c.person_id is distinct from :reader_id
  and (c.overdue or not :only_overdue::boolean)
  and (:after_key::timestamptz is null or (c.due_at, c.id) > (:after_key, :after_id::uuid))
order by c.due_at, c.id
limit :most;

-- name: leads(lead_id, person_id)
select leads(:lead_id, :person_id);

-- name: name_reviewer(id, reviewer_id)!
update contest set reviewer_id = :reviewer_id where id = :id;

-- name: decide(id, decision, reasons, decided_by_id, at)!
update contest
set decision = :decision, reasons = :reasons, decided_by_id = :decided_by_id, decided_at = :at
where id = :id and decided_at is null;
