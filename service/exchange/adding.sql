-- What an import adds: people, teams, customers, projects, and rounds of feedback.
-- The exchange is the bulk path: it may write tables that features own (README.md).
-- owns: person, team, team_member, customer, contact, criterion, feedback_round, ask, project, project_member, project_money, agreement

-- name: people()!
insert into person (external_id, name, email, title, role, joined_at, left_at)
select i.person, i.name, i.email, i.title, i.role, i.joined, i."left"
from incoming_people i
where not i.changed;

-- name: teams()!
insert into team (external_id, name, department)
select i.team, i.name, i.department
from incoming_teams i
where not i.changed;

-- name: team_members()!
insert into team_member (team_id, person_id, role, from_at, to_at)
select t.id, p.id, i.role, i."from", i."to"
from incoming_team_members i
join team t on t.external_id = i.team
join person p on p.external_id = i.person
where not i.changed;

-- name: customers()!
insert into customer (external_id, name)
select i.customer, i.name
from incoming_customers i
where not i.changed;

-- name: contacts()!
insert into contact (external_id, customer_id, name, email, role, known, channel, rhythm, language)
select i.contact, c.id, i.name, i.email, i.role, i.known, i.channel, i.rhythm, i.language
from incoming_contacts i
join customer c on c.external_id = i.customer
where not i.changed;

-- name: criteria()!
insert into criterion (external_id, name, meaning)
select i.criterion, i.name, i.meaning
from incoming_criteria i
where not i.changed;

-- name: projects()!
-- What a project grew from may be further down in the same file, so that is written afterwards.
insert into project (external_id, name, kind, customer_id, started_at, ended_at, outcome, territory)
select i.project, i.name, i.kind, c.id, i.started, i.ended, i.outcome, i.territory
from incoming_projects i
left join customer c on c.external_id = i.customer
where not i.changed;

-- name: continued_projects()!
update project p set continues_id = before.id
from incoming_projects i
join project before on before.external_id = i.continues
where p.external_id = i.project and p.continues_id is distinct from before.id;

-- name: members()!
insert into project_member (project_id, person_id, role, share, from_at, to_at)
select j.id, p.id, i.role, i.share, i."from", i."to"
from incoming_members i
join project j on j.external_id = i.project
join person p on p.external_id = i.person
where not i.changed;

-- name: money()!
insert into project_money (project_id, kind, amount, unit, known_at)
select j.id, i.kind, i.amount, i."currency or unit", i.known_at
from incoming_money i
join project j on j.external_id = i.project;

-- name: agreements()!
insert into agreement (project_id, scope_agreed, scope_communicated, scope_measurable, confirmed_by_id, at)
select j.id, i.scope_agreed, i.scope_communicated, i.scope_measurable, n.id, i.at
from incoming_agreements i
join project j on j.external_id = i.project
left join contact n on n.external_id = i.confirmed_by;

-- name: rounds()!
insert into feedback_round (external_id, opened_at, closed_at)
select i.round, i.opened, i.closed
from incoming_rounds i
where not i.changed;

-- name: asks()!
insert into ask (external_id, round_id, giver_id, receiver_id, project_id, at, declined_at)
select i.ask, r.id, g.id, p.id, j.id, i.at, i.declined_at
from incoming_asks i
join person g on g.external_id = i.giver
join person p on p.external_id = i.receiver
left join feedback_round r on r.external_id = i.round
left join project j on j.external_id = i.project
where not i.changed;
