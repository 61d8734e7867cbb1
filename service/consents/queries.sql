-- What people consented to, and who chose to be seen on individual boards.
-- owns: consent, consent_setting, visibility, board_version

-- name: preset()
select coalesce((select s.preset from consent_setting as s), 'fi');

-- name: set_preset(preset)!
insert into consent_setting (preset) values (:preset)
on conflict (organization_id) do update set preset = excluded.preset;

-- name: answers(person_id)
-- The last word on each source; silence is no.
select s.source, coalesce(last.given, false) as given, last.at
from unnest(array['peers', 'customers', 'kudos']) with ordinality as s (source, place)
left join lateral (
    select c.given, c.at
    from consent as c
    where c.person_id = :person_id and c.source = s.source
    order by c.at desc, c.recorded_at desc, c.id
    limit 1
) as last on true
order by s.place;

-- name: seen(person_id)
select v.shown, v.changed_at as at from visibility as v where v.person_id = :person_id;

-- name: answer(person_id, source, given, at)!
-- Another word than the last; the same again says nothing new.
insert into consent (person_id, source, given, at)
select :person_id::uuid, :source::text, :given::boolean, :at::timestamptz
where :given is distinct from (
    select c.given
    from consent as c
    where c.person_id = :person_id and c.source = :source
    order by c.at desc, c.recorded_at desc, c.id
    limit 1);

-- name: choose(people, shown, at)!
-- Touches only who chose otherwise before.
insert into visibility (person_id, shown, changed_at)
select chosen.id, :shown::boolean, :at::timestamptz
from unnest(:people::uuid[]) as chosen (id)
on conflict (organization_id, person_id) do update
set shown = excluded.shown, changed_at = excluded.changed_at
where visibility.shown <> excluded.shown;

-- name: boards_changed()!
-- The row's lock puts these changes in the order of their commits.
insert into board_version default values
on conflict (organization_id) do update set version = board_version.version + 1;

-- name: undecided()
-- Those who never chose.
select p.id from person as p
where not exists (select from visibility as v where v.person_id = p.id)
order by p.external_id;

-- name: run_is_due(job)
-- Whether a run that has not begun will see what was chosen just now.
select exists (select from slot where job = :job and state = 'due');
