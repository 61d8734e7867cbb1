-- The interval board: who stands where on one board, as one reader may see it.

-- name: places(run_id, board, scope, period, subject_kind, reader_id, most)
-- The upper half, at most :most of it; the reader with the nearest neighbours; never the last place, unless it is the
-- reader's own. Who still gathers evidence is shown on boards of teams, else only to themself.
with placed as materialized (
    select * from places_seen(:run_id, :board, :scope, :period, :subject_kind, :reader_id, 1, :most::integer, 5)
)
select p.subject_id,
    coalesce(  -- one by one: joined, all people and projects would be read for the few that are shown
        case :subject_kind
            when 'person' then (select person.name from person where person.id = p.subject_id)
            when 'team' then (select team.name from team where team.id = p.subject_id)
            when 'project' then (select project.name from project where project.id = p.subject_id)
            when 'customer' then (select customer.name from customer where customer.id = p.subject_id)
        end, '–') as name,
    p.place, p.ranked, p.band, p.rank_low, p.rank_high, p.score, p.low, p.high, p.provisional, p.mine
from placed as p
where p.mine
    or not p.provisional and p.place <= least(:most, (p.ranked + 1) / 2)
    or not p.provisional and p.place < p.ranked
        and p.place in (
            select me.place + step.by
            from placed as me
            cross join (values (-1), (0), (1)) as step (by)
            where me.mine and not me.provisional)
    or p.provisional and :subject_kind = 'team' and p.place - p.ranked <= 5
order by p.place;
