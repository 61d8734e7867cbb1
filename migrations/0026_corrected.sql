-- Corrected evidence is rare: what has no second version is told from it by an index of those that have.

create index kudos_corrected on kudos (organization_id, external_id, version) where version > 1;
create index signal_corrected on signal (organization_id, external_id, version) where version > 1;

create or replace view kudos_now with (security_invoker = true) as
select k.id, k.giver_id, k.receiver_id, k.project_id, k.message, k.at
from kudos as k
where not exists (select from retraction as r where r.kudos_id = k.id and r.undone_at is null)
  and not exists (
      select from kudos as newer
      where newer.external_id = k.external_id and newer.version > k.version and newer.version > 1);

create or replace view signal_now with (security_invoker = true) as
select s.id, s.response, s.project_id, s.kind, s.aspect, s.value, s.comment, s.at,
    s.kind not in ('observation', 'usage') as own_word  -- the customer's, not what our people saw or counted
from signal as s
where not exists (select from retraction as r where r.signal_id = s.id)
  and not exists (
      select from signal as newer
      where newer.external_id = s.external_id and newer.version > s.version and newer.version > 1);
