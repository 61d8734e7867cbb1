-- Runs of scoring, on the page of those who operate them.

-- name: runs(nightly, requested, most)
-- What was asked for and what nights did, newest first, also what waits, is at work or failed.
select s.moment, s.job = :nightly as of_night, asker.name as asked_by, s.state, s.attempts > 0 as tried, s.error,
    r.published_at, r.seconds, p.version as policy_version
from slot as s
left join scoring_run as r on r.job = s.job and r.slot_key = s.key
left join scoring_policy as p on p.id = r.policy_id
left join person as asker on asker.id = s.requested_by_id
where s.job in (:nightly, :requested) and s.state <> 'skipped'
order by s.moment desc, s.key desc
limit :most;
