"""Rows of boards, standings, runs and policies."""

from tests.service.walls.row import ADMINISTRATION, OFFICE, get, post

ROWS = [
    get("/api/boards"),
    get("/api/boards/{board:str}"),
    get("/api/people/{person_id:uuid}/standing", may={"self", "lead"} | OFFICE, no=404, foreign=404),
    get("/api/scoring/runs", may=OFFICE),
    post("/api/scoring/runs", may=OFFICE, ok=202, fresh="run"),
    get("/api/scoring/runs/{run_id:uuid}", may=OFFICE, foreign=404),
    get("/metrics", may=ADMINISTRATION),
    # Policies.
    get("/api/policies", may=OFFICE),
    get("/api/policies/rules", may=OFFICE),
    get("/api/policies/{number:int}", may=OFFICE),
    post("/api/policies/previews", lambda _: {"changes": {"k": 6}}, may=OFFICE, ok=202, fresh="run"),
    get("/api/policies/previews/{preview_id:uuid}", may=OFFICE, foreign=404),
    post(
        "/api/policies",
        lambda ids: {"preview_id": ids["preview"]},
        may=OFFICE,
        foreign=404,
        fresh="preview",
    ),
]
