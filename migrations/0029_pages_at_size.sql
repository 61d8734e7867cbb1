-- Pages at ten thousand people: what they search and sort by has an index, and what takes a while to count is kept.

-- Counts of a whole organization, in steps and groups that point at nobody: the web may read them, and count nothing itself
-- while they are there.
create table kept_figures (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    kind            text not null check (kind in ('participation', 'help')),
    k               integer not null check (k >= 1),  -- of how many people a figure is made at least
    counted_at      timestamptz not null,
    content         jsonb not null,
    primary key (organization_id, kind)
);

call wall_off('kept_figures');
grant select on kept_figures to talkoot_web;
grant select, insert, update on kept_figures to talkoot_worker;

-- The audit log by who looked, and by what was done.
create index audit_of_actor on audit (organization_id, actor_id, at desc, id desc);
create index audit_of_action on audit (organization_id, action, at desc, id desc);

-- Whether evidence was retracted, for what the unique key does not begin with.
create index retraction_of_signal on retraction (organization_id, signal_id) where signal_id is not null;
create index retraction_of_care on retraction (organization_id, care_id) where care_id is not null;

-- Who of HR may decide on contests at all: from the few who hold the role, instead of asking everybody for theirs.
create index credential_of_hr on credential (organization_id, person_id) where role = 'hr' and revoked_at is null;

create function hr_deciders() returns table (person_id uuid)
    language sql stable
    begin atomic
        select p.id
        from role_grant as g
        join person as p on p.id = g.person_id
        where g.role = 'hr' and role_of(p.organization_id, p.id) = 'hr'
          and (p.left_at is null or p.left_at > statement_timestamp())
        union
        -- A token of that role, which the operator's shell makes, needs no grant.
        select p.id
        from credential as c
        join person as p on p.id = c.person_id
        where c.role = 'hr' and c.revoked_at is null and c.expires_at > statement_timestamp()
          and (p.left_at is null or p.left_at > statement_timestamp());
    end;

comment on function hr_deciders() is 'Who works in HR now: those granted the role, and those of its tokens.';

create or replace function hr_decides_on(person uuid) returns boolean
    language sql stable
    return exists (select from organization as o where o.organization_id = current_organization_id() and o.demo)
        or exists (
            select from hr_deciders() as d
            where d.person_id <> person and not leads(d.person_id, person));

-- The same number as before: of the others it is only asked whether there are enough of them, so no more are counted.
create or replace function voices_told(voices float8, on_dimension text, policy jsonb) returns float8
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
            select a.k, a.least, (
                select count(*) - 1
                from (
                    select from person as p
                    where p.left_at is null or p.left_at > statement_timestamp()
                    limit ((floor(voices / a.k) + 2) * a.k)::bigint + 1) as enough) as others
            from (
                select coalesce((policy ->> 'k')::float8, 5) as k,
                    coalesce((policy ->> 'minimum_voices')::float8, 3) as least) as a
        ) as t;
    end;

-- The same places as before, with one order of ten thousand people instead of four.
create or replace function places_seen(
    run uuid, on_board text, in_scope text, in_period text, of_kind text, reader uuid)
    returns table (
        subject_id uuid, place integer, ranked integer, band integer, rank_low integer, rank_high integer,
        score float8, low float8, high float8, provisional boolean, mine boolean)
    language sql stable
    begin atomic
        with seen as materialized (
            select s.subject_id, s.band, s.rank_low, s.rank_high, s.score, s.low, s.high, s.provisional, own.mine,
                s.subject_kind <> 'person'
                or s.subject_id in (select shown.person_id from person_shown as shown)
                or own.mine and s.subject_id not in (
                    select gone.id from person as gone where gone.left_at <= statement_timestamp()) as visible
            from released_standing as s
            cross join lateral (
                select coalesce(s.subject_id = reader, false) or s.subject_id in (
                    select m.team_id
                    from team_member as m
                    where m.person_id = reader and (m.to_at is null or m.to_at > statement_timestamp())) as mine
            ) as own
            where s.run_id = run and s.board = on_board and s.scope = in_scope and s.period = in_period
                and s.subject_kind = of_kind
        ), standing as materialized (
            select v.*,
                row_number() over run as run_place,
                count(*) filter (where v.visible) over run as place,
                count(*) filter (where v.visible and not v.provisional) over run as upto
            from seen as v
            window run as (order by v.provisional, v.score desc, v.subject_id rows unbounded preceding)
        ), level as materialized (
            select b.band, row_number() over (order by b.band) as number
            from (select distinct v.band from standing as v where v.visible and v.band is not null) as b
        ), run_of as materialized (  -- at each place of the run, how many of those up to it are seen
            select array_agg(v.upto order by v.run_place) as upto, max(v.upto) as ranked from standing as v
        )
        select p.subject_id, p.place::integer, r.ranked::integer, l.number::integer,
            case when p.rank_low is not null
                then least(p.place, coalesce(r.upto[p.rank_low - 1], 0) + 1)::integer end,
            case when p.rank_high is not null
                then greatest(p.place, coalesce(r.upto[p.rank_high], r.ranked))::integer end,
            p.score, p.low, p.high, p.provisional, p.mine
        from standing as p
        cross join run_of as r
        left join level as l on l.band = p.band
        where p.visible;
    end;
