-- What an administrator changed of people and teams, until the night, so that whoever did it can undo it.
-- owns: way_back

-- name: insert(by_id, kind, subject_id, thing_id, before, after)
insert into way_back (by_id, kind, subject_id, thing_id, before, after)
values (:by_id, :kind, :subject_id, :thing_id, :before, :after)
returning id;

-- name: way(id, by_id)
-- One's own; `name` is that of the person it is about.
select w.id, w.kind, w.subject_id, w.thing_id, w.before, w.after, p.name
from way_back as w
left join person as p on p.id = w.subject_id
where w.id = :id and w.by_id = :by_id;

-- name: go(id, by_id)
-- Nobody goes the same way twice.
delete from way_back where id = :id and by_id = :by_id
returning id;

-- name: purge()!
delete from way_back;
