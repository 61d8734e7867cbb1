-- A policy is looked at before it is published: who would move, worked out by a worker.

create table policy_preview (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    policy          jsonb not null,
    hash            text not null check (length(hash) = 64),
    against_id      uuid not null,      -- the version in force when it was asked for
    asked_at        timestamptz not null default now(),
    asked_by_id     uuid,               -- empty for a service token
    as_of           timestamptz,        -- what follows is empty until a worker is done
    result          jsonb,
    reference       jsonb,              -- the scale to freeze
    primary key (organization_id, id),
    constraint policy_preview_against_fk
        foreign key (organization_id, against_id) references scoring_policy (organization_id, id) on delete restrict,
    constraint policy_preview_asked_by_fk
        foreign key (organization_id, asked_by_id) references person (organization_id, id) on delete restrict
);

call wall_off('policy_preview');
grant select, insert on policy_preview to talkoot_web, talkoot_worker;
grant update (as_of, result, reference) on policy_preview to talkoot_worker;
grant insert on scoring_policy to talkoot_web;
