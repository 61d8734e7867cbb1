"""The authorization matrix: for every route and method, who may call it on what, and what the others are told."""

from tests.service.walls import (
    rows_access,
    rows_lead,
    rows_office,
    rows_pages,
    rows_rights,
    rows_said,
    rows_scores,
    rows_work,
)

ROWS = [
    *rows_access.ROWS,
    *rows_work.ROWS,
    *rows_said.ROWS,
    *rows_rights.ROWS,
    *rows_scores.ROWS,
    *rows_pages.ROWS,
    *rows_lead.ROWS,
    *rows_office.ROWS,
]
