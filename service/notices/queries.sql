-- Mails about what happened: who wants which, and what one says.
-- owns: mail_choice

-- name: wanted(person_id, usual)
-- Every kind in its order; where nothing was chosen, what is usual.
select coalesce(c.wanted, k.kind = any (:usual::text[]))
from unnest(array['thanks', 'note', 'asked', 'decided']) with ordinality as k (kind, place)
left join mail_choice as c on c.person_id = :person_id and c.kind = k.kind
order by k.place;

-- name: choose(person_id, kind, wanted)!
insert into mail_choice (person_id, kind, wanted) values (:person_id, :kind, :wanted)
on conflict (organization_id, person_id, kind) do update set wanted = excluded.wanted;

-- name: receivers(kind, subject_id, usual)
-- Whom an event concerns, who has an address, is there, and wants this kind of mail.
select p.id
from (
    select k.receiver_id as id
    from kudos as k
    where :kind::text = 'thanks' and k.id = :subject_id::uuid
        and not exists (select from retraction as r where r.kudos_id = k.id and r.undone_at is null)
    union
    select a.giver_id from ask as a where :kind = 'asked' and a.round_id = :subject_id
) as concerned
join person as p on p.id = concerned.id
left join mail_choice as c on c.person_id = p.id and c.kind = :kind
where p.email is not null and (p.left_at is null or p.left_at > statement_timestamp())
    and coalesce(c.wanted, :kind = any (:usual::text[]))
order by p.id;

-- name: address(person_id)
select p.name, p.email, p.language, o.name as organization
from person as p
cross join organization as o
where p.id = :person_id and p.email is not null and not o.demo and (p.left_at is null or p.left_at > statement_timestamp());
