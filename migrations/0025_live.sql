-- What a page may say at once: new thanks, being asked, a run that is out. To whom, and nothing else, is said to those
-- who listen on `talkoot_live`, when the transaction commits: one word for each person, however many rows there are.

create function tell_receivers() returns trigger
    language plpgsql
as $$
begin
    perform pg_notify('talkoot_live', json_build_array('thanks', organization_id, receiver_id)::text)
    from (select distinct organization_id, receiver_id from added) as told;
    return null;
end $$;

create function tell_asked() returns trigger
    language plpgsql
as $$
begin
    perform pg_notify('talkoot_live', json_build_array('asked', organization_id, giver_id)::text)
    from (select distinct organization_id, giver_id from added) as told;
    return null;
end $$;

create function tell_published() returns trigger
    language plpgsql
as $$
begin
    perform pg_notify('talkoot_live', json_build_array('run', organization_id, null)::text)
    from (select distinct organization_id from added) as told;
    return null;
end $$;

create trigger kudos_told after insert on kudos
    referencing new table as added for each statement execute function tell_receivers();
create trigger ask_told after insert on ask
    referencing new table as added for each statement execute function tell_asked();
create trigger scoring_run_told after insert on scoring_run
    referencing new table as added for each statement execute function tell_published();
