-- How many voices are told must not say more once a policy has raised k: figures shown before stay, so with new steps
-- beside the old ones "3 or more" would have meant exactly those 5 who were needed then.

-- Steps begin at the least k there ever was, are multiples of it, and so wide that k numbers or more are in each of them
-- at which a figure may be shown today. Where k never changed, they are steps of k as before.
create or replace function voices_told(voices float8, on_dimension text, policy jsonb) returns float8
    language sql stable
    begin atomic
        select case
            when on_dimension <> 'quality' and not exists (
                select from criterion as c where on_dimension in (c.external_id, 'criterion:' || c.external_id)) then voices
            when voices < 0.5 then 0
            when voices < t.least then 1
            when voices < t.first then t.least
            else t.first + t.step * greatest(
                0, least(floor((voices - t.first) / t.step), floor((t.others - t.first) / t.step) - 1)) end
        from (
            select b.first, b.step, b.least, (
                select count(*) - 1
                from (
                    select from person as p
                    where p.left_at is null or p.left_at > statement_timestamp()
                    limit (b.first + (floor(greatest(voices - b.first, 0) / b.step) + 2) * b.step)::bigint + 1) as enough
                ) as others
            from (
                select a.first, a.least, a.first * ceil((2 * a.k - a.first) / a.first) as step
                from (
                    select k.now as k, least(k.now, (
                            select min(coalesce((p.policy ->> 'k')::float8, 5)) from scoring_policy as p)) as first,
                        coalesce((policy ->> 'minimum_voices')::float8, 3) as least
                    from (select coalesce((policy ->> 'k')::float8, 5) as now) as k
                    offset 0) as a  -- worked out once: pulled up, the policies would be read for each time it is named
                offset 0) as b
        ) as t;
    end;
