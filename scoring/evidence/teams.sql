-- Evidence: the teams and the departments they belong to.

-- name: rows(words)
select t.external_id as team, case when :words then t.name end as name, t.department
from team t;
