-- Talks of leads with their people: on which day, and nothing of what was said; the two alone see it (own_talks).
-- owns: talk

-- name: insert(lead_id, person_id, held_on)
-- The same day again changes nothing.
insert into talk (lead_id, person_id, held_on)
values (:lead_id, :person_id, :held_on)
on conflict (organization_id, lead_id, person_id, held_on) do nothing
returning id;

-- name: leads(lead_id, person_id)
-- Whether one leads a team of the other now; nobody leads themself, or who has left.
select :lead_id::uuid <> :person_id::uuid and leads(:lead_id, :person_id)
    and exists (select from team_now as m where m.person_id = :person_id);

-- name: take_back(id, lead_id)!
delete from talk where id = :id and lead_id = :lead_id;

-- name: purge(before)!
delete from talk where held_on < :before;

-- name: recorded(id, lead_id)
select t.id, p.name as person, t.held_on
from talk as t
join person as p on p.id = t.person_id
where t.id = :id and t.lead_id = :lead_id;

-- name: with_team(lead_id, team_id)
-- Everybody of a team but the lead, and the last talk that this lead recorded with them.
select p.id, p.name, p.title, last.id as talk_id, last.held_on
from team_now as m
join person as p on p.id = m.person_id
left join lateral (
    select t.id, t.held_on
    from talk as t
    where t.person_id = p.id and t.lead_id = :lead_id
    order by t.held_on desc
    limit 1) as last on true
where m.team_id = :team_id and m.person_id <> :lead_id
order by last.held_on nulls first, p.name, p.id;

-- name: with_me(person_id, most)
-- What leads recorded of talks with me, the newest first.
select lead.name as lead, t.held_on
from talk as t
join person as lead on lead.id = t.lead_id
where t.person_id = :person_id
order by t.held_on desc, t.id
limit :most;

-- name: last(lead_id, person_id)
-- When I last talked with somebody.
select t.held_on
from talk as t
where t.lead_id = :lead_id and t.person_id = :person_id
order by t.held_on desc
limit 1;
