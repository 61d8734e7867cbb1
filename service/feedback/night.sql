-- What a worker does for rounds: draw who is asked, take answers in, count, and let words be heard.
-- owns: feedback_round, ask, held_answer, feedback_answer, feedback_comment, heard_answer

-- name: to_draw(id, now)
-- A round that waits for its draw and is still open.
select asks_per_person, k, period_days
from feedback_round
where id = :id and drawn_at is null and warned and not standing and closed_at > :now;

-- name: memberships(now, since)
-- Who was in which team or project since then, in whole days before now.
select g.group_id, g.project_id, g.person_id,
    floor(extract(epoch from :now - g.first_at) / 86400)::integer as first,
    floor(extract(epoch from :now - g.last_at) / 86400)::integer as last
from (
    select p.id as group_id, p.id as project_id, m.person_id,
        greatest(:since::timestamptz, p.started_at, m.from_at) as first_at,
        least(:now::timestamptz, p.ended_at, m.to_at) as last_at
    from project_member as m
    join project as p on p.id = m.project_id
    union all
    select m.team_id, null, m.person_id, greatest(:since, m.from_at), least(:now, m.to_at)
    from team_member as m
) as g
where g.first_at <= g.last_at;

-- name: crew(now)
-- Everybody who is there; who is on leave gives none, who did not consent receives none.
select p.id,
    not exists (
        select from leave as l
        where l.person_id = p.id and l.from_at <= :now and (l.to_at is null or l.to_at > :now)) as gives,
    coalesce((
        select c.given from consent as c
        where c.person_id = p.id and c.source = 'peers' and c.at <= :now
        order by c.at desc, c.recorded_at desc limit 1), false) as receives
from person as p
where (p.joined_at is null or p.joined_at <= :now) and (p.left_at is null or p.left_at > :now);

-- name: insert_asks(round_id, at, givers, receivers, projects, shared)!
insert into ask (round_id, at, giver_id, receiver_id, project_id, shared)
select :round_id, :at, drawn.giver_id, drawn.receiver_id, drawn.project_id, drawn.shared
from unnest(:givers::uuid[], :receivers::uuid[], :projects::uuid[], :shared::boolean[])
    as drawn (giver_id, receiver_id, project_id, shared);

-- name: drawn(id, now, seed, people, without_colleagues)!
update feedback_round
set drawn_at = :now, seed = :seed, people = :people, without_colleagues = :without_colleagues
where id = :id;

-- name: take_in()!
-- What givers said goes among the answers of all, in mixed order and with the round's own time.
with taken as (
    delete from held_answer as h
    using ask as a, feedback_round as r
    where a.id = h.ask_id and r.id = a.round_id
    returning gen_random_uuid()::text as answer, h.giver_id, a.receiver_id, a.project_id, a.round_id, h.ratings,
        h.comment, r.opened_at
)
insert into feedback_answer
    (answer, giver_id, receiver_id, project_id, round_id, criterion_id, rating, comment, at)
select t.answer, t.giver_id, t.receiver_id, t.project_id, t.round_id, c.id, given.rating,
    case when given.place = 1 then t.comment end, t.opened_at
from taken as t
cross join lateral (
    select one.key as criterion, one.value::smallint as rating, row_number() over (order by one.key) as place
    from jsonb_each_text(t.ratings) as one) as given
join criterion as c on c.external_id = given.criterion
order by t.answer;

-- name: tallies()
-- Of rounds not settled yet: how many people are asked, and how many of them have answered anything.
select r.id, r.k, count(*) as people, count(*) filter (where g.answered) as answered
from feedback_round as r
join (select round_id, giver_id, bool_or(answered) as answered from ask group by round_id, giver_id) as g
    on g.round_id = r.id
where r.drawn_at is not null and r.settled_at is null
group by r.organization_id, r.id;

-- name: count(ids, answered)!
update feedback_round
set answered = tally.answered
from unnest(:ids::uuid[], :answered::integer[]) as tally (id, answered)
where feedback_round.id = tally.id;

-- name: due(now)
-- Rounds that have closed and wait to be settled, the newest first.
select id from feedback_round
where warned and settled_at is null and closed_at <= :now
order by closed_at desc, id;

-- name: hear(round_id, now, k)!
-- Words of closed rounds become readable where enough distinct people answered since the last time, by
-- the policy's number and by what any of their rounds promised; others wait.
with waiting as materialized (
    select f.id, f.giver_id, f.receiver_id, f.comment, r.k
    from feedback_answer as f
    join feedback_round as r on r.id = f.round_id
    join person as p on p.id = f.receiver_id
    where r.warned and r.closed_at <= :now
      and (p.left_at is null or p.left_at > :now)
      and (select c.given from consent as c
           where c.person_id = p.id and c.source = 'peers' and c.at <= :now
           order by c.at desc, c.recorded_at desc limit 1)
      and not exists (
          select from feedback_answer as newer
          where newer.external_id = f.external_id and newer.version > f.version)
      and not exists (select from retraction as t where t.feedback_id = f.id)
      and not exists (select from heard_answer as h where h.feedback_id = f.id)
),
ready as (
    select receiver_id from waiting group by receiver_id having count(distinct giver_id) >= greatest(:k, max(k))
),
heard as (
    insert into heard_answer (feedback_id, comment_id)
    select w.id, case when w.comment is not null then gen_random_uuid() end
    from waiting as w
    join ready using (receiver_id)
    returning feedback_id, comment_id
)
insert into feedback_comment (id, receiver_id, round_id, comment)
select h.comment_id, w.receiver_id, :round_id, w.comment
from heard as h
join waiting as w on w.id = h.feedback_id
where h.comment_id is not null
order by h.comment_id;

-- name: withdraw()!
-- Words whose answer was retracted since are read no more.
update feedback_comment
set withdrawn = true
where not withdrawn and exists (
    select from heard_answer as h
    join retraction as t on t.feedback_id = h.feedback_id
    where h.comment_id = feedback_comment.id);

-- name: settle(ids, now)!
update feedback_round set settled_at = :now where id = any (:ids::uuid[]);
