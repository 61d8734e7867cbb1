-- Mails to people of the organization: who is to get which, and that it was tried before it left.
-- A flow: it may write tables that features own (README.md).
-- owns: letter

-- name: remind(about, number)
-- Whoever is asked in this round, is here, and has neither answered nor declined.
insert into letter (kind, about, number, person_id)
select distinct 'round_reminded', r.id, :number::integer, a.giver_id
from feedback_round as r
join ask as a on a.round_id = r.id
join person as p on p.id = a.giver_id
where r.id = :about::uuid and r.closed_at > statement_timestamp() and not a.answered and a.declined_at is null
  and not exists (select from held_answer as h where h.ask_id = a.id)
  and (p.left_at is null or p.left_at > statement_timestamp())
on conflict do nothing
returning id;

-- name: tell_decision(about, number)
insert into letter (kind, about, number, person_id)
select 'contest_decided', c.id, :number::integer, c.person_id
from contest as c
where c.id = :about::uuid
on conflict do nothing
returning id;

-- name: tell_note(about, number)
insert into letter (kind, about, number, person_id)
select 'note_written', n.id, :number::integer, n.receiver_id
from note as n
where n.id = :about::uuid
on conflict do nothing
returning id;

-- name: waiting(kind, about, number)
select id from letter where kind = :kind and about = :about::uuid and number = :number and tried_at is null order by id;

-- name: letter(id)
-- To whom, as what; nobody who has left or is an example gets one, nor who chose not to.
select l.kind, p.name as person, p.email, coalesce(p.language, o.language) as language, o.name as organization
from letter as l
cross join organization as o
join person as p on p.id = l.person_id
where l.id = :id and l.tried_at is null and p.email is not null and not o.demo
  and (p.left_at is null or p.left_at > statement_timestamp())
  and coalesce(
      (select c.wanted from mail_choice as c
       where c.person_id = p.id and c.kind = case l.kind
           when 'note_written' then 'note' when 'round_reminded' then 'asked' else 'decided' end), true);

-- name: tried(id, at)!
update letter set tried_at = :at where id = :id;

-- name: reminders(about)
select reminders from feedback_round where id = :about::uuid;
