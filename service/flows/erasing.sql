-- Erasure: a person's texts go from every table that the catalogue knows, and what remains is nobody's in particular.
-- A flow: it may write tables that features own (README.md).
-- owns: person, leave, visibility, board_version, consent, credential, idempotency, retraction, erasure, audit, identity, role_grant, held_answer, talk, profile, profile_skill, profile_hidden_project, mail_choice, way_back, known_before

-- name: begin(person_id, salt, pattern)
-- What the generated statements refer to, until the transaction ends. Only one erasure of an organization at a time.
select set_config('app.erased', :person_id::uuid::text, true), set_config('app.erased_salt', :salt, true),
    set_config('app.erased_pattern', :pattern, true),
    pg_advisory_xact_lock(hashtextextended('erase ' || current_organization_id(), 0));

-- name: identity(person_id)
select p.id, p.external_id, p.name, p.email, o.handle
from person as p
cross join organization as o
where p.id = :person_id;

-- name: is_shared(person_id, word)
-- Whether somebody else here is called so, too: then that word alone names nobody.
select exists (
        select from person as p where p.id <> :person_id::uuid and p.name ~* ('\m' || :word::text || '\M'))
    or exists (select from contact as c where c.name ~* ('\m' || :word || '\M'));

-- name: everybody()
-- By what those who were listed may be found again.
select p.id, p.external_id, o.handle
from person as p
cross join organization as o;

-- name: is_erased(person_id)
select exists (select from erasure as e where e.person_id = :person_id);

-- name: columns()
-- Every column of an organization's tables that can hold words, and the columns of its table that name a person.
-- Not those whose check lists or matches their values, nor hashes of a fixed length.
select c.relname::text as table_name, a.attname::text as column_name, a.atttypid = 'jsonb'::regtype as is_json,
    exists (select from pg_constraint as k
            where k.conrelid = c.oid and k.contype in ('p', 'f') and a.attnum = any (k.conkey)) as is_key,
    exists (select from pg_index as i
            where i.indrelid = c.oid and i.indisunique and a.attnum = any (i.indkey)) as is_unique,
    array(
        select p.attname::text
        from pg_attribute as p
        where p.attrelid = c.oid and p.atttypid = 'uuid'::regtype and not p.attisdropped
          and (p.attname = 'subject_id' or c.relname = 'person' and p.attname = 'id' or exists (
              select from pg_constraint as k
              where k.conrelid = c.oid and k.contype = 'f' and k.confrelid = 'person'::regclass
                and p.attnum = any (k.conkey) and p.attname <> 'organization_id'))
        order by p.attnum) as people
from pg_class as c
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
  and a.atttypid in ('text'::regtype, 'varchar'::regtype, 'jsonb'::regtype)
  and exists (select from pg_attribute as o where o.attrelid = c.oid and o.attname = 'organization_id')
  and not exists (
      select from pg_constraint as k
      where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum]
        and pg_get_constraintdef(k.oid) ~ '= ANY|~|length\(\w+\) = ')
order by c.relname, a.attnum;

-- name: figures()
-- Tables of raw and released figures, which are deleted row by row, and their columns that name a person.
select c.relname::text as table_name, '' as column_name, false as is_json, false as is_key, false as is_unique,
    array_agg(p.attname::text order by p.attnum) as people
from pg_class as c
join pg_attribute as p on p.attrelid = c.oid and p.attname in ('subject_id', 'person_id', 'giver_id', 'receiver_id')
where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and c.relname ~ '^(run|released)_|^level_step$|^peer_release$'
group by c.relname
order by c.relname;

-- name: statement(kind, table_name, columns, people)
-- One statement over one table; PostgreSQL quotes the names. `delete`, `blank` and `hide` take the rows that name the
-- person; `rename` also the other versions of these; `redact` and `veil` (of ids) take every row that mentions them.
select case :kind::text
    when 'delete' then format('delete from %I where %s', :table_name::text, who.matches)
    when 'blank' then format('update %I set %s where %s', :table_name, (
        select string_agg(format('%1$I = case when %1$I is not null then ''[erased]'' end', one), ', ')
        from unnest(:columns::text[]) as one), who.matches)
    when 'empty' then format('update %I set %s where %s', :table_name, (
        select string_agg(format('%I = ''{}''', one), ', ') from unnest(:columns) as one), who.matches)
    when 'hide' then format('update %I set %s where %s', :table_name, (
        select string_agg(format('%1$I = md5(current_setting(''app.erased_salt'') || %1$I)', one), ', ')
        from unnest(:columns) as one), who.matches)
    when 'rename' then format(
        'update %1$I set %2$I = md5(current_setting(''app.erased_salt'') || %2$I)'
        ' where %2$I in (select %2$I from %1$I where %3$s)', :table_name, (:columns)[1], who.matches)
    when 'redact' then format(
        'update %1$I set %2$I = regexp_replace(%2$I::text, current_setting(''app.erased_pattern''), ''[erased]'', ''g'')'
        '%3$s where %2$I::text ~ current_setting(''app.erased_pattern'')',
        :table_name, (:columns)[1], case when (:columns)[2] = 'json' then '::jsonb' else '' end)
    when 'veil' then format(
        'update %1$I set %2$I = md5(current_setting(''app.erased_salt'') || %2$I)'
        ' where %2$I ~ current_setting(''app.erased_pattern'')', :table_name, (:columns)[1])
    end as statement
