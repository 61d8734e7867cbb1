-- Satisfaction: how many of the customers' answers said what, quarter by quarter and source by source.

-- name: answers(aspect, team_id, project_id, since, now)
-- Answers come on a scale of five steps; of the willingness to recommend, 0 to 10, two numbers are one step.
-- A team's projects are those in which somebody of it takes or took part; without a team, all.
select s.kind as source, date_trunc('quarter', s.at)::date as quarter,
    case when s.aspect = 'recommendation' then least(floor(s.value / 2)::integer + 1, 5)
        else round(s.value)::integer end as step,
    count(*)::integer as answers
from signal_now as s
where s.aspect = :aspect::text and s.at >= :since and s.at < :now
  and (:project_id::uuid is null or s.project_id = :project_id)
  and (:team_id::uuid is null or s.project_id in (
      select part.project_id
      from team_now as m
      join project_member as part on part.person_id = m.person_id
      where m.team_id = :team_id))
group by 1, 2, 3
order by 1, 2, 3;
