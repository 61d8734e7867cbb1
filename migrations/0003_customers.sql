-- Customers (partners are customers of kind partner) and the people there.

create table customer (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    external_id     text not null default gen_random_uuid()::text check (length(external_id) between 1 and 200),
    name            text not null check (length(name) between 1 and 200),
    kind            text not null default 'customer' check (kind in ('customer', 'partner')),
    primary key (organization_id, id),
    constraint customer_external_id_unique unique (organization_id, external_id)
);
create index customer_by_name on customer (organization_id, name, id);

create table contact (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    external_id     text not null default gen_random_uuid()::text check (length(external_id) between 1 and 200),
    customer_id     uuid not null,
    name            text check (length(name) between 1 and 200),
    email           text check (length(email) between 1 and 320),
    role            text check (length(role) between 1 and 200),
    known           boolean,
    channel         text check (length(channel) between 1 and 200),
    rhythm          text check (length(rhythm) between 1 and 200),
    language        text check (length(language) between 1 and 35),
    primary key (organization_id, id),
    constraint contact_external_id_unique unique (organization_id, external_id),
    constraint contact_customer_fk
        foreign key (organization_id, customer_id) references customer (organization_id, id) on delete restrict
);
create index contact_by_customer on contact (organization_id, customer_id, id);

call wall_off('customer');
call wall_off('contact');
grant select, insert, update on customer, contact to talkoot_web, talkoot_worker;
