"""The authorization matrix: for every route and method, who may call it on what, and what the others are told."""

from collections.abc import Callable
from dataclasses import dataclass, field

# Who calls. The target is Ben (`self`), his team, his project, what he received and what he owns.
INSIDE = frozenset({
    "self", "colleague", "stranger",  # employees: Ben, one of his team, one of another team
    # Leads: of Ben's team; of another; of his until yesterday; of a team that he left.
    "lead", "other_lead", "former_lead", "past_lead",
    "hr", "administrator", "service",
})  # fmt: skip
FOREIGN = frozenset({f"foreign_{role}" for role in ("employee", "lead", "hr", "administrator", "service")})
CONTACTS = frozenset({"contact", "unopened", "foreign_contact"})  # the project opened to them; another one; elsewhere
CALLERS = ("anybody", *sorted(INSIDE), *sorted(FOREIGN), *sorted(CONTACTS))

EMPLOYEES = frozenset({"self", "colleague", "stranger"})
LEADS = frozenset({"lead", "other_lead", "former_lead", "past_lead"})
OFFICE = frozenset({"hr", "administrator", "service"})
ADMINISTRATION = frozenset({"administrator", "service"})
PROJECT_WORK = LEADS | ADMINISTRATION
HIS_PROJECT = {"lead"} | ADMINISTRATION  # who leads Ben now

DESCRIBED = (
    "",
    "/elements",
    "/oauth2-redirect.html",
    "/openapi.json",
    "/openapi.yaml",
    "/openapi.yml",
    "/rapidoc",
    "/redoc",
    "/swagger",
)

moment = (
    f"2026-02-{day:02}T{hour:02}:{minute:02}:00Z" for day in range(1, 29) for hour in range(24) for minute in range(60)
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One route and method: who is not in `may` is told `no`; who asks for others' things, `foreign`."""

    method: str
    path: str
    may: frozenset[str] | set[str] = INSIDE
    ok: int = 200
    no: int = 403
    foreign: int | None = None  # None: it names nothing, so everybody sees their own
    contacts: dict[str, int] = field(default_factory=dict)  # else 403
    told: dict[str, int] = field(default_factory=dict)  # who is told something else
    open: bool = False  # to everybody, without a credential
    visible: bool = False  # what is refused may be read by the same caller, so absence may look different
    guarded: bool = True  # a role that nobody in `may` has is refused before anything is looked up
    body: Callable[..., dict] | None = None  # of the ids of the target
    form: bool = False
    query: Callable[..., dict] | None = None
    fresh: str = ""  # what is made anew for each request

    @property
    def names(self):
        """Whether it names things that others may own."""
        return self.foreign is not None

    def expected(self, caller):
        """The status that a caller is due."""
        if self.open:
            return self.ok
        if caller == "anybody":
            return 401
        if caller in CONTACTS:
            return self.contacts.get(caller, 403)
        if caller in FOREIGN:
            return self._expected_elsewhere(caller)
        return self.told.get(caller, self.ok) if caller in self.may else self.told.get(caller, self.no)

    def _expected_elsewhere(self, caller):
        role = caller.removeprefix("foreign_")
        same_role = {"employee": EMPLOYEES, "lead": LEADS}.get(role, {role})
        if self.no == 403 and self.guarded and not same_role & set(self.may):
            return 403
        if caller in self.told:
            return self.told[caller]
        return self.ok if self.foreign is None else self.foreign


def get(path, **how):
    """A row of a reading route."""
    return Row(method="GET", path=path, **how)


def post(path, body=None, **how):
    """A row of a writing route."""
    return Row(method="POST", path=path, body=body, **{"ok": 201} | how)


def patch(path, body, **how):
    """A row of a changing route."""
    return Row(method="PATCH", path=path, body=body, **how)


NAME = {"name": "The same"}
A_PERSON_IS_NEEDED = {"service": 409, "foreign_service": 409}


def named(_):
    return NAME


def since(ids):
    return {"person_id": ids["person"], "role": "member", "from_at": next(moment)}


ROWS = [
    # Without a credential.
    get("/api/docs", open=True),
    get("/api/docs/{name:str}", open=True),
    get("/api/openapi.json", open=True),
    get("/health/live", open=True),
    get("/health/ready", open=True),
    get("/sign-in", open=True),
    post(
        "/sign-in",
        lambda ids: {"organization_id": ids["organization"], "person_id": ids["person"]},
        open=True,
        form=True,
        ok=404,
    ),
    post("/language", lambda _: {"language": "en"}, open=True, form=True, ok=303),
    get("/static/{digest:str}/{name:str}", open=True, ok=404),
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
    # Thanks, feedback, badges, care.
    get("/api/kudos"),
    post(
        "/api/kudos",
        lambda ids: {"receiver_id": ids["person"], "message": "Thank you"},
        may=INSIDE,
        told={"self": 409, "service": 409, "foreign_service": 409},
        foreign=422,
    ),
    post(
        "/api/kudos/{kudos_id:uuid}/hide",
        may={"self"},
        ok=204,
        no=404,
        told=A_PERSON_IS_NEEDED,
        foreign=404,
        fresh="kudos",
    ),
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
    # Scores.
    get("/api/boards"),
    get("/api/boards/{board:str}"),
    get("/api/people/{person_id:uuid}/standing", may={"self", "lead"} | OFFICE, no=404, foreign=404),
    get("/api/scoring/runs", may=OFFICE),
    post("/api/scoring/runs", may=OFFICE, ok=202, fresh="run"),
    get("/api/scoring/runs/{run_id:uuid}", may=OFFICE, foreign=404),
    get("/metrics", may=ADMINISTRATION),
    # Pages.
    get("/", told=A_PERSON_IS_NEEDED),
    get("/boards"),
    get("/boards/{board:str}"),
    get("/people/suggest", query=lambda _: {"q": "b"}, told=A_PERSON_IS_NEEDED),
    get("/people/{person_id:uuid}", foreign=404),
    get("/kudos/new", query=lambda ids: {"to": ids["person"]}, told=A_PERSON_IS_NEEDED),
    post(
        "/kudos/new",
        lambda ids: {"key": ids["key"], "to_id": ids["person"], "message": "Thank you"},
        form=True,
        ok=303,
        told={"self": 422} | A_PERSON_IS_NEEDED,
        foreign=422,
    ),
    post(
        "/kudos/{kudos_id:uuid}/undo",
        form=True,
        may={"colleague"},
        ok=303,
        no=404,
        told=A_PERSON_IS_NEEDED,
        foreign=404,
        fresh="kudos",
    ),
    post("/sign-out", form=True, ok=303, fresh="token"),
    # The framework's own description of the API.
    *(get(f"/schema{one}") for one in DESCRIBED),
    get("/schema/{path:str}", ok=404),
]
