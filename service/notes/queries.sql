-- Signed notes between two people; the web sees those of the person that `base/own` sets (own_notes).
-- owns: note

-- name: insert(id, author_id, receiver_id, message, at)
with made as (
    insert into note (id, author_id, receiver_id, message, at)
    values (:id, :author_id, :receiver_id, :message, :at)
    returning id, author_id, receiver_id, message, at
)
select n.id, n.author_id, a.name as author, n.receiver_id, r.name as receiver, n.message, n.at
from made as n
join person as a on a.id = n.author_id
join person as r on r.id = n.receiver_id;

-- name: by_id(id)
select n.id, n.author_id, a.name as author, n.receiver_id, r.name as receiver, n.message, n.at
from note as n
join person as a on a.id = n.author_id
join person as r on r.id = n.receiver_id
where n.id = :id;

-- name: there(person_id, now)
select id from person where id = :person_id and (left_at is null or left_at > :now);

-- name: received(me, after_key, after_id, most)
select n.id, n.author_id, a.name as author, n.receiver_id, r.name as receiver, n.message, n.at
from note as n
join person as a on a.id = n.author_id
join person as r on r.id = n.receiver_id
where n.receiver_id = :me and not n.hidden_by_receiver
  and (:after_key::timestamptz is null or (n.at, n.id) < (:after_key, :after_id::uuid))
order by n.at desc, n.id desc
limit :most;

-- name: written(me, after_key, after_id, most)
select n.id, n.author_id, a.name as author, n.receiver_id, r.name as receiver, n.message, n.at
from note as n
join person as a on a.id = n.author_id
join person as r on r.id = n.receiver_id
where n.author_id = :me and not n.hidden_by_author
  and (:after_key::timestamptz is null or (n.at, n.id) < (:after_key, :after_id::uuid))
order by n.at desc, n.id desc
limit :most;

-- name: hide(id, me)!
-- From my own eyes; the other still has it.
update note
set hidden_by_receiver = hidden_by_receiver or receiver_id = :me, hidden_by_author = hidden_by_author or author_id = :me
where id = :id;

-- name: show(id, me)!
update note
set hidden_by_receiver = hidden_by_receiver and receiver_id <> :me, hidden_by_author = hidden_by_author and author_id <> :me
where id = :id;
