-- The trend: one figure of a person over the published runs.

-- name: points(run_id, person_id, dimension, most)
-- The last :most runs up to the one shown, oldest first; runs without a figure (nothing was allowed, or known) leave a gap.
select run.as_of as at, s.estimate, s.low, s.high, policy.version as rules
from (
    select r.id, r.as_of, r.published_at, r.policy_id
    from scoring_run as r
    join scoring_run as newest on newest.id = :run_id
    where r.as_of <= newest.as_of
    order by r.as_of desc, r.published_at desc
    limit :most
) as run
join scoring_policy as policy on policy.id = run.policy_id
join released_score as s
    on s.run_id = run.id and s.subject_id = :person_id and s.dimension = :dimension and s.subject_kind = 'person'
order by run.as_of, run.published_at;
