-- Safety in small companies and in the long run: who decides where there is no HR, reminders with a gap, sessions that
-- one can tell apart, mails of which none goes twice, and provider's secrets that are sealed.

create function hr_decides_on(person uuid) returns boolean
    language sql stable
    return exists (select from organization as o where o.organization_id = current_organization_id() and o.demo)
        or exists (
            select from person as p
            where p.id <> person and (p.left_at is null or p.left_at > statement_timestamp())
              and role_of(p.organization_id, p.id) = 'hr' and not leads(p.id, person))
        -- A token of that role, which the operator's shell makes, needs no grant.
        or exists (
            select from credential as c
            join person as p on p.id = c.person_id
            where c.role = 'hr' and c.revoked_at is null and c.expires_at > statement_timestamp()
              and p.id <> person and (p.left_at is null or p.left_at > statement_timestamp())
              and not leads(p.id, person));

comment on function hr_decides_on(uuid) is
    'Whether HR has somebody who may decide on what this person contests: not them, and nobody who leads them.';

alter table feedback_round add column reminded_at timestamptz;
grant select (reminded_at), update (reminded_at) on feedback_round to talkoot_web;

-- In a few words of ours, such as "Firefox, Linux": enough to know one's own again, and no more.
alter table credential add column device text check (length(device) between 1 and 100);

-- A sealed secret is longer than the secret.
alter table sign_in_setting drop constraint sign_in_setting_client_secret_check;
alter table sign_in_setting add constraint sign_in_setting_client_secret_check
    check (length(client_secret) between 1 and 6000);

-- Who is to get which mail. That somebody is reminded tells that they have not answered: the web cannot read it.
create table letter (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    kind            text not null check (kind in (
                        'kudos_given', 'note_written', 'round_drawn', 'round_reminded', 'contest_decided')),
    about           uuid not null,                -- the thanks, the note, the round, the contest
    number          integer not null default 0,   -- of the reminder
    person_id       uuid not null,
    tried_at        timestamptz,                  -- set before it leaves, so that no worker sends it again
    primary key (organization_id, id),
    constraint letter_once_unique unique (organization_id, kind, about, number, person_id),
    constraint letter_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict
);
call wall_off('letter');
grant select, insert, update (tried_at) on letter to talkoot_worker;

-- How many voices a score rests on, as far as the number says nothing of one person: where colleagues spoke, in steps of
-- k, and never so many that nearly everybody who could speak must have. Steps under k: none, some, the policy's least.
create function voices_told(voices float8, on_dimension text, policy jsonb) returns float8
    language sql stable
    begin atomic
        select case
            when on_dimension <> 'quality' and not exists (
                select from criterion as c where on_dimension in (c.external_id, 'criterion:' || c.external_id)) then voices
            when voices < 0.5 then 0
            when voices < t.least then 1
            when voices < t.k then t.least
            else t.k * greatest(1, least(floor(voices / t.k), floor(t.others / t.k) - 1)) end
        from (
            select coalesce((policy ->> 'k')::float8, 5) as k, coalesce((policy ->> 'minimum_voices')::float8, 3) as least,
                (select count(*) - 1 from person as p where p.left_at is null or p.left_at > statement_timestamp()) as others
        ) as t;
    end;

comment on function voices_told(float8, text, jsonb) is 'Effective voices behind a score, as coarse as confidence asks.';
