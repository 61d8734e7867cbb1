-- A contest may be taken back by who opened it, as long as nobody has decided; it stays, with that day.

alter table contest
    drop constraint contest_decision_check,
    add constraint contest_decision_check check (decision in ('upheld', 'rejected', 'withdrawn'));
