-- Publishing: a run's arrays come by COPY into temporary tables, as numbers, and go from there into the raw tables.
-- owns: scoring_run, run_score, run_standing, run_level, run_stage, run_explanation, run_rater

-- name: incoming()#
-- `released` tells the two sets of figures apart; subjects and words are places in lists given beside them.
create temporary table incoming_subject (kind int, place int, kind_name text, id uuid) on commit drop;
create temporary table incoming_score (
    released int, subject_kind int, subject int, dimension int,
    estimate float8, sd float8, low float8, high float8, evidence float8) on commit drop;
create temporary table incoming_standing (
    released int, board int, scope int, period int, subject_kind int, subject int, band int, rank_low int, rank_high int,
    score float8, low float8, high float8, provisional int) on commit drop;
create temporary table incoming_level (
    released int, person int, level int, progress float8, since bigint, missing int) on commit drop;
create temporary table incoming_stage (
    released int, person int, project int, colleagues int, customer int, left_behind int, reasons int) on commit drop;
create temporary table incoming_explanation (
    released int, subject_kind int, subject int, dimension int, source int, project int, amount float8) on commit drop;
create temporary table incoming_rater (giver int, leniency float8, sd float8, weight float8) on commit drop;

-- name: insert_subjects(people, teams, projects, customers)!
insert into incoming_subject (kind, place, kind_name, id)
select 0, given.place - 1, 'person', person.id
from unnest(:people::text[]) with ordinality as given (external_id, place) join person using (external_id)
union all
select 1, given.place - 1, 'team', team.id
from unnest(:teams::text[]) with ordinality as given (external_id, place) join team using (external_id)
union all
select 2, given.place - 1, 'project', project.id
from unnest(:projects::text[]) with ordinality as given (external_id, place) join project using (external_id)
union all
select 3, given.place - 1, 'customer', customer.id
from unnest(:customers::text[]) with ordinality as given (external_id, place) join customer using (external_id);

-- name: analyze()#
analyze incoming_subject, incoming_score, incoming_standing, incoming_level, incoming_stage, incoming_explanation;

-- name: short_pauses()
-- From here on others wait for us: a paused worker is to lose its connection soon.
select set_config('idle_in_transaction_session_timeout', '30000', true);

-- name: insert_run(run)
insert into scoring_run (id, as_of, recorded_until, policy_id, engine, evidence_digest, scores_digest,
    job, slot_key, fence, seconds, counts)
select r.id, r.as_of, r.recorded_until, r.policy_id, r.engine, r.evidence_digest, r.scores_digest,
    r.job, r.slot_key, r.fence, r.seconds, r.counts
from jsonb_populate_record(null::scoring_run, :run::jsonb) as r
returning id;

-- name: insert_scores(run_id, dimensions)!
insert into run_score (run_id, subject_kind, subject_id, dimension, estimate, sd, low, high, evidence)
select :run_id, subject.kind_name, subject.id, dimension.word, given.estimate, given.sd, given.low, given.high,
    given.evidence
from incoming_score as given
join incoming_subject as subject on subject.kind = given.subject_kind and subject.place = given.subject
join unnest(:dimensions::text[]) with ordinality as dimension (word, place) on dimension.place = given.dimension + 1
where given.released = 0;

-- name: insert_standings(run_id, boards, scopes, periods)!
insert into run_standing (run_id, board, scope, period, subject_kind, subject_id, band, rank_low, rank_high,
    score, low, high, provisional)
select :run_id, (:boards::text[])[given.board + 1], (:scopes::text[])[given.scope + 1],
    (:periods::text[])[given.period + 1], subject.kind_name, subject.id,
    nullif(given.band, 0), nullif(given.rank_low, 0), nullif(given.rank_high, 0),
    given.score, given.low, given.high, given.provisional = 1
from incoming_standing as given
join incoming_subject as subject on subject.kind = given.subject_kind and subject.place = given.subject
where given.released = 0;

-- name: insert_levels(run_id, names, missing, no_time)!
insert into run_level (run_id, person_id, level, name, progress, since, missing)
select :run_id, person.id, given.level, name.word, given.progress,
    timestamptz 'epoch' + nullif(given.since, :no_time) * interval '1 microsecond', nullif(missing.word, '')
from incoming_level as given
join incoming_subject as person on person.kind = 0 and person.place = given.person
join unnest(:names::text[]) with ordinality as name (word, place) on name.place = given.level + 1
join unnest(:missing::text[]) with ordinality as missing (word, place) on missing.place = given.missing + 1
where given.released = 0;

-- name: insert_stages(run_id, reasons)!
insert into run_stage (run_id, person_id, project_id, colleagues, customer, left_behind, reasons)
select :run_id, person.id, project.id, nullif(given.colleagues, -1) = 1, nullif(given.customer, -1) = 1,
    nullif(given.left_behind, -1) = 1, nullif(reasons.word, '')
from incoming_stage as given
join incoming_subject as person on person.kind = 0 and person.place = given.person
join incoming_subject as project on project.kind = 2 and project.place = given.project
join unnest(:reasons::text[]) with ordinality as reasons (word, place) on reasons.place = given.reasons + 1
where given.released = 0;

-- name: insert_explanations(run_id, dimensions, sources)!
insert into run_explanation (run_id, subject_kind, subject_id, dimension, source, project_id, amount)
select :run_id, subject.kind_name, subject.id, dimension.word, source.word, project.id, given.amount
from incoming_explanation as given
join incoming_subject as subject on subject.kind = given.subject_kind and subject.place = given.subject
join unnest(:dimensions::text[]) with ordinality as dimension (word, place) on dimension.place = given.dimension + 1
join unnest(:sources::text[]) with ordinality as source (word, place) on source.place = given.source + 1
left join incoming_subject as project on project.kind = 2 and project.place = given.project
where given.released = 0;

-- name: insert_raters(run_id)!
insert into run_rater (run_id, giver_id, leniency, sd, weight)
select :run_id, giver.id, given.leniency, given.sd, given.weight
from incoming_rater as given
join incoming_subject as giver on giver.kind = 0 and giver.place = given.giver;
