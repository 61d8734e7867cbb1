-- What was released of peers: one row for each release of a person's criterion or a project, in one history for all.
-- owns: peer_release

-- name: released(as_of)
-- The newest release of each as of a moment, by the subjects' external ids.
select distinct on (p.subject_id, p.dimension)
    p.subject_kind, coalesce(person.external_id, project.external_id) as subject, p.dimension, p.recorded_until,
    p.mean, p.prior, p.sd, p.givers, p.noisy, p.blur, p.draws
from peer_release as p
join scoring_run as r on r.id = p.run_id
left join person on p.subject_kind = 'person' and person.id = p.subject_id
left join project on p.subject_kind = 'project' and project.id = p.subject_id
where r.as_of <= :as_of
order by p.subject_id, p.dimension, p.draws desc;

-- name: history(as_of)
-- How many runs released anything, and whether one of them did so as of a later moment.
select count(*)::integer as runs, coalesce(bool_or(r.as_of > :as_of), false) as later
from scoring_run as r
where exists (select from peer_release as p where p.run_id = r.id);

-- name: insert(run_id, recorded_until, kind, places, dimensions, mean, prior, sd, givers, noisy, blur, draws)!
insert into peer_release
    (run_id, subject_kind, subject_id, dimension, recorded_until, mean, prior, sd, givers, noisy, blur, draws)
select :run_id, subject.kind_name, subject.id, given.dimension, :recorded_until,
    given.mean, given.prior, given.sd, given.givers, given.noisy, given.blur, given.draws
from unnest(:places::int[], :dimensions::text[], :mean::float8[], :prior::float8[], :sd::float8[], :givers::int[],
        :noisy::float8[], :blur::float8[], :draws::int[])
    as given (place, dimension, mean, prior, sd, givers, noisy, blur, draws)
join incoming_subject as subject on subject.kind = :kind::int and subject.place = given.place;
