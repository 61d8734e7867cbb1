-- Feedback as it is given; the web can write an answer but never read its giver.
-- owns: feedback_answer

-- name: criteria()
select id, external_id, name, meaning from criterion order by external_id limit 1000;

-- name: unknown_criteria(criteria)
select asked.criterion
from unnest(:criteria::text[]) as asked (criterion)
where not exists (select from criterion as c where c.external_id = asked.criterion)
order by asked.criterion;

-- name: round_open(id, at)
select r.opened_at <= :at and (r.closed_at is null or r.closed_at > :at)
from feedback_round as r
where r.id = :id;

-- name: insert(answer, giver_id, receiver_id, project_id, round_id, comment, at, criteria, ratings)!
-- One row for each criterion; the words stand beside the first.
insert into feedback_answer
    (answer, giver_id, receiver_id, project_id, round_id, criterion_id, rating, comment, at)
select
    :answer, :giver_id, :receiver_id, :project_id, :round_id, c.id, given.rating,
    case when given.place = 1 then :comment::text end, :at
from unnest(:criteria::text[], :ratings::smallint[]) with ordinality as given (criterion, rating, place)
join criterion as c on c.external_id = given.criterion;
