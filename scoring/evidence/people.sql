-- Evidence: the people of the organization, in the columns of the exchange folder.

-- name: rows(words)
select
    p.external_id as person,
    case when :words then p.name end as name,
    case when :words then p.email end as email,
    case when :words then p.title end as title,
    p.role,
    p.joined_at as joined,
    p.left_at as "left"
from person p;
