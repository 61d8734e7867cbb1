-- My data: everything that is kept about one person and is theirs to have, a section a query, each row an object.

-- name: profile(person_id, most)
select jsonb_build_object('id', p.id, 'external_id', p.external_id, 'name', p.name, 'email', p.email, 'title', p.title,
    'role', p.role, 'joined_at', p.joined_at, 'left_at', p.left_at, 'language', p.language)
from person as p where p.id = :person_id limit :most;

-- name: teams(person_id, most)
select jsonb_build_object('team', t.name, 'role', m.role, 'from_at', m.from_at, 'to_at', m.to_at)
from team_member as m join team as t on t.id = m.team_id
where m.person_id = :person_id order by m.from_at, m.id limit :most;

-- name: projects(person_id, most)
select jsonb_build_object('project', j.name, 'kind', j.kind, 'role', m.role, 'share', m.share,
    'from_at', m.from_at, 'to_at', m.to_at)
from project_member as m join project as j on j.id = m.project_id
where m.person_id = :person_id order by j.started_at, m.id limit :most;

-- name: absences(person_id, most)
select jsonb_build_object('from_at', l.from_at, 'to_at', l.to_at)
from leave as l where l.person_id = :person_id order by l.from_at limit :most;

-- name: consents(person_id, most)
select jsonb_build_object('source', c.source, 'given', c.given, 'at', c.at, 'reason', c.reason)
from consent as c where c.person_id = :person_id order by c.at, c.id limit :most;

-- name: visibility(person_id, most)
select jsonb_build_object('on_boards', v.shown, 'since', v.changed_at)
from visibility as v where v.person_id = :person_id limit :most;

-- name: kudos_received(person_id, most)
select jsonb_build_object('id', k.id, 'from', g.name, 'project', j.name, 'message', k.message, 'at', k.at, 'counts_no_more',
    exists (select from retraction as r where r.kudos_id = k.id and r.undone_at is null))
from kudos as k join person as g on g.id = k.giver_id left join project as j on j.id = k.project_id
where k.receiver_id = :person_id order by k.at, k.id limit :most;

-- name: kudos_given(person_id, most)
select jsonb_build_object('id', k.id, 'to', p.name, 'project', j.name, 'message', k.message, 'at', k.at)
from kudos as k join person as p on p.id = k.receiver_id left join project as j on j.id = k.project_id
where k.giver_id = :person_id order by k.at, k.id limit :most;

-- name: feedback_given(person_id, most)
select to_jsonb(f) - 'person_id'
from feedback_given_by_me as f where f.person_id = :person_id order by f.at limit :most;

-- name: comments_about_me(person_id, most)
-- In the order of their letters, which tells nothing of when or by whom.
select jsonb_build_object('comment', c.comment)
from comments_about_me as c where c.person_id = :person_id order by c.comment limit :most;

-- name: badges(person_id, most)
select jsonb_build_object('badge', b.badge, 'project', j.name, 'at', b.at)
from badge_grant as b left join project as j on j.id = b.project_id
where b.receiver_id = :person_id order by b.at, b.id limit :most;

-- name: documents(person_id, most)
select jsonb_build_object('title', d.title, 'project', j.name, 'at', d.at)
from document as d join project as j on j.id = d.project_id
where d.author_id = :person_id order by d.at, d.id limit :most;

-- name: care_tasks(person_id, most)
select jsonb_build_object('project', j.name, 'kind', c.kind, 'due_at', c.due_at, 'done_at', c.done_at, 'outcome', c.outcome)
from care_task as c join project as j on j.id = c.project_id
where c.owner_id = :person_id order by c.due_at, c.id limit :most;

-- name: handovers(person_id, most)
select jsonb_build_object('project', j.name, 'from', f.name, 'to', t.name, 'at', h.at, 'accepted_at', h.accepted_at,
    'rating', h.rating)
from handover as h join project as j on j.id = h.project_id
join person as f on f.id = h.from_person_id join person as t on t.id = h.to_person_id
where :person_id in (h.from_person_id, h.to_person_id) order by h.at, h.id limit :most;

-- name: signals_recorded(person_id, most)
select jsonb_build_object('project', j.name, 'kind', s.kind, 'aspect', s.aspect, 'value', s.value, 'comment', s.comment,
    'at', s.at)
from signal as s join project as j on j.id = s.project_id
where s.recorded_by_id = :person_id order by s.at, s.id limit :most;

-- name: scores(person_id, most)
-- Every night's; the newest first, should there be more than fit.
select jsonb_build_object('as_of', r.as_of, 'dimension', s.dimension, 'estimate', s.estimate, 'sd', s.sd, 'low', s.low,
    'high', s.high, 'voices', voices_told(s.evidence, s.dimension, p.policy))
from released_score as s join scoring_run as r on r.id = s.run_id join scoring_policy as p on p.id = r.policy_id
where s.subject_id = :person_id and s.subject_kind = 'person' order by r.as_of desc, s.dimension limit :most;

-- name: explanations(person_id, most)
select jsonb_build_object('as_of', r.as_of, 'dimension', e.dimension, 'source', e.source, 'project', j.name,
    'amount', e.amount)
