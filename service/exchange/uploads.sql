-- Uploaded exchange folders; what was sent is read by the worker alone.
-- owns: import_upload

-- name: insert(content, uploaded_by_id)
insert into import_upload (content, uploaded_by_id) values (:content, :uploaded_by_id) returning id;

-- name: busy()
-- Those that a worker has before it.
select count(*)
from import_upload as u
join slot as s on s.job in ('import_check', 'import_load') and s.key = u.id::text and s.state in ('due', 'running')
where u.state in ('checking', 'loading');

-- name: upload(id)
-- Given up by every worker, it has failed.
select u.id, u.uploaded_at, p.name as uploaded_by,
    case when u.state in ('checking', 'loading') and not exists (
        select from slot as s
        where s.job in ('import_check', 'import_load') and s.key = u.id::text and s.state in ('due', 'running')
    ) then 'failed' else u.state end as state,
    u.doing, u.done_rows, u.all_rows, u.told, u.finished_at
from import_upload as u
left join person as p on p.id = u.uploaded_by_id
where u.id = :id;

-- name: uploads(most)
select u.id, u.uploaded_at, p.name as uploaded_by,
    case when u.state in ('checking', 'loading') and not exists (
        select from slot as s
        where s.job in ('import_check', 'import_load') and s.key = u.id::text and s.state in ('due', 'running')
    ) then 'failed' else u.state end as state,
    u.doing, u.done_rows, u.all_rows, u.told, u.finished_at
from import_upload as u
left join person as p on p.id = u.uploaded_by_id
order by u.uploaded_at desc, u.id desc
limit :most;

-- name: confirm(id)!
update import_upload set state = 'loading' where id = :id and state = 'checked';

-- name: leave(id)!
update import_upload set state = 'left', content = null, finished_at = statement_timestamp()
where id = :id and state = 'checked';

-- name: content(id, state)
select content, uploaded_by_id from import_upload where id = :id and state = :state and content is not null;

-- name: tell(id, doing, done_rows, all_rows)!
update import_upload set doing = :doing, done_rows = :done_rows, all_rows = :all_rows where id = :id;

-- name: conclude(id, state, told)!
-- What was sent stays only where it waits to be confirmed.
update import_upload
set state = :state, told = :told, doing = null, finished_at = statement_timestamp(),
    content = case when :state = 'checked' then content end
where id = :id;

-- name: forget(before)!
-- Confirmed by nobody, or failed; and the names in what somebody left.
update import_upload
set state = 'left', told = told - 'names', content = null,
    finished_at = case when content is null then finished_at else statement_timestamp() end
where (content is not null or state = 'left' and told ? 'names') and uploaded_at < :before;
