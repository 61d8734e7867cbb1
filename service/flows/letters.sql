-- Mails to people of the organization: who is to get which, and that it was tried before it left.
-- A flow: it may write tables that features own (README.md).
-- owns: letter

-- name: tell_thanks(about, number)
insert into letter (kind, about, number, person_id)
select 'kudos_given', k.id, :number::integer, k.receiver_id
from kudos as k
where k.id = :about::uuid and wants_mail(k.receiver_id, 'thanks')
  and not exists (select from retraction as r where r.kudos_id = k.id and r.undone_at is null)
on conflict do nothing
returning id;

-- name: ask(about, number)
-- Whoever is asked in this round.
insert into letter (kind, about, number, person_id)
select distinct 'round_drawn', a.round_id, :number::integer, a.giver_id
from ask as a
where a.round_id = :about::uuid and wants_mail(a.giver_id, 'asked')
on conflict do nothing
returning id;

-- name: remind(about, number)
-- Whoever is asked in this round, is here, and has neither answered nor declined.
insert into letter (kind, about, number, person_id)
select distinct 'round_reminded', r.id, :number::integer, a.giver_id
from feedback_round as r
join ask as a on a.round_id = r.id
join person as p on p.id = a.giver_id
where r.id = :about::uuid and r.closed_at > statement_timestamp() and not a.answered and a.declined_at is null
  and not exists (select from held_answer as h where h.ask_id = a.id)
  and (p.left_at is null or p.left_at > statement_timestamp()) and wants_mail(p.id, 'asked')
on conflict do nothing
returning id;

-- name: tell_decision(about, number)
insert into letter (kind, about, number, person_id)
select 'contest_decided', c.id, :number::integer, c.person_id
from contest as c
where c.id = :about::uuid and wants_mail(c.person_id, 'decided')
on conflict do nothing
returning id;

-- name: tell_note(about, number)
insert into letter (kind, about, number, person_id)
select 'note_written', n.id, :number::integer, n.receiver_id
from note as n
where n.id = :about::uuid and wants_mail(n.receiver_id, 'note')
on conflict do nothing
returning id;

-- name: waiting(kind, about, number)
select id from letter where kind = :kind and about = :about::uuid and number = :number and tried_at is null order by id;

-- name: letter(id)
-- To whom, as what; nobody who has left or is an example gets one.
select l.kind, p.name as person, p.email, coalesce(p.language, o.language) as language, o.name as organization
from letter as l
cross join organization as o
join person as p on p.id = l.person_id
where l.id = :id and l.tried_at is null and p.email is not null and not o.demo
  and (p.left_at is null or p.left_at > statement_timestamp());

-- name: tried(id, at)!
update letter set tried_at = :at where id = :id;

-- name: reminders(about)
select reminders from feedback_round where id = :about::uuid;

-- name: forget(before)!
-- Those whose slot ended before, whether they left or there was nobody to send them.
delete from letter as l
using slot as s
where s.job = 'letters' and s.key = l.kind || ':' || l.about || ':' || l.number
  and s.state not in ('due', 'running') and s.moment < :before;
