-- Mails about what happened: who wants which.
-- owns: mail_choice

-- name: wanted(person_id)
-- Every kind in its order.
select wants_mail(:person_id, k.kind)
from unnest(array['thanks', 'note', 'asked', 'decided']) with ordinality as k (kind, place)
order by k.place;

-- name: choose(person_id, kind, wanted)!
insert into mail_choice (person_id, kind, wanted) values (:person_id, :kind, :wanted)
on conflict (organization_id, person_id, kind) do update set wanted = excluded.wanted;
