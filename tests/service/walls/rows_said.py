"""Rows of what people say of one another: thanks, feedback and its rounds, notes, badges, care."""

from datetime import UTC, datetime, timedelta

from tests.service.walls.row import (
    A_PERSON_IS_NEEDED,
    HIS_PROJECT,
    INSIDE,
    LEADS,
    OFFICE,
    get,
    moment,
    post,
)

SOON = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()
HIS = {"may": {"self"}, "no": 404, "told": A_PERSON_IS_NEEDED, "foreign": 404}  # Ben's alone
OF_TWO = HIS | {"may": {"self", "colleague"}}  # written by a colleague to Ben

ROWS = [
    get("/api/kudos"),
    get("/api/kudos/hidden", told=A_PERSON_IS_NEEDED, fresh="hidden", lists=("hidden", {"self"})),
    post(
        "/api/kudos",
        lambda ids: {"receiver_id": ids["person"], "message": "Thank you"},
        may=INSIDE,
        told={"self": 409, "service": 409, "foreign_service": 409},
        foreign=422,
    ),
    post(
        "/api/kudos/{kudos_id:uuid}/undo",
        may={"colleague"},
        ok=204,
        no=404,
        told=A_PERSON_IS_NEEDED,
        foreign=404,
        fresh="kudos",
    ),
    post("/api/kudos/{kudos_id:uuid}/hide", **HIS, ok=204, fresh="kudos"),
    post("/api/kudos/{kudos_id:uuid}/show", **HIS, ok=204, fresh="kudos"),
    post(
        "/api/feedback",
        lambda ids: {"receiver_id": ids["person"], "ratings": {"collaboration": 4}},
        told={"self": 409} | A_PERSON_IS_NEEDED,
        foreign=422,
    ),
    get("/api/criteria"),
    get("/api/badges"),
    post(
        "/api/badges/{badge:str}/grants",
        lambda ids: {"receiver_id": ids["person"]},
        may=LEADS | OFFICE,
        told=A_PERSON_IS_NEEDED,
        foreign=422,
    ),
    get("/api/badges/grants", query=lambda ids: {"receiver_id": ids["person"]}),
    get("/api/care-tasks"),
    post(
        "/api/care-tasks",
        lambda ids: {"project_id": ids["project"], "owner_id": ids["person"], "kind": "3m", "due_at": next(moment)},
        may=HIS_PROJECT,
        foreign=422,
        visible=True,
    ),
    post(
        "/api/care-tasks/{task_id:uuid}/done",
        lambda _: {"outcome": "well"},
        may={"self"} | HIS_PROJECT,
        ok=200,
        foreign=404,
        visible=True,
        guarded=False,
        fresh="task",
    ),
    # What Ben is asked about a colleague, in a round that is open.
    get("/api/asks", told=A_PERSON_IS_NEEDED, fresh="ask", lists=("ask", {"self"})),
    get("/api/asks/{ask_id:uuid}", **HIS, fresh="ask"),
    post("/api/asks/{ask_id:uuid}/answer", lambda _: {"ratings": {"collaboration": 4}}, **HIS, fresh="ask"),
    post("/api/asks/{ask_id:uuid}/decline", **HIS, fresh="ask"),
    post("/api/asks/{ask_id:uuid}/undo", **HIS, fresh="ask"),
    get("/api/feedback/heard", told=A_PERSON_IS_NEEDED, fresh="words", lists=("words", {"self"})),
    get("/api/rounds", may=OFFICE, fresh="round", lists=("round", OFFICE)),
    get("/api/rounds/{round_id:uuid}", may=OFFICE, foreign=404),
    post("/api/rounds", lambda _: {"closes_on": SOON}, may=OFFICE, fresh="no round"),
    post("/api/rounds/{round_id:uuid}/close", may=OFFICE, foreign=404, fresh="round"),
    post("/api/rounds/{round_id:uuid}/remind", may=OFFICE, foreign=404, fresh="round"),
    # Signed notes.
    get("/api/notes", told=A_PERSON_IS_NEEDED, fresh="note", lists=("note", {"self"})),
    post(
        "/api/notes",
        lambda ids: {"receiver_id": ids["person"], "message": "You explained it well"},
        told={"self": 409} | A_PERSON_IS_NEEDED,
        foreign=422,
    ),
    post("/api/notes/{note_id:uuid}/hide", **OF_TWO, ok=204),
    post("/api/notes/{note_id:uuid}/show", **OF_TWO, ok=204),
]
