-- When a project became known, so that an export taken again holds the projects that it held the first time.
-- Projects from before this migration were known always: earlier exports keep them.
alter table project add column recorded_at timestamptz not null default '-infinity';
alter table project alter column recorded_at set default now();
