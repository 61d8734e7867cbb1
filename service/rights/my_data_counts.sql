-- How much of each kind my_data.sql finds, at most :most of each, as there: the page before it tells numbers only.
-- What is joined there only to be named is left out here.

-- name: told_of_me(person_id, most)
-- Who the person is here, what they chose, and who looked.
select found.kind, found.count
from (values
    ('profile', (select count(*) from (
        select from person as p where p.id = :person_id::uuid limit :most::bigint) as one)),
    ('own_profile', (select count(*) from (
        select from profile as f where f.person_id = :person_id limit :most) as one)),
    ('skills', (select count(*) from (
        select from profile_skill as s where s.person_id = :person_id limit :most) as one)),
    ('teams', (select count(*) from (select from team_member as m where m.person_id = :person_id limit :most) as one)),
    ('projects', (select count(*) from (
        select from project_member as m where m.person_id = :person_id limit :most) as one)),
    ('hidden_projects', (select count(*) from (
        select from profile_hidden_project as h where h.person_id = :person_id limit :most) as one)),
    ('absences', (select count(*) from (select from leave as l where l.person_id = :person_id limit :most) as one)),
    ('consents', (select count(*) from (select from consent as c where c.person_id = :person_id limit :most) as one)),
    ('visibility', (select count(*) from (
        select from visibility as v where v.person_id = :person_id limit :most) as one)),
    ('mails', (select count(*) from (select from mail_choice as c where c.person_id = :person_id limit :most) as one)),
    ('access', (select count(*) from (select from credential as c where c.person_id = :person_id limit :most) as one)),
    ('who_looked', (select count(*) from (
        select from audit as a
        where (a.subject_id = :person_id or a.subject_id is null and concerns_everybody(a.action))
          and a.actor_id is distinct from :person_id limit :most) as one)),
    ('changes_that_may_be_undone', (select count(*) from (
        select from way_back as w where w.subject_id = :person_id limit :most) as one)),
    ('known_before', (select count(*) from (
        select from known_before as b
        where b.subject_id = :person_id
           or b.subject_id in (select m.id from team_member as m where m.person_id = :person_id) limit :most) as one))
) as found (kind, count);

-- name: given_and_received(person_id, most)
-- What the person and others said and did.
select found.kind, found.count
from (values
    ('kudos_received', (select count(*) from (
        select from kudos as k where k.receiver_id = :person_id::uuid limit :most::bigint) as one)),
    ('kudos_given', (select count(*) from (select from kudos as k where k.giver_id = :person_id limit :most) as one)),
    ('feedback_given', (select count(*) from (
        select from feedback_given_by_me as f where f.person_id = :person_id limit :most) as one)),
    ('asked_of_me', (select count(*) from (select from ask as a where a.giver_id = :person_id limit :most) as one)),
    ('comments_about_me', (select count(*) from (
        select from comments_about_me as c where c.person_id = :person_id limit :most) as one)),
    ('notes_received', (select count(*) from (
        select from note as n where n.receiver_id = :person_id limit :most) as one)),
    ('notes_written', (select count(*) from (
        select from note as n where n.author_id = :person_id limit :most) as one)),
    ('badges', (select count(*) from (
        select from badge_grant as b where b.receiver_id = :person_id limit :most) as one)),
    ('documents', (select count(*) from (
        select from document as d where d.author_id = :person_id limit :most) as one)),
    ('care_tasks', (select count(*) from (
        select from care_task as c where c.owner_id = :person_id limit :most) as one)),
    ('handovers', (select count(*) from (
        select from handover as h where :person_id in (h.from_person_id, h.to_person_id) limit :most) as one)),
    ('signals_recorded', (select count(*) from (
        select from signal as s where s.recorded_by_id = :person_id limit :most) as one)),
    ('contests', (select count(*) from (select from contest as c where c.person_id = :person_id limit :most) as one)),
    ('talks', (select count(*) from (
        select from talk as t where :person_id in (t.lead_id, t.person_id) limit :most) as one))
) as found (kind, count);

-- name: figures(person_id, most)
-- What was reckoned, in every night.
select found.kind, found.count
from (values
    ('scores', (select count(*) from (
        select from scoring_run as r
        join released_score as s on s.run_id = r.id
        where s.subject_id = :person_id::uuid and s.subject_kind = 'person' limit :most::bigint) as one)),
    ('explanations', (select count(*) from (
        select from scoring_run as r
        join released_explanation as e on e.run_id = r.id
        where e.subject_id = :person_id and e.subject_kind = 'person' limit :most) as one)),
    ('places', (select count(*) from (
        select from released_standing as s
        where s.subject_id = :person_id and s.subject_kind = 'person' limit :most) as one)),
    ('levels', (select count(*) from (select from level_step as l where l.person_id = :person_id limit :most) as one)),
    ('stages', (select count(*) from (
        select from scoring_run as r
        join released_stage as s on s.run_id = r.id
        where s.person_id = :person_id limit :most) as one))
) as found (kind, count);
