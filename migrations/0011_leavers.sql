-- Who has left gets in no more: a credential dies with its person's last day, however they were entered.

grant select (organization_id, id, left_at) on person to talkoot_lookup;
create policy lookup on person for select to talkoot_lookup using (true);

-- Replaced in place, so its owner and its grants stay.
create or replace function credentials_of(hashes bytea[])
    returns table (hash bytea, organization_id uuid, id uuid, kind text, person_id uuid, role text)
    language sql stable security definer set search_path = pg_catalog, pg_temp
    begin atomic
        select c.hash, c.organization_id, c.id, c.kind, c.person_id, c.role
        from public.credential as c
        where c.hash = any (hashes) and c.revoked_at is null and c.expires_at > statement_timestamp()
          and not exists (
              select from public.person as p
              where p.organization_id = c.organization_id and p.id = c.person_id
                and p.left_at <= statement_timestamp()
          );
    end;
