-- Publishing what the gate let through: from the temporary tables of publish.sql into those that everybody reads.
-- owns: released_score, released_standing, released_level, released_stage, released_explanation, level_step

-- name: insert_scores(run_id, dimensions)!
insert into released_score (run_id, subject_kind, subject_id, dimension, estimate, sd, low, high, evidence)
select :run_id, subject.kind_name, subject.id, dimension.word, given.estimate, given.sd, given.low, given.high,
    given.evidence
from incoming_score as given
join incoming_subject as subject on subject.kind = given.subject_kind and subject.place = given.subject
join unnest(:dimensions::text[]) with ordinality as dimension (word, place) on dimension.place = given.dimension + 1
where given.released = 1;

-- name: insert_standings(run_id, boards, scopes, periods)!
insert into released_standing (run_id, board, scope, period, subject_kind, subject_id, band, rank_low, rank_high,
    score, low, high, provisional)
select :run_id, (:boards::text[])[given.board + 1], (:scopes::text[])[given.scope + 1],
    (:periods::text[])[given.period + 1], subject.kind_name, subject.id,
    nullif(given.band, 0), nullif(given.rank_low, 0), nullif(given.rank_high, 0),
    given.score, given.low, given.high, given.provisional = 1
from incoming_standing as given
join incoming_subject as subject on subject.kind = given.subject_kind and subject.place = given.subject
where given.released = 1;

-- name: insert_levels(run_id, names, missing, no_time)!
insert into released_level (run_id, person_id, level, name, progress, since, missing)
select :run_id, person.id, given.level, name.word, given.progress,
    timestamptz 'epoch' + nullif(given.since, :no_time) * interval '1 microsecond', nullif(missing.word, '')
from incoming_level as given
join incoming_subject as person on person.kind = 0 and person.place = given.person
join unnest(:names::text[]) with ordinality as name (word, place) on name.place = given.level + 1
join unnest(:missing::text[]) with ordinality as missing (word, place) on missing.place = given.missing + 1
where given.released = 1;

-- name: insert_stages(run_id, reasons)!
insert into released_stage (run_id, person_id, project_id, colleagues, customer, left_behind, reasons)
select :run_id, person.id, project.id, nullif(given.colleagues, -1) = 1, nullif(given.customer, -1) = 1,
    nullif(given.left_behind, -1) = 1, nullif(reasons.word, '')
from incoming_stage as given
join incoming_subject as person on person.kind = 0 and person.place = given.person
join incoming_subject as project on project.kind = 2 and project.place = given.project
join unnest(:reasons::text[]) with ordinality as reasons (word, place) on reasons.place = given.reasons + 1
where given.released = 1;

-- name: insert_explanations(run_id, dimensions, sources)!
insert into released_explanation (run_id, subject_kind, subject_id, dimension, source, project_id, amount)
select :run_id, subject.kind_name, subject.id, dimension.word, source.word, project.id, given.amount
from incoming_explanation as given
join incoming_subject as subject on subject.kind = given.subject_kind and subject.place = given.subject
join unnest(:dimensions::text[]) with ordinality as dimension (word, place) on dimension.place = given.dimension + 1
join unnest(:sources::text[]) with ordinality as source (word, place) on source.place = given.source + 1
left join incoming_subject as project on project.kind = 2 and project.place = given.project
where given.released = 1;

-- name: insert_steps(run_id, as_of)!
-- A level differs from the last one known: that is a step on the person's journey. Everybody begins at 0.
insert into level_step (person_id, level, at, run_id)
select released_level.person_id, released_level.level, :as_of, :run_id
from released_level
left join lateral (
    select level_step.level, level_step.at
    from level_step
    where level_step.person_id = released_level.person_id
    order by level_step.at desc
    limit 1
) as last on true
where released_level.run_id = :run_id
  and released_level.level <> coalesce(last.level, 0)
  and (last.at is null or last.at < :as_of);
