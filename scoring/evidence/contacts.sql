-- Evidence: people at customers, and whether anyone of ours knew them.

-- name: rows(words)
select
    n.external_id as contact,
    c.external_id as customer,
    case when :words then n.name end as name,
    case when :words then n.email end as email,
    n.role,
    n.known::integer as known,
    n.channel,
    n.rhythm,
    n.language
from contact n
join customer c on c.id = n.customer_id;
