"""Who calls, and what a row of the authorization matrix says: who may, and what the others are told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

# Who calls. The target is Ben (`self`), his team, his project, what he received and what he owns.
INSIDE = frozenset({
    # Employees: Ben, one of his team, one of another team, and who led Ben and leads nobody any more.
    "self", "colleague", "stranger", "ended_lead",
    # Leads: of Ben's team; of another; of his until yesterday; of a team that he left.
    "lead", "other_lead", "former_lead", "past_lead",
    "hr", "administrator", "service",
})  # fmt: skip
FOREIGN = frozenset({f"foreign_{role}" for role in ("employee", "lead", "hr", "administrator", "service")})
CONTACTS = frozenset({"contact", "unopened", "foreign_contact"})  # the project opened to them; another one; elsewhere
CALLERS = ("anybody", *sorted(INSIDE), *sorted(FOREIGN), *sorted(CONTACTS))

EMPLOYEES = frozenset({"self", "colleague", "stranger", "ended_lead"})
LEADS = frozenset({"lead", "other_lead", "former_lead", "past_lead"})
OFFICE = frozenset({"hr", "administrator", "service"})
ADMINISTRATION = frozenset({"administrator", "service"})
PROJECT_WORK = LEADS | ADMINISTRATION
HIS_PROJECT = {"lead"} | ADMINISTRATION  # who leads Ben now

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
    scope: str = ""  # that a token needs; else the one of its method
    fresh: str = ""  # what is made anew for each request
    lists: tuple[str, frozenset[str] | set[str]] | None = (
        None  # of whatever it shows: this one to these callers, and to nobody else
    )

    @property
    def names(self):
        """Whether it names things that others may own."""
        return self.foreign is not None

    @property
    def wants(self):
        """The scope that a token needs."""
        return self.scope or ("read" if self.method == "GET" else "write")

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
        if caller in self.told:
            return self.told[caller]
        role = caller.removeprefix("foreign_")
        same_role = {"employee": EMPLOYEES, "lead": LEADS}.get(role, {role})
        if self.no == 403 and self.guarded and not same_role & set(self.may):
            return 403
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


def put(path, body, **how):
    """A row of a replacing route."""
    return Row(method="PUT", path=path, body=body, **how)


def page(path, body=None, **how):
    """A row of a form, which leads on to another page."""
    return post(path, body, **{"form": True, "ok": 303} | how)


numbers = count()
A_PERSON_IS_NEEDED = {"service": 409, "foreign_service": 409}


def named(_):
    return {"name": f"Number {next(numbers)}"}


def since(ids):
    return {"person_id": ids["person"], "role": "member", "from_at": next(moment)}
