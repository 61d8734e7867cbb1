-- Rules that several readers apply, said once: who leads whom, who has a part in a project, how a contest stands, and
-- who is seen on a board.

create function leads(lead uuid, member uuid) returns boolean
    language sql stable
    return exists (
        select from team_member as l
        join team_member as m on m.team_id = l.team_id
        where l.person_id = lead and l.role = 'lead' and m.person_id = member
          and (l.from_at is null or l.from_at <= statement_timestamp())
          and (l.to_at is null or l.to_at > statement_timestamp())
          and (m.from_at is null or m.from_at <= statement_timestamp())
          and (m.to_at is null or m.to_at > statement_timestamp()));

comment on function leads(uuid, uuid) is 'Whether the first leads a team of the second now.';

create function takes_part(project uuid, person uuid) returns boolean
    language sql stable
    return exists (
        select from project_member as m
        where m.project_id = project and (m.person_id = person or leads(person, m.person_id)));

comment on function takes_part(uuid, uuid) is
    'Whether a person has or had a part in a project, or leads somebody now who has or had one.';

create function may_work_in(project uuid, person uuid) returns boolean
    language sql stable
    return takes_part(project, person) or not exists (select from project_member as m where m.project_id = project);

comment on function may_work_in(uuid, uuid) is
    'Whether a person may work on a project: who takes part, and anybody while it has nobody yet.';

create view contest_state with (security_invoker = true) as
select c.id, c.person_id,
    case when c.dimension is not null then 'score' when c.kudos_id is not null then 'kudos'
        when c.signal_id is not null then 'signal' when c.badge_id is not null then 'badge'
        when c.document_id is not null then 'document' when c.handover_id is not null then 'handover'
        when c.care_id is not null then 'care' else 'feedback' end as about,
    c.dimension,
    coalesce(c.kudos_id, c.signal_id, c.badge_id, c.document_id, c.handover_id, c.care_id, c.feedback_id) as evidence_id,
    c.words, c.opened_at, c.due_at, c.decided_at is null and c.due_at < statement_timestamp() as overdue, c.reviewer_id,
    c.decision, c.reasons, c.decided_at
from contest as c;

grant select on contest_state to talkoot_web, talkoot_worker;

create index person_gone on person (organization_id, left_at) include (id) where left_at is not null;

-- Who chose to be seen on boards, and has not left.
create view person_shown with (security_invoker = true) as
select v.person_id
from visibility as v
where v.shown
  and v.person_id not in (select gone.id from person as gone where gone.left_at <= statement_timestamp());

grant select on person_shown to talkoot_web, talkoot_worker;

-- One board as one reader may see it. Of people only those who chose to be seen, and the reader: places, ranks and bands
-- are counted among these, so nobody who is left out leaves a gap; figures stay the run's.
create function places_seen(
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
            select v.*, row_number() over run as run_place,
                count(*) filter (where v.visible and not v.provisional) over run as upto
            from seen as v
            window run as (order by v.provisional, v.score desc, v.subject_id)
        ), placed as (
            select v.*,
                row_number() over (order by v.run_place)::integer as place,
                (count(*) filter (where not v.provisional) over ())::integer as ranked,
                case when v.band is not null then dense_rank() over (order by v.band)::integer end as level
            from standing as v
            where v.visible
        ), before as materialized (  -- at each place of the run, how many of those up to it are seen
            select array_agg(v.upto order by v.run_place) as upto from standing as v
        )
        select p.subject_id, p.place, p.ranked, p.level,
            case when p.rank_low is not null
                then least(p.place, coalesce((select b.upto from before as b)[p.rank_low - 1], 0) + 1)::integer end,
            case when p.rank_high is not null
                then greatest(p.place, coalesce((select b.upto from before as b)[p.rank_high], p.ranked))::integer end,
            p.score, p.low, p.high, p.provisional, p.mine
        from placed as p;
    end;
