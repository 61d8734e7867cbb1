-- The interval board: who stands where on one board, as one reader may see it.

-- name: places(run_id, board, scope, period, subject_kind, reader_id, most)
-- The upper half, at most :most of it; the reader with the nearest neighbours; never the last place, unless it is the
-- reader's own. Who still gathers evidence is shown on boards of teams, else only to themself. Who has left since the
-- run is gone and the others close up; their figures stay the run's.
with placed as (
    select s.subject_id, s.band, s.rank_low, s.rank_high, s.score, s.low, s.high, s.provisional,
        row_number() over (order by s.provisional, s.score desc, s.subject_id)::integer as place,
        (count(*) filter (where not s.provisional) over ())::integer as ranked,
        s.subject_id = :reader_id or s.subject_id in (
            select m.team_id
            from team_member as m
            where m.person_id = :reader_id and (m.to_at is null or m.to_at > statement_timestamp())) as mine
    from released_standing as s
    where s.run_id = :run_id and s.board = :board and s.scope = :scope and s.period = :period
        and s.subject_kind = :subject_kind
        and not exists (
            select from person as gone
            where :subject_kind = 'person' and gone.id = s.subject_id and gone.left_at <= statement_timestamp())
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
