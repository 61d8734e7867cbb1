-- What the pages of the policy name: who published.

-- name: named(people)
select p.id, p.name from person as p where p.id = any (:people::uuid[]);
