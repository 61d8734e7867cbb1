-- The preview of a policy: who would move most, as a worker found out; `part` is largest (of quality) or standing.

-- name: moves(preview_id, part, most)
select p.id as person_id, coalesce(p.name, '–') as name, (found.move ->> 'before')::float8 as before,
    (found.move ->> 'after')::float8 as after
from policy_preview as v
cross join lateral jsonb_array_elements(v.result -> :part::text) with ordinality as found (move, place)
left join person as p on p.external_id = found.move ->> 'subject'
where v.id = :preview_id
order by found.place
limit :most;
