-- Releases of peer figures: what was shown of each person's criterion and each project since when, and its secret blur.

-- One row for each release, never changed. The web role gets no right on it: the blur undoes the figure's protection.
create table peer_release (
    organization_id uuid not null default current_organization_id(),
    run_id          uuid not null,
    subject_kind    text not null check (subject_kind in ('person', 'project')),
    subject_id      uuid not null,
    dimension       text not null check (length(dimension) between 1 and 200),  -- a criterion, or 'colleagues'
    recorded_until  timestamptz not null,       -- what was recorded before it is in the figure
    mean            double precision not null,  -- as it is shown, told points
    prior           double precision not null,  -- what of it is the prior's
    sd              double precision not null,
    givers          integer not null check (givers >= 3),  -- distinct ones; no policy asks for fewer
    noisy           double precision not null,
    blur            double precision not null,
    draws           integer not null check (draws >= 1),   -- its number in the one history there is
    primary key (organization_id, subject_id, dimension, draws),
    foreign key (organization_id, run_id) references scoring_run (organization_id, id) on delete restrict
);
create index peer_release_by_run on peer_release (organization_id, run_id);

call wall_off('peer_release');
grant select, insert on peer_release to talkoot_worker;

-- Whoever knows all answers but one could try that one's five ratings until a digest fits.
revoke select on scoring_run from talkoot_web;
grant select (organization_id, id, as_of, recorded_until, policy_id, engine, job, slot_key, seconds, counts, published_at)
    on scoring_run to talkoot_web;
update scoring_run
set counts = counts - array['feedback', 'groups_unconnected', 'people_unconnected', 'stages_cleared',
    'consents_peers', 'consents_customers', 'consents_kudos'];

-- The web writes answers and tells nobody when one was given, nor who asked for what at which time.
revoke select (at) on feedback_answer from talkoot_web;
revoke select on idempotency from talkoot_web;
grant select (organization_id, actor_id, route, key, body_hash, status, response) on idempotency to talkoot_web;
