"""Rows of people, teams, customers, projects and surveys."""

from tests.service.walls.row import (
    ADMINISTRATION,
    CONTACTS,
    HIS_PROJECT,
    LEADS,
    OFFICE,
    PROJECT_WORK,
    get,
    moment,
    named,
    patch,
    post,
    since,
)

HIS_CUSTOMERS = {"lead"} | OFFICE

ROWS = [
    # People and teams.
    get("/api/people"),
    get("/api/people/{person_id:uuid}", foreign=404),
    post("/api/people", named, may=ADMINISTRATION),
    patch("/api/people/{person_id:uuid}", lambda _: {"title": "Expert"}, may=ADMINISTRATION, foreign=404),
    get("/api/teams"),
    get("/api/teams/{team_id:uuid}", foreign=404),
    post("/api/teams", named, may=ADMINISTRATION),
    patch("/api/teams/{team_id:uuid}", named, may=ADMINISTRATION, foreign=404),
    get("/api/teams/{team_id:uuid}/members", foreign=404),
    post(
        "/api/teams/{team_id:uuid}/members/{member_id:uuid}/role",
        lambda _: {"role": "lead"},
        may=ADMINISTRATION,
        foreign=404,
        fresh="team_member",
    ),
    post("/api/teams/{team_id:uuid}/members", since, may=ADMINISTRATION, foreign=404),
    patch(
        "/api/teams/{team_id:uuid}/members/{member_id:uuid}", lambda _: {"to_at": None}, may=ADMINISTRATION, foreign=404
    ),
    # Customers and what they say.
    get("/api/customers"),
    get("/api/customers/{customer_id:uuid}", foreign=404),
    post("/api/customers", named, may=ADMINISTRATION),
    patch("/api/customers/{customer_id:uuid}", named, may=ADMINISTRATION, foreign=404),
    get("/api/contacts"),
    get("/api/contacts/{contact_id:uuid}", foreign=404),
    post("/api/contacts", lambda ids: {"customer_id": ids["customer"]}, may=ADMINISTRATION, foreign=422),
    patch("/api/contacts/{contact_id:uuid}", lambda _: {"role": "Buyer"}, may=ADMINISTRATION, foreign=404),
    get("/api/projects/{project_id:uuid}/signals", foreign=404),
    post(
        "/api/projects/{project_id:uuid}/signals",
        lambda _: {"kind": "call", "words": "Good"},
        may={"self"} | LEADS | OFFICE,
        foreign=404,
        visible=True,
    ),
    # Projects.
    get("/api/projects"),
    get("/api/projects/{project_id:uuid}", foreign=404),
    post(
        "/api/projects",
        lambda ids: {"name": "New", "kind": "delivery", "customer_id": ids["customer"]},
        may=PROJECT_WORK,
        foreign=422,
    ),
    patch("/api/projects/{project_id:uuid}", named, may=HIS_PROJECT, foreign=404, visible=True),
    get("/api/projects/{project_id:uuid}/members", foreign=404),
    post(
        "/api/projects/{project_id:uuid}/members",
        lambda ids: {"person_id": ids["person"], "from_at": next(moment)},
        may=HIS_PROJECT,
        foreign=404,
        visible=True,
    ),
    patch(
        "/api/projects/{project_id:uuid}/members/{member_id:uuid}",
        lambda _: {"share": 1.0},
        may=HIS_PROJECT,
        foreign=404,
        visible=True,
    ),
    get("/api/projects/{project_id:uuid}/openings", may=PROJECT_WORK, foreign=404),
    post(
        "/api/projects/{project_id:uuid}/openings",
        lambda ids: {"contact_id": ids["contact"]},
        may=HIS_PROJECT,
        foreign=404,
        visible=True,
        fresh="contact",
    ),
    post(
        "/api/projects/{project_id:uuid}/openings/{opening_id:uuid}/close",
        may=HIS_PROJECT,
        ok=200,
        foreign=404,
        visible=True,
        fresh="opening",
    ),
    get("/api/opened-projects", may=set(), contacts=dict.fromkeys(CONTACTS, 200)),
    get(
        "/api/opened-projects/{project_id:uuid}",
        may=set(),
        contacts={"contact": 200, "unopened": 404, "foreign_contact": 404},
        foreign=404,
    ),
    get(
        "/api/opened-projects/{project_id:uuid}/signals",
        may=set(),
        contacts={"contact": 200, "unopened": 404, "foreign_contact": 404},
        foreign=404,
    ),
    # Surveys.
    get("/api/projects/{project_id:uuid}/surveys", may=HIS_CUSTOMERS, foreign=404, visible=True),
    post(
        "/api/projects/{project_id:uuid}/surveys",
        lambda ids: {"contact_id": ids["contact"]},
        may=HIS_CUSTOMERS,
        foreign=404,
        visible=True,
        fresh="contact",
    ),
    post(
        "/api/surveys/{survey_id:uuid}/link",
        may=OFFICE,
        foreign=404,
    ),
    post("/api/contacts/{contact_id:uuid}/page-link", may=OFFICE, foreign=404),
]
