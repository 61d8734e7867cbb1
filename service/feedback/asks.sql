-- What one person is asked, and what they say; every query is about the person that `base/own` sets (own_asks, own_answers).
-- owns: ask, held_answer

-- name: open_asks(now, after_key, after_id, most)
-- Of rounds that are open, about people who are there and consent.
select a.id, a.receiver_id, p.name as receiver, j.name as project, r.closes_on, a.shared,
    case when h.ask_id is not null then 'held' when a.answered then 'answered'
         when a.declined_at is not null then 'declined' else 'open' end as state, r.k
from ask as a
join feedback_round as r on r.id = a.round_id
join person as p on p.id = a.receiver_id
left join project as j on j.id = a.project_id
left join held_answer as h on h.ask_id = a.id
where r.warned and r.opened_at <= :now and r.closed_at > :now
  and (p.left_at is null or p.left_at > :now)
  and (select c.given from consent as c
       where c.person_id = p.id and c.source = 'peers' and c.at <= :now
       order by c.at desc, c.recorded_at desc limit 1)
  and (:after_key::text is null or (p.name, a.id) > (:after_key, :after_id::uuid))
order by p.name, a.id
limit :most;

-- name: ask(id, now)
select a.id, a.receiver_id, p.name as receiver, j.name as project, r.closes_on, a.shared,
    case when h.ask_id is not null then 'held' when a.answered then 'answered'
         when a.declined_at is not null then 'declined' else 'open' end as state, r.k
from ask as a
join feedback_round as r on r.id = a.round_id
join person as p on p.id = a.receiver_id
left join project as j on j.id = a.project_id
left join held_answer as h on h.ask_id = a.id
where a.id = :id and r.warned and r.opened_at <= :now and r.closed_at > :now
  and (p.left_at is null or p.left_at > :now)
  and (select c.given from consent as c
       where c.person_id = p.id and c.source = 'peers' and c.at <= :now
       order by c.at desc, c.recorded_at desc limit 1);

-- name: exists(id)
select id from ask where id = :id;

-- name: lock(id)
select id from ask where id = :id for update;

-- name: held(ask_id)
select ratings, comment from held_answer where ask_id = :ask_id;

-- name: hold(ask_id, giver_id, ratings, comment)!
insert into held_answer (ask_id, giver_id, ratings, comment)
values (:ask_id, :giver_id, :ratings, :comment)
on conflict (organization_id, ask_id) do update set ratings = excluded.ratings, comment = excluded.comment;

-- name: let_go(ask_id)!
delete from held_answer where ask_id = :ask_id;

-- name: mark(id, answered, declined)!
-- A refusal carries the round's time, not its own.
update ask
set answered = :answered,
    declined_at = case when :declined then (select r.opened_at from feedback_round as r where r.id = ask.round_id) end
where id = :id;

-- name: heard(after_key, after_id, most)
-- Words for the person that `base/own` sets, the newest round first; within a round by random ids.
select c.id, r.closed_at, c.comment
from feedback_comment as c
join feedback_round as r on r.id = c.round_id
where not c.withdrawn and r.closed_at is not null
  and (:after_key::timestamptz is null or (r.closed_at, c.id) < (:after_key, :after_id::uuid))
order by r.closed_at desc, c.id desc
limit :most;
