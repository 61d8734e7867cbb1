-- Profiles: own words, skills in the order given, and which projects of a person's history they hide.
-- owns: profile, profile_skill, profile_hidden_project

-- name: profile(person_id)
-- One row for everybody who is there, also where nothing was ever written.
select p.id as person_id, f.words, f.responsibilities, f.background, f.education, f.wish,
    coalesce(f.takes_part, false) as takes_part,
    array(select s.skill from profile_skill as s where s.person_id = p.id order by s.place) as skills, f.changed_at
from person as p
left join profile as f on f.person_id = p.id
where p.id = :person_id;

-- name: history(person_id, reader_id, most)
-- One row a project, however often the person came and went; hidden ones only for their owner.
select m.project_id, j.name as project, j.kind, c.name as customer,
    m.roles, coalesce(m.from_at, j.started_at) as from_at, coalesce(m.to_at, j.ended_at) as to_at, j.outcome,
    h.project_id is not null as hidden
from (
    select part.project_id, array_remove(array_agg(distinct part.role), null) as roles, min(part.from_at) as from_at,
        case when count(*) = count(part.to_at) then max(part.to_at) end as to_at
    from project_member as part
    where part.person_id = :person_id
    group by part.project_id
) as m
join project as j on j.id = m.project_id
left join customer as c on c.id = j.customer_id
left join profile_hidden_project as h on h.person_id = :person_id and h.project_id = m.project_id
where h.project_id is null or :reader_id::uuid = :person_id
order by coalesce(m.to_at, j.ended_at) desc nulls first, coalesce(m.from_at, j.started_at) desc, m.project_id
limit :most;

-- name: for_change(person_id)
-- Whoever changes a profile waits for another change of it.
select pg_advisory_xact_lock(hashtextextended(:person_id::uuid::text, 24))::text;

-- name: write(person_id, words, responsibilities, background, education, wish, takes_part, at, before)!
insert into profile (person_id, words, responsibilities, background, education, wish, takes_part, changed_at, before)
values (:person_id, :words, :responsibilities, :background, :education, :wish, :takes_part, :at, :before::jsonb)
on conflict (organization_id, person_id) do update
set words = excluded.words, responsibilities = excluded.responsibilities, background = excluded.background,
    education = excluded.education, wish = excluded.wish, takes_part = excluded.takes_part,
    changed_at = excluded.changed_at, before = excluded.before;

-- name: drop_skills(person_id)!
delete from profile_skill where person_id = :person_id;

-- name: add_skills(person_id, skills)!
insert into profile_skill (person_id, place, skill)
select :person_id::uuid, given.place, given.skill
from unnest(:skills::text[]) with ordinality as given (skill, place);

-- name: before(person_id)
select f.before from profile as f where f.person_id = :person_id and f.before is not null;

-- name: forget_before()!
update profile set before = null where before is not null;

-- name: hide(person_id, project_id)!
insert into profile_hidden_project (person_id, project_id)
select :person_id::uuid, :project_id::uuid
where exists (select from project_member as m where m.person_id = :person_id and m.project_id = :project_id)
on conflict do nothing;

-- name: show(person_id, project_id)!
delete from profile_hidden_project where person_id = :person_id and project_id = :project_id;

-- name: took_part(person_id, project_id)
select exists (select from project_member as m where m.person_id = :person_id and m.project_id = :project_id);
