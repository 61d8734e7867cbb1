-- The list of people for those who keep it.

-- name: person(id)
-- Who may be corrected: not somebody who was erased.
select p.id, p.external_id, p.name, p.email, p.title, p.role, p.joined_at, p.left_at, p.language
from person as p
where p.id = :id and not exists (select from erasure as e where e.person_id = p.id);

-- name: people(wanted, after_key, after_id, most)
-- By name; `wanted` is part of a name, a title or an address.
select p.id, p.name, p.title, p.left_at, (
        select string_agg(t.name, ', ' order by t.name, t.id)
        from team_member as m
        join team as t on t.id = m.team_id
        where m.person_id = p.id and (m.to_at is null or m.to_at > statement_timestamp())
    ) as teams
from person as p
where (:wanted::text = '' or p.name ilike '%' || :wanted || '%' or p.title ilike '%' || :wanted || '%'
       or p.email ilike '%' || :wanted || '%')
  and not exists (select from erasure as e where e.person_id = p.id)
  and (:after_key::text is null or (p.name, p.id) > (:after_key, :after_id::uuid))
order by p.name, p.id
limit :most;
