-- What an import changes with --correct: rows that are no evidence are written over.
-- The exchange is the bulk path: it may write tables that features own (README.md).
-- owns: person, team, team_member, customer, contact, criterion, project, project_member, feedback_round, ask, leave

-- name: people()!
update person p set
    name = i.name, email = i.email, title = i.title, role = i.role, joined_at = i.joined, left_at = i."left"
from incoming_people i
where i.changed and p.external_id = i.person;

-- name: teams()!
update team t set name = i.name, department = i.department
from incoming_teams i
where i.changed and t.external_id = i.team;

-- name: team_members()!
update team_member m set role = i.role, to_at = i."to"
from incoming_team_members i
join team t on t.external_id = i.team
join person p on p.external_id = i.person
where i.changed and m.team_id = t.id and m.person_id = p.id and m.from_at is not distinct from i."from";

-- name: customers()!
update customer c set name = i.name
from incoming_customers i
where i.changed and c.external_id = i.customer;

-- name: contacts()!
update contact n set
    customer_id = c.id, name = i.name, email = i.email, role = i.role, known = i.known,
    channel = i.channel, rhythm = i.rhythm, language = i.language
from incoming_contacts i
join customer c on c.external_id = i.customer
where i.changed and n.external_id = i.contact;

-- name: criteria()!
update criterion c set name = i.name, meaning = i.meaning
from incoming_criteria i
where i.changed and c.external_id = i.criterion;

-- name: projects()!
update project p set
    name = i.name, kind = i.kind, customer_id = c.id, started_at = i.started, ended_at = i.ended,
    outcome = i.outcome, territory = i.territory, continues_id = before.id
from incoming_projects i
left join customer c on c.external_id = i.customer
left join project before on before.external_id = i.continues
where i.changed and p.external_id = i.project;

-- name: members()!
update project_member m set share = i.share, to_at = i."to"
from incoming_members i
join project j on j.external_id = i.project
join person p on p.external_id = i.person
where i.changed and m.project_id = j.id and m.person_id = p.id
  and m.role is not distinct from i.role and m.from_at is not distinct from i."from";

-- name: rounds()!
update feedback_round r set opened_at = i.opened, closed_at = i.closed
from incoming_rounds i
where i.changed and r.external_id = i.round;

-- name: asks()!
update ask a set
    round_id = r.id, giver_id = g.id, receiver_id = p.id, project_id = j.id, at = i.at, declined_at = i.declined_at
from incoming_asks i
join person g on g.external_id = i.giver
join person p on p.external_id = i.receiver
left join feedback_round r on r.external_id = i.round
left join project j on j.external_id = i.project
where i.changed and a.external_id = i.ask;

-- name: leaves()!
update leave l set to_at = i."to"
from incoming_leaves i
join person p on p.external_id = i.person
where i.changed and l.person_id = p.id and l.from_at = i."from";
