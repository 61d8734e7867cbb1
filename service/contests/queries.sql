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

-- name: case(id)
-- With what is contested, for whoever decides. What colleagues said in confidence is nobody's but its receiver's to read.
select c.id, c.person_id, c.about, c.dimension, c.evidence_id, c.words, c.opened_at, c.due_at, c.overdue, c.reviewer_id,
    c.decision, c.reasons, c.decided_at, p.name as person, what.said, giver.name as said_by, what.at as said_at,
    j.name as project
from contest_state as c
join contest as o on o.id = c.id  -- whose own columns find by their keys what `evidence_id` would search everything for
join person as p on p.id = c.person_id
left join lateral (
    select k.message as said, k.giver_id as by_id, k.at, k.project_id
    from kudos as k where k.id = o.kudos_id
    union all
    select s.comment, null, s.at, s.project_id from signal as s where s.id = o.signal_id
    union all
    select b.badge, b.giver_id, b.at, b.project_id
    from badge_grant as b where b.id = o.badge_id
    union all
    select d.title, null, d.at, d.project_id from document as d where d.id = o.document_id
    union all
    select null, null, h.at, h.project_id from handover as h where h.id = o.handover_id
    union all
    select null, null, t.due_at, t.project_id from care_task as t where t.id = o.care_id
) as what on true
left join person as giver on giver.id = what.by_id
left join project as j on j.id = what.project_id
where c.id = :id;

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

-- name: waiting(reader_id, role, only_overdue, led, after_key, after_id, most)
-- The one that has to be decided first before the others: for HR all of them, for a named reviewer their own,
-- for administrators those on which HR has nobody to decide (`hr_decides_on`, here of many at once). With `led` only
-- those of people whom the reader leads, on which they do not decide; without it only the others; null leaves it open.
with hr as materialized (
    select d.person_id from hr_deciders() as d where :role::text = 'administrator'
), led_by_hr as materialized (
    select hr.person_id as lead_id, led.person_id from hr cross join lateral led_by(hr.person_id) as led
)
select c.id, p.name as person, c.about, c.dimension, c.opened_at, c.due_at, c.overdue, c.reviewer_id
from contest_state as c
join person as p on p.id = c.person_id
where c.decided_at is null
  and (:role = 'hr' or c.reviewer_id = :reader_id::uuid
       or :role = 'administrator'
          and not exists (select from organization as o where o.demo)
          and not exists (
              select from hr
              where hr.person_id <> c.person_id
                and (hr.person_id, c.person_id) not in (select led.lead_id, led.person_id from led_by_hr as led)))
  and c.person_id is distinct from :reader_id
  and (:led::boolean is null or :led = (c.person_id in (select led.person_id from led_by(:reader_id) as led)))
  and (c.overdue or not :only_overdue::boolean)
  and (:after_key::timestamptz is null or (c.due_at, c.id) > (:after_key, :after_id::uuid))
order by c.due_at, c.id
limit :most;

-- name: settled(reader_id, role, most)
-- What was decided, newest first: for HR by anybody, for others by themselves; nothing of the reader's own, nor of theirs.
select c.id, p.name as person, c.about, c.dimension, c.decision, c.decided_at
from contest_state as c
join contest as o on o.id = c.id
join person as p on p.id = c.person_id
where c.decided_at is not null
  and (:role::text = 'hr' or o.decided_by_id = :reader_id::uuid)
  and c.person_id <> :reader_id and c.person_id not in (select led.person_id from led_by(:reader_id) as led)
order by c.decided_at desc, c.id
limit :most;

-- name: open_one(person_id, dimension, evidence_id)
-- The contest of this very thing that waits for its decision.
select id from contest_state
where person_id = :person_id and decided_at is null
  and dimension is not distinct from :dimension::text and evidence_id is not distinct from :evidence_id::uuid;

-- name: withdraw(id, person_id, at)!
-- Nobody decided, so there are no reasons of anybody's.
update contest set decision = 'withdrawn', reasons = 'withdrawn', decided_at = :at
where id = :id and person_id = :person_id and decided_at is null;

-- name: hr_decides_on(person_id)
select hr_decides_on(:person_id);

-- name: deciders(person_id)
-- Who decides on what this person contests: HR; else administrators, unless there is none but them or who leads them.
select case
    when hr_decides_on(:person_id) then 'hr'
    when exists (
        select from role_grant as g
        join person as p on p.id = g.person_id
        where g.role = 'administrator' and p.id <> :person_id and not leads(p.id, :person_id)
          and (p.left_at is null or p.left_at > statement_timestamp())) then 'administrator'
    else 'nobody' end;

-- name: leads(lead_id, person_id)
select leads(:lead_id, :person_id);

-- name: name_reviewer(id, reviewer_id)!
update contest set reviewer_id = :reviewer_id where id = :id;

-- name: decide(id, decision, reasons, decided_by_id, at)!
update contest
set decision = :decision, reasons = :reasons, decided_by_id = :decided_by_id, decided_at = :at
where id = :id and decided_at is null;
