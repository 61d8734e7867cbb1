-- Evidence: the criteria of feedback.

-- name: rows(words)
select
    c.external_id as criterion,
    case when :words then c.name end as name,
    case when :words then c.meaning end as meaning
from criterion c;
