-- Customers, contacts, and customers' signals about projects.
-- owns: customer, contact, signal

-- name: insert_customer(external_id, name, kind)
insert into customer (external_id, name, kind)
values (coalesce(:external_id, gen_random_uuid()::text), :name, :kind)
returning id, external_id, name, kind;

-- name: update_customer(id, name, kind)
update customer set name = :name, kind = :kind
where id = :id
returning id, external_id, name, kind;

-- name: customer(id)
select id, external_id, name, kind from customer where id = :id;

-- name: customer_for_change(id)
select id, external_id, name, kind from customer where id = :id for update;

-- name: customers(after_key, after_id, most)
select id, external_id, name, kind
from customer
where :after_key::text is null or (name, id) > (:after_key, :after_id::uuid)
order by name, id
limit :most;

-- name: insert_contact(external_id, customer_id, name, email, role, known, channel, rhythm, language)
insert into contact (external_id, customer_id, name, email, role, known, channel, rhythm, language)
values (
    coalesce(:external_id, gen_random_uuid()::text), :customer_id, :name, :email, :role, :known, :channel, :rhythm,
    :language
)
returning id, external_id, customer_id, name, email, role, known, channel, rhythm, language;

-- name: update_contact(id, name, email, role, known, channel, rhythm, language)
update contact
set name = :name, email = :email, role = :role, known = :known, channel = :channel, rhythm = :rhythm,
    language = :language
where id = :id
returning id, external_id, customer_id, name, email, role, known, channel, rhythm, language;

-- name: contact(id)
select id, external_id, customer_id, name, email, role, known, channel, rhythm, language
from contact where id = :id;

-- name: contact_for_change(id)
select id, external_id, customer_id, name, email, role, known, channel, rhythm, language
from contact where id = :id for update;

-- name: contacts(customer_id, after_key, after_id, most)
select id, external_id, customer_id, name, email, role, known, channel, rhythm, language
from contact
where (:customer_id::uuid is null or customer_id = :customer_id)
  and (:after_key::uuid is null or (customer_id, id) > (:after_key, :after_id::uuid))
order by customer_id, id
limit :most;

-- name: project_there(id)
select id from project where id = :id;

-- name: took_part(project_id, person_id)
select exists (select from project_member where project_id = :project_id and person_id = :person_id);

-- name: insert_signals(response, project_id, contact_id, kind, about, comment, recorded_by_id, at, aspects, amounts)
-- One row for each aspect; the words stand beside the first.
insert into signal (response, project_id, contact_id, kind, aspect, value, about, comment, recorded_by_id, at)
select
    :response, :project_id, :contact_id, :kind, given.aspect, given.value, :about,
    case when given.place = 1 then :comment::text end, :recorded_by_id, :at
from unnest(:aspects::text[], :amounts::float8[]) with ordinality as given (aspect, value, place)
returning id, response, project_id, contact_id, kind, aspect, value, about, comment, at, false as contested;

-- name: signals_of(project_id, after_key, after_id, most)
-- Newest first; what was retracted or corrected since is not shown.
select s.id, s.response, s.project_id, s.contact_id, s.kind, s.aspect, s.value, s.about, s.comment, s.at,
    exists (select from contest as x where x.signal_id = s.id and x.decided_at is null) as contested
from signal as s
where s.project_id = :project_id
  and (:after_key::timestamptz is null or (s.at, s.id) < (:after_key, :after_id::uuid))
  and not exists (select from retraction as r where r.signal_id = s.id)
  and not exists (select from signal as newer where newer.external_id = s.external_id and newer.version > s.version)
order by s.at desc, s.id desc
limit :most;
