-- Evidence: the customers and partners.

-- name: rows(words)
select c.external_id as customer, case when :words then c.name end as name
from customer c;
