-- The demo: how far an earlier start got.

-- name: runs()
select count(*)::int from scoring_run;
