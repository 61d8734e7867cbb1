-- Slots: each scheduled job of an organization exists once, and one worker at a time holds its lease.

create table slot (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    job             text not null check (length(job) between 1 and 50),
    key             text not null check (length(key) between 1 and 100),  -- a local date, or the id of a request
    moment          timestamptz not null default now(),  -- what the job is about: a local midnight, or the request's
    due_at          timestamptz not null default now(),  -- moves on when the job is tried again
    state           text not null default 'due' check (state in ('due', 'running', 'done', 'failed', 'skipped')),
    fence           bigint not null default 0,  -- raised by every claim; each write of the job checks it
    lease_until     timestamptz,
    attempts        integer not null default 0,
    worker          text check (length(worker) between 1 and 200),
    requested_by_id uuid,
    error           text check (length(error) <= 4000),
    finished_at     timestamptz,
    primary key (organization_id, job, key),
    constraint slot_requested_by_fk
        foreign key (organization_id, requested_by_id) references person (organization_id, id) on delete restrict
);
create index slot_open on slot (due_at, organization_id) where state in ('due', 'running');
create index slot_newest on slot (organization_id, job, due_at desc);

call wall_off('slot');
grant select, insert on slot to talkoot_web;
grant select, insert, update on slot to talkoot_worker;

grant select on slot to talkoot_lookup;
create policy lookup on slot for select to talkoot_lookup using (true);

create function organizations_with_open_slots(most integer)
    returns table (organization_id uuid)
    language sql volatile security definer set search_path = pg_catalog, pg_temp
    begin atomic
        select s.organization_id
        from public.slot as s
        where s.state = 'due' and s.due_at <= clock_timestamp()
           or s.state = 'running' and s.lease_until < clock_timestamp()
        group by s.organization_id
        order by min(s.due_at), s.organization_id
        limit most;
    end;

grant create on schema public to talkoot_lookup;
alter function organizations_with_open_slots(integer) owner to talkoot_lookup;
revoke create on schema public from talkoot_lookup;
revoke execute on function organizations_with_open_slots(integer) from public;
grant execute on function organizations_with_open_slots(integer) to talkoot_worker;
