"""Rows of rights: consents, contests, what is kept about somebody, and who looked."""

from tests.service.walls.row import A_PERSON_IS_NEEDED, OFFICE, get, patch, post, put
from tests.service.walls.rows_said import HIS

OF_MEMBERS = HIS | {"may": {"self", "lead"}}  # who take part in Ben's project, each in their own history
PERSONNEL = {"hr", "administrator"}
REVIEWERS = {"hr", "stranger"}  # HR, and whom HR named for what Ben contests
WANTED = {"what": "people", "format": "csv", "purpose": "personnel"}
REJECTED = {"decision": "rejected", "reasons": "It is about you"}

ROWS = [
    get("/api/me/consents", told=A_PERSON_IS_NEEDED),
    patch("/api/me/consents", lambda _: {"on_boards": True}, told=A_PERSON_IS_NEEDED),
    patch("/api/consents/preset", lambda _: {"preset": "fi"}, may=PERSONNEL),
    patch("/api/people/me", lambda _: {"title": "Expert"}, told=A_PERSON_IS_NEEDED),
    # Profiles: everybody's to read, one's own to write; and which mails one wants.
    get("/api/people/{person_id:uuid}/profile", foreign=404),
    put("/api/me/profile", lambda _: {"words": "I like boats"}, told=A_PERSON_IS_NEEDED),
    post("/api/me/profile/undo", ok=200, told=A_PERSON_IS_NEEDED),
    post("/api/me/profile/projects/{project_id:uuid}/hide", ok=204, **OF_MEMBERS),
    post("/api/me/profile/projects/{project_id:uuid}/show", ok=204, **OF_MEMBERS),
    get("/api/me/mails", told=A_PERSON_IS_NEEDED),
    patch("/api/me/mails", lambda _: {"thanks": True}, told=A_PERSON_IS_NEEDED),
    get("/api/me/data", told=A_PERSON_IS_NEEDED, fresh="kudos", lists=("kudos", {"self", "colleague"})),
    get("/api/me/looks", told=A_PERSON_IS_NEEDED),
    get("/api/audit", may={"hr"}),
    get("/api/audit/export", may={"hr"}),
    # Ben contests thanks; a stranger was named to decide.
    get("/api/me/contests", told=A_PERSON_IS_NEEDED, fresh="contest", lists=("contest", {"self"})),
    get("/api/contests", told=A_PERSON_IS_NEEDED, lists=("contest", REVIEWERS)),
    post(
        "/api/contests",
        lambda ids: {"words": "It was not me", "evidence": "kudos", "evidence_id": ids["kudos"]},
        may={"self"},
        no=404,
        told=A_PERSON_IS_NEEDED,
        foreign=404,
        fresh="kudos",
    ),
    get("/api/contests/{contest_id:uuid}", may={"self"} | REVIEWERS, no=404, foreign=404),
    post(
        "/api/contests/{contest_id:uuid}/withdrawal",
        may={"self"},
        ok=200,
        no=404,
        told={"service": 409},
        foreign=404,
        fresh="contest",
    ),
    put(
        "/api/contests/{contest_id:uuid}/reviewer",
        lambda ids: {"reviewer_id": ids["reviewer"]},
        may={"hr"},
        # Administrators, as long as HR has somebody who decides.
        told={"administrator": 404, **dict.fromkeys(("foreign_employee", "foreign_lead", "foreign_service"), 403)},
        foreign=404,
        guarded=False,
    ),
    post(
        "/api/contests/{contest_id:uuid}/decision",
        lambda _: REJECTED,
        may=REVIEWERS,
        ok=200,
        no=404,
        told={"self": 403},
        foreign=404,
        visible=True,
        fresh="contest",
    ),
    # Exports: a token needs the scope for them, where something is taken out.
    get("/api/exports", may=OFFICE, fresh="export", lists=("export", OFFICE)),
    post("/api/exports", lambda _: WANTED, may=OFFICE, scope="export"),
    get("/api/exports/{export_id:uuid}", may=OFFICE, foreign=404, fresh="export"),
    get("/api/exports/{export_id:uuid}/file", may=OFFICE, foreign=404, fresh="export", scope="export"),
]
