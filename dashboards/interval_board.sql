-- The interval board: who stands where on one board, as one reader may see it.

-- name: places(run_id, board, scope, period, subject_kind, reader_id, most)
-- The upper half, at most :most of it; the reader with the nearest neighbours; never the last place, unless it is the
-- reader's own. Who still gathers evidence is shown on boards of teams, else only to themself. Of people only those who
-- chose to be seen, and the reader: places, ranks and bands are counted among these, so nobody who is left out leaves a
-- gap; figures stay the run's.
with standing as materialized (
    select s.subject_id, s.band, s.rank_low, s.rank_high, s.score, s.low, s.high, s.provisional, one.mine, one.visible,
        row_number() over run as run_place,
        count(*) filter (where one.visible and not s.provisional) over run as upto
    from released_standing as s
    cross join lateral (
        select coalesce(s.subject_id = :reader_id, false) or s.subject_id in (
            select m.team_id
            from team_member as m
            where m.person_id = :reader_id and (m.to_at is null or m.to_at > statement_timestamp())) as mine
    ) as reader
    cross join lateral (
        select reader.mine, s.subject_kind <> 'person'
            or s.subject_id not in (select gone.id from person as gone where gone.left_at <= statement_timestamp())
                and (reader.mine or s.subject_id in (select v.person_id from visibility as v where v.shown)) as visible
    ) as one
    where s.run_id = :run_id and s.board = :board and s.scope = :scope and s.period = :period
        and s.subject_kind = :subject_kind
    window run as (order by s.provisional, s.score desc, s.subject_id)
), placed as materialized (
    select v.*,
        row_number() over (order by v.run_place)::integer as place,
        (count(*) filter (where not v.provisional) over ())::integer as ranked,
        case when v.band is not null then dense_rank() over (order by v.band)::integer end as level
    from standing as v
    where v.visible
)
select p.subject_id, coalesce(person.name, team.name, project.name, customer.name, '–') as name,
    p.place, p.ranked, p.level as band,
    case when p.rank_low is not null then least(p.place, coalesce(above.upto, 0) + 1)::integer end as rank_low,
    case when p.rank_high is not null then greatest(p.place, coalesce(below.upto, p.ranked))::integer end as rank_high,
    p.score, p.low, p.high, p.provisional, p.mine
from placed as p
left join standing as above on above.run_place = p.rank_low - 1
left join standing as below on below.run_place = p.rank_high
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
