-- Pages at ten thousand people, once more: whom somebody leads as a set, boards of people in one pass, and indexes for
-- what is kept about one person.

-- `leads` for many people at once; the rule is said here alone.
create function led_by(lead uuid) returns table (person_id uuid)
    language sql stable
    begin atomic
        select m.person_id
        from team_member as l
        join team_member as m on m.team_id = l.team_id
        where l.person_id = lead and l.role = 'lead'
          and (l.from_at is null or l.from_at <= statement_timestamp())
          and (l.to_at is null or l.to_at > statement_timestamp())
          and (m.from_at is null or m.from_at <= statement_timestamp())
          and (m.to_at is null or m.to_at > statement_timestamp());
    end;

comment on function led_by(uuid) is 'Who is in a team that this person leads now; the lead too, and whoever is in two twice.';

create or replace function leads(lead uuid, member uuid) returns boolean
    language sql stable
    return exists (select from led_by(lead) as led where led.person_id = member);

-- What is kept about one person, of every night and everybody.
create index feedback_answer_by_giver on feedback_answer (organization_id, giver_id);
create index signal_recorded_by on signal (organization_id, recorded_by_id) where recorded_by_id is not null;
create index released_standing_of_person on released_standing (organization_id, subject_id)
    where subject_kind = 'person';

-- Looks at one person, the newest first, as they are listed: without sorting those of one moment.
drop index audit_of_subject;
create index audit_of_subject on audit (organization_id, subject_id, at desc, id desc);

-- A board in the order of its places, with all that counting them needs; what the index before had begins this one.
create index released_standing_order on released_standing (
    organization_id, run_id, board, scope, period, subject_kind, provisional, score desc, subject_id) include (band);
drop index released_standing_best;
create index visibility_shown on visibility (organization_id, person_id) where shown;

drop function places_seen(uuid, text, text, text, text, uuid);

-- One board as one reader may see it, as arrays: those seen in the order of their places, who is ranked first, and beside
-- them at which place of the run they are; the bands among them. Of people these are only those who chose to be seen, and
-- the reader. `of_run` counts everybody.
create function board_seen(run uuid, on_board text, in_scope text, in_period text, of_kind text, reader uuid)
    returns table (subjects uuid[], run_places bigint[], bands integer[], ranked bigint, of_run bigint)
    language sql stable
    begin atomic
        select
            coalesce(array_agg(v.subject_id order by v.provisional, v.score desc, v.subject_id) filter (where v.visible), '{}'),
            coalesce(array_agg(v.run_place order by v.provisional, v.score desc, v.subject_id) filter (where v.visible), '{}'),
            coalesce(array_agg(distinct v.band) filter (where v.visible and v.band is not null), '{}'),
            count(*) filter (where v.visible and not v.provisional),
            count(*)
        from (
            select s.subject_id, s.provisional, s.score, s.band, s.run_place,
                of_kind <> 'person' or s.subject_id in (
                    select shown.person_id from person_shown as shown
                    union all
                    select reader
                    where reader not in (
                        select gone.id from person as gone where gone.left_at <= statement_timestamp())) as visible
            from (
                select s.subject_id, s.provisional, s.score, s.band,
                    row_number() over (order by s.provisional, s.score desc, s.subject_id) as run_place
                from released_standing as s
                where s.run_id = run and s.board = on_board and s.scope = in_scope and s.period = in_period
                    and s.subject_kind = of_kind
            ) as s
            order by s.provisional, s.score desc, s.subject_id  -- as the index does, and so that each is asked once
        ) as v;
    end;

-- The rows of that board which a reader is shown some of: its ranked places from the first to the last given, so many of
-- those who gather evidence, and the reader, or the reader's teams, with their nearest neighbours. Places, ranks and bands
-- are counted among those seen, so nobody who is left out leaves a gap; figures stay the run's.
create function places_seen(
    run uuid, on_board text, in_scope text, in_period text, of_kind text, reader uuid,
    first_place integer, last_place integer, gathering integer)
    returns table (
        subject_id uuid, place integer, ranked integer, band integer, rank_low integer, rank_high integer,
        score float8, low float8, high float8, provisional boolean, mine boolean)
    language sql stable
    begin atomic
        with board as materialized (
            select b.* from board_seen(run, on_board, in_scope, in_period, of_kind, reader) as b
        ), own as materialized (
            select array_position(b.subjects, one.id) as place
            from board as b
            cross join (
                select reader as id
                union
                select m.team_id
                from team_member as m
                where m.person_id = reader and (m.to_at is null or m.to_at > statement_timestamp())
            ) as one
            where one.id = any (b.subjects)
        ), wanted as (
            select w.place::integer as place
            from board as b
            cross join lateral (
                select generate_series(first_place, least(last_place, b.ranked)) as place
                union
                select generate_series(b.ranked + 1, least(b.ranked + gathering, cardinality(b.subjects)))
                union
                select own.place + step.by
                from own
                cross join (values (-1), (0), (1)) as step (by)
                where step.by = 0 or own.place <= b.ranked and own.place + step.by between 1 and b.ranked
            ) as w
        )
        -- How many of those ranked and seen stand at a place of the run or before it, `width_bucket` finds in the array.
        select s.subject_id, w.place, b.ranked::integer,
            case when s.band is not null then width_bucket(s.band, b.bands) end,
            case when s.rank_low is not null then least(w.place, 1 +
                case when s.rank_low - 1 between 1 and b.of_run
                    then least(width_bucket(s.rank_low - 1::bigint, b.run_places), b.ranked) else 0 end)::integer end,
            case when s.rank_high is not null then greatest(w.place,
                case when s.rank_high between 1 and b.of_run
                    then least(width_bucket(s.rank_high::bigint, b.run_places), b.ranked) else b.ranked end)::integer end,
            s.score, s.low, s.high, s.provisional, w.place in (select own.place from own)
        from wanted as w
        cross join board as b
        cross join lateral (  -- one by one: the planner, who does not know how few are wanted, would read the whole board
            select s.*
            from released_standing as s
            where s.run_id = run and s.board = on_board and s.scope = in_scope and s.period = in_period
                and s.subject_kind = of_kind and s.subject_id = b.subjects[w.place]
            limit 1
        ) as s;
    end;
