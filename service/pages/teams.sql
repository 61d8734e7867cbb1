-- Teams for those who keep them: who is in them, who leads, since when, and who was.

-- name: teams(wanted, after_key, after_id, most)
-- By name; `wanted` is part of a team's name or department, or of the name of who leads it.
select t.id, t.name, t.department, (
        select string_agg(p.name, ', ' order by p.name, p.id)
        from team_now as m
        join person as p on p.id = m.person_id
        where m.team_id = t.id and m.role = 'lead'
    ) as leads, (select count(distinct m.person_id)::integer from team_now as m where m.team_id = t.id) as people
from team as t
where (:wanted::text = '' or t.name ilike '%' || :wanted || '%' or t.department ilike '%' || :wanted || '%'
       or exists (
           select from team_now as m
           join person as p on p.id = m.person_id
           where m.team_id = t.id and m.role = 'lead' and p.name ilike '%' || :wanted || '%'))
  and (:after_key::text is null or (t.name, t.id) > (:after_key, :after_id::uuid))
order by t.name, t.id
limit :most;

-- name: departments(most)
select distinct t.department from team as t where t.department is not null order by t.department limit :most;

-- name: members(team_id, after_key, after_id, most)
-- Who is in a team now or will be; leads first, then by name.
select w.id, w.person_id, w.name, w.title, w.role, w.from_at, w.to_at, w.key
from (
    select m.id, m.person_id, p.name, p.title, m.role, m.from_at, m.to_at,
        case m.role when 'lead' then '0' else '1' end || p.name as key
    from team_member as m
    join person as p on p.id = m.person_id
    where m.team_id = :team_id and (m.to_at is null or m.to_at > greatest(statement_timestamp(), m.from_at))
      and (p.left_at is null or p.left_at > statement_timestamp())) as w
where :after_key::text is null or (w.key, w.id) > (:after_key, :after_id::uuid)
order by w.key, w.id
limit :most;

-- name: earlier(team_id, after_key, after_id, most)
-- Who was in a team, the latest first; what was taken back never lasted and is not history.
select w.id, w.person_id, w.name, w.role, w.from_at, w.at
from (
    select m.id, m.person_id, p.name, m.role, m.from_at, least(m.to_at, p.left_at) as at
    from team_member as m
    join person as p on p.id = m.person_id
    where m.team_id = :team_id and coalesce(m.to_at > m.from_at, true)
      and (m.to_at <= statement_timestamp() or p.left_at <= statement_timestamp())) as w
where :after_key::timestamptz is null or (w.at, w.id) < (:after_key, :after_id::uuid)
order by w.at desc, w.id desc
limit :most;

-- name: member(id, team_id)
select m.id, m.person_id, p.name, m.role
from team_member as m
join person as p on p.id = m.person_id
where m.id = :id and m.team_id = :team_id;

-- name: of_person(person_id, most)
-- A person's teams, the latest first.
select m.id, t.id as team_id, t.name as team, m.role, m.from_at, m.to_at
from team_member as m
join team as t on t.id = m.team_id
where m.person_id = :person_id and coalesce(m.to_at > m.from_at, true)
order by m.to_at desc nulls first, m.from_at desc nulls last, m.id
limit :most;