from (
    select string_agg(format('%I = current_setting(''app.erased'')::uuid', one), ' or ') as matches
    from unnest(:people::text[]) as one
) as who;

-- name: retract()!
-- What was said of the person counts no more; what they said of others goes on counting, without their name.
insert into retraction (kudos_id, feedback_id, badge_id, reason)
select case when e.kind = 'kudos' then e.id end, case when e.kind = 'feedback' then e.id end,
    case when e.kind = 'badge' then e.id end, 'erased'
from (
    select 'kudos' as kind, k.id from kudos as k where k.receiver_id = current_setting('app.erased')::uuid
    union all
    select 'feedback', f.id from feedback_answer as f where f.receiver_id = current_setting('app.erased')::uuid
    union all
    select 'badge', b.id from badge_grant as b where b.receiver_id = current_setting('app.erased')::uuid
) as e
where not exists (
    select from retraction as r where r.reason = 'erased' and e.id in (r.kudos_id, r.feedback_id, r.badge_id));

-- name: forget_answers()!
-- Answers kept for repeated requests of the person, or that speak of them.
delete from idempotency as i
where i.actor_id in (select c.id from credential as c where c.person_id = current_setting('app.erased')::uuid)
   or i.response like '%' || current_setting('app.erased') || '%'
   or i.response ~ current_setting('app.erased_pattern');

-- name: end_access()!
update credential set revoked_at = coalesce(revoked_at, statement_timestamp())
where person_id = current_setting('app.erased')::uuid;

-- name: forget_absences()!
delete from leave where person_id = current_setting('app.erased')::uuid;

-- name: forget_visibility()!
delete from visibility where person_id = current_setting('app.erased')::uuid;

-- name: forget_consents()!
-- Without consent nothing of them counts from now on.
delete from consent where person_id = current_setting('app.erased')::uuid;

-- name: change_boards()!
update board_version set version = version + 1;

-- name: forget_person()!
update person
set name = 'Erased person', email = null, title = null, role = null, language = null, joined_at = null,
    left_at = least(coalesce(left_at, statement_timestamp()), statement_timestamp())
where id = current_setting('app.erased')::uuid;

-- name: list_erased(person_id, known_as, reason)!
insert into erasure (person_id, known_as, reason) values (:person_id, :known_as, :reason)
on conflict (organization_id, person_id) do nothing;

-- name: note(person_id, reason)!
insert into audit (role, action, subject_id, detail, purpose)
values ('operator', 'erase', :person_id, :reason, 'operation');

-- name: forget_accounts()!
delete from identity where person_id = current_setting('app.erased')::uuid;

-- name: forget_roles()!
delete from role_grant where person_id = current_setting('app.erased')::uuid;

-- name: forget_held_answers()!
-- What rests until the night, by the person and about them.
delete from held_answer as h
using ask as a
where a.id = h.ask_id and current_setting('app.erased')::uuid in (a.giver_id, a.receiver_id);

-- name: forget_profile()!
delete from profile where person_id = current_setting('app.erased')::uuid;

-- name: forget_skills()!
delete from profile_skill where person_id = current_setting('app.erased')::uuid;

-- name: forget_hidden_projects()!
delete from profile_hidden_project where person_id = current_setting('app.erased')::uuid;

-- name: forget_mail_choices()!
delete from mail_choice where person_id = current_setting('app.erased')::uuid;

-- name: forget_ways_back()!
delete from way_back where current_setting('app.erased')::uuid in (by_id, subject_id);

-- name: forget_talks()!
-- On which days they talked with whoever led them, and with whom they led.
delete from talk where current_setting('app.erased')::uuid in (lead_id, person_id);

-- name: forget_known()!
-- What they were called, and when they were in teams, for exports taken again: these tell of them no more.
delete from known_before
where subject_id = current_setting('app.erased')::uuid
   or subject_id in (select m.id from team_member as m where m.person_id = current_setting('app.erased')::uuid);
