-- A lead's token is an employee's from the moment they lead nobody; one takes along the words that one was shown; and
-- figures from before there was a gate (0016), which were exact, are no longer there to be seen: the next run makes new ones.

truncate released_score, released_standing, released_level, released_stage, released_explanation;

create or replace function credentials_of(hashes bytea[])
    returns table (
        hash bytea, organization_id uuid, id uuid, kind text, person_id uuid, role text, scopes text[], stale boolean)
    language sql stable security definer set search_path = pg_catalog, pg_temp
    begin atomic
        select c.hash, c.organization_id, c.id, c.kind, c.person_id,
            case when c.kind = 'token' and c.role = 'lead'
                and public.role_of(c.organization_id, c.person_id) = 'employee' then 'employee' else c.role end,
            c.scopes, c.kind = 'session' and c.seen_at < statement_timestamp() - interval '5 minutes'
        from public.credential as c
        where c.hash = any (hashes) and c.revoked_at is null and c.expires_at > statement_timestamp()
          and not exists (
              select from public.person as p
              where p.organization_id = c.organization_id and p.id = c.person_id
                and p.left_at <= statement_timestamp()
          )
          and (c.kind <> 'session' or (
              c.seen_at > statement_timestamp() - interval '2 hours'
              and (c.role = public.role_of(c.organization_id, c.person_id) or exists (
                  select from public.organization as o
                  where o.organization_id = c.organization_id and o.demo))));
    end;

-- The words of rounds that closed (0017), instead of guessing which those were.
grant select on feedback_comment to talkoot_subject;

create or replace view comments_about_me as
select c.receiver_id as person_id, c.comment
from feedback_comment as c
where c.receiver_id = nullif(current_setting('app.data_of', true), '')::uuid and not c.withdrawn;
