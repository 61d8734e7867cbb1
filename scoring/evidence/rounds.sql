-- Evidence: the rounds of feedback.

-- name: rows()
select r.external_id as round, r.opened_at as opened, r.closed_at as closed
from feedback_round r;