from released_explanation as e join scoring_run as r on r.id = e.run_id left join project as j on j.id = e.project_id
where e.subject_id = :person_id and e.subject_kind = 'person' order by r.as_of desc, e.dimension, e.source limit :most;

-- name: places(person_id, most)
select jsonb_build_object('as_of', r.as_of, 'board', s.board, 'scope', s.scope, 'period', s.period,
    'score', s.score, 'low', s.low, 'high', s.high, 'gathering_evidence', s.provisional)
from released_standing as s join scoring_run as r on r.id = s.run_id
where s.subject_id = :person_id and s.subject_kind = 'person' order by r.as_of desc, s.board limit :most;

-- name: levels(person_id, most)
select jsonb_build_object('level', l.level, 'at', l.at)
from level_step as l where l.person_id = :person_id order by l.at limit :most;

-- name: stages(person_id, most)
select jsonb_build_object('as_of', r.as_of, 'project', j.name, 'colleagues', s.colleagues, 'customer', s.customer,
    'left_behind', s.left_behind)
from released_stage as s join scoring_run as r on r.id = s.run_id join project as j on j.id = s.project_id
where s.person_id = :person_id order by r.as_of desc, j.id limit :most;

-- name: contests(person_id, most)
select jsonb_build_object('dimension', c.dimension, 'words', c.words, 'opened_at', c.opened_at, 'due_at', c.due_at,
    'decision', c.decision, 'reasons', c.reasons, 'decided_at', c.decided_at)
from contest as c where c.person_id = :person_id order by c.opened_at, c.id limit :most;

-- name: access(person_id, most)
select jsonb_build_object('kind', c.kind, 'role', c.role, 'name', c.name, 'created_at', c.created_at,
    'expires_at', c.expires_at, 'revoked_at', c.revoked_at)
from credential as c where c.person_id = :person_id order by c.created_at, c.id limit :most;

-- name: who_looked(person_id, most)
select jsonb_build_object('at', a.at, 'role', a.role, 'action', a.action, 'purpose', a.purpose)
from audit as a
where (a.subject_id = :person_id or a.subject_id is null and concerns_everybody(a.action))
  and a.actor_id is distinct from :person_id
order by a.at desc, a.id limit :most;

-- name: notes_received(person_id, most)
select jsonb_build_object('from', p.name, 'message', n.message, 'at', n.at, 'hidden', n.hidden_by_receiver)
from note as n join person as p on p.id = n.author_id
where n.receiver_id = :person_id order by n.at, n.id limit :most;

-- name: notes_written(person_id, most)
select jsonb_build_object('to', p.name, 'message', n.message, 'at', n.at, 'hidden', n.hidden_by_author)
from note as n join person as p on p.id = n.receiver_id
where n.author_id = :person_id order by n.at, n.id limit :most;

-- name: asked_of_me(person_id, most)
select jsonb_build_object('about', p.name, 'declined_at', a.declined_at, 'answered', a.answered,
    'not_taken_in_yet', (select to_jsonb(h.ratings) from held_answer as h where h.ask_id = a.id))
from ask as a join person as p on p.id = a.receiver_id
where a.giver_id = :person_id order by a.id limit :most;

-- name: own_profile(person_id, most)
select jsonb_build_object('words', f.words, 'responsibilities', f.responsibilities, 'background', f.background,
    'education', f.education, 'wish', f.wish, 'takes_part', f.takes_part, 'changed_at', f.changed_at,
    'before_the_last_change', f.before)
from profile as f where f.person_id = :person_id limit :most;

-- name: skills(person_id, most)
select jsonb_build_object('skill', s.skill)
from profile_skill as s where s.person_id = :person_id order by s.place limit :most;

-- name: hidden_projects(person_id, most)
select jsonb_build_object('project', j.name)
from profile_hidden_project as h join project as j on j.id = h.project_id
where h.person_id = :person_id order by j.id limit :most;

-- name: mails(person_id, most)
select jsonb_build_object('kind', c.kind, 'wanted', c.wanted)
from mail_choice as c where c.person_id = :person_id order by c.kind limit :most;

-- name: talks(person_id, most)
-- That leads recorded one with them, or they one with somebody; of what was said nothing is kept.
select jsonb_build_object('recorded_by', l.name, 'with', p.name, 'on', t.held_on)
from talk as t join person as l on l.id = t.lead_id join person as p on p.id = t.person_id
where :person_id in (t.lead_id, t.person_id) order by t.held_on, t.id limit :most;

-- name: changes_that_may_be_undone(person_id, most)
-- What administrators changed of the person, until the night.
select jsonb_build_object('what', w.kind, 'at', w.at, 'before', w.before, 'after', w.after)
from way_back as w where w.subject_id = :person_id order by w.at, w.id limit :most;

-- name: known_before(person_id, most)
-- As what exports taken again still tell of the person: how they were known before a correction.
select b.was || jsonb_build_object('what', b.kind, 'until', b.until_at)
from known_before as b
where b.subject_id = :person_id
   or b.subject_id in (select m.id from team_member as m where m.person_id = :person_id)
order by b.until_at, b.id limit :most;
