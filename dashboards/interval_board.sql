-- The interval board: who stands where on one board, as one reader may see it.

-- name: places(run_id, board, scope, period, subject_kind, reader_id, most)
-- The upper half, at most :most of it; the reader with the nearest neighbours; never the last place, unless it is the
-- reader's own. Who still gathers evidence is shown on boards of teams, else only to themself.
with placed as materialized (
    select * from places_seen(:run_id, :board, :scope, :period, :subject_kind, :reader_id)
)
select p.subject_id, coalesce(person.name, team.name, project.name, customer.name, '–') as name,
    p.place, p.ranked, p.band, p.rank_low, p.rank_high, p.score, p.low, p.high, p.provisional, p.mine
from placed as p
left join person on :subject_kind = 'person' and person.id = p.subject_id
left join team on :subject_kind = 'team' and team.id = p.subject_id
left join project on :subject_kind = 'project' and project.id = p.subject_id
left join customer on :subject_kind = 'customer' and customer.id = p.subject_id
where p.mine
    or not p.provisional and p.place <= least(:most::integer, (p.ranked + 1) / 2)
    or not p.provisional and p.place < p.ranked
        and p.place in (
            select me.place + step.by
            from placed as me
            cross join (values (-1), (0), (1)) as step (by)
            where me.mine and not me.provisional)
    or p.provisional and :subject_kind = 'team' and p.place - p.ranked <= 5
order by p.place;
