-- The tables into which an import copies each file of the folder; they live until it commits.
-- PostgreSQL refuses COPY into a table behind row-level security, so what is copied goes through these.

-- name: people()!
create temporary table incoming_people (
    person text,
    name text,
    email text,
    title text,
    role text,
    joined timestamptz,
    "left" timestamptz,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: teams()!
create temporary table incoming_teams (
    team text,
    name text,
    department text,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: team_members()!
create temporary table incoming_team_members (
    team text,
    person text,
    role text,
    "from" timestamptz,
    "to" timestamptz,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: customers()!
create temporary table incoming_customers (
    customer text,
    name text,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: contacts()!
create temporary table incoming_contacts (
    contact text,
    customer text,
    name text,
    email text,
    role text,
    known boolean,
    channel text,
    rhythm text,
    language text,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: criteria()!
create temporary table incoming_criteria (
    criterion text,
    name text,
    meaning text,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: projects()!
create temporary table incoming_projects (
    project text,
    name text,
    kind text,
    customer text,
    started timestamptz,
    ended timestamptz,
    outcome text,
    territory text,
    continues text,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: members()!
create temporary table incoming_members (
    project text,
    person text,
    role text,
    share double precision,
    "from" timestamptz,
    "to" timestamptz,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: money()!
create temporary table incoming_money (
    project text,
    kind text,
    amount numeric,
    "currency or unit" text,
    known_at timestamptz,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: agreements()!
create temporary table incoming_agreements (
    project text,
    scope_agreed boolean,
    scope_communicated boolean,
    scope_measurable boolean,
    confirmed_by text,
    at timestamptz,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: documents()!
create temporary table incoming_documents (
    id text,
    project text,
    author text,
    title text,
    at timestamptz,
    used_by text,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: handovers()!
create temporary table incoming_handovers (
    id text,
    project text,
    from_person text,
    to_person text,
    at timestamptz,
    accepted_at timestamptz,
    rating smallint,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: care()!
create temporary table incoming_care (
    id text,
    project text,
    owner text,
    kind text,
    due timestamptz,
    done timestamptz,
    outcome text,
    needs_changed boolean,
    moved_by_customer boolean,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: rounds()!
create temporary table incoming_rounds (
    round text,
    opened timestamptz,
    closed timestamptz,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: asks()!
create temporary table incoming_asks (
    ask text,
    round text,
    giver text,
    receiver text,
    project text,
    at timestamptz,
    declined_at timestamptz,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: feedback()!
create temporary table incoming_feedback (
    id text,
    answer text,
    giver text,
    receiver text,
    project text,
    round text,
    criterion text,
    rating smallint,
    comment text,
    at timestamptz,
    recorded_at timestamptz,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: kudos()!
create temporary table incoming_kudos (
    id text,
    giver text,
    receiver text,
    project text,
    criterion text,
    message text,
    at timestamptz,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: signals()!
create temporary table incoming_signals (
    id text,
    response text,
    project text,
    contact text,
    kind text,
    aspect text,
    value double precision,
    about text,
    comment text,
    recorded_by text,
    at timestamptz,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: badges()!
create temporary table incoming_badges (
    id text,
    badge text,
    receiver text,
    project text,
    giver text,
    at timestamptz,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: consents()!
create temporary table incoming_consents (
    person text,
    source text,
    given boolean,
    at timestamptz,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: leaves()!
create temporary table incoming_leaves (
    person text,
    "from" timestamptz,
    "to" timestamptz,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: level_steps()!
create temporary table incoming_level_steps (
    person text,
    level smallint,
    at timestamptz,
    changed boolean not null  -- there already, with other content
) on commit drop;

-- name: retractions()!
create temporary table incoming_retractions (
    file text,
    id text,
    reason text,
    at timestamptz,
    changed boolean not null  -- there already, with other content
) on commit drop;
