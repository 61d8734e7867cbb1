-- Unseen and deserving: how good the work of a team's people is, beside how much thanks they get.

-- name: people(run_id, team_id, least)
-- Both are told from :least voices on; too few, refused and new look the same: nothing is told. Unseen is whose work is
-- beyond doubt better than the reference, and who is thanked less than it, or too little to tell.
select p.id as person_id, p.name, q.estimate as quality, q.low as quality_low, q.high as quality_high,
    r.estimate as recognition, r.low as recognition_low, r.high as recognition_high,
    coalesce(q.low > 0 and coalesce(r.estimate < 0, true), false) as unseen
from team_now as m
join person as p on p.id = m.person_id
left join released_score as q on q.run_id = :run_id and q.subject_id = p.id and q.dimension = 'quality'
    and q.evidence >= :least
left join released_score as r on r.run_id = :run_id and r.subject_id = p.id and r.dimension = 'recognition'
    and r.evidence >= :least
where m.team_id = :team_id
order by unseen desc, q.estimate - coalesce(r.estimate, 0) desc nulls last, p.name, p.id;
