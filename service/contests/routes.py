"""Contests over HTTP; deciding is a flow (service/flows), because what is upheld becomes a retraction."""

from uuid import UUID

from litestar import Router, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from service.base.access import Role, require_role
from service.base.paging import BY_DUE, LIMIT, Order
from service.base.web import AUDITED, After, Cut, Limit, Me, Page, Tx, page
from service.contests import actions
from service.contests.actions import sql
from service.contests.model import Case, Contest, NewContest, Reviewer, Waiting

NEWEST_OPENED = Order("opened_at", BY_DUE.cursor)
office = require_role(Role.HR, Role.ADMINISTRATOR)  # administrators where HR has nobody


@post("/contests")
async def open_contest(data: JSONBody[NewContest], tx: Tx, me: Me) -> Contest:
    """Contest a score of mine or a piece of evidence about me; somebody who does not lead me decides."""
    return await actions.contest(tx, me, data)


@get("/me/contests")
async def list_mine(tx: Tx, me: Me, after: After = None, limit: Limit = LIMIT) -> Page[Contest]:
    """List what I contested and how it was decided, newest first."""
    return await page(tx, sql.of_person, Contest, Cut(after, limit, NEWEST_OPENED), person_id=me.person())


@get("/contests")
async def list_waiting(
    tx: Tx, me: Me, *, overdue: FromQuery[bool] = False, after: After = None, limit: Limit = LIMIT
) -> Page[Waiting]:
    """List contests that wait for a decision, the most urgent first: for HR all, for a named reviewer theirs.

    For administrators those on which HR has nobody to decide.
    """
    which = {"reader_id": me.person(), "role": me.role, "only_overdue": overdue, "led": None}
    return await page(tx, sql.waiting, Waiting, Cut(after, limit, BY_DUE), **which)


@get("/contests/{contest_id:uuid}", opt=AUDITED)
async def show_contest(contest_id: FromPath[UUID], tx: Tx, me: Me) -> Case:
    """Show a contest to its person; to who may decide on it also the words it is about."""
    return await actions.read(tx, me, contest_id)


@post("/contests/{contest_id:uuid}/withdrawal", status_code=200)
async def withdraw_contest(contest_id: FromPath[UUID], tx: Tx, me: Me) -> Contest:
    """Take back what I contest, as long as nobody has decided."""
    return await actions.withdraw(tx, me, contest_id)


@put("/contests/{contest_id:uuid}/reviewer", guards=[office])
async def name_reviewer(contest_id: FromPath[UUID], data: JSONBody[Reviewer], tx: Tx, me: Me) -> Contest:
    """Name who is to decide; nobody who leads the person."""
    return await actions.name_reviewer(tx, me, contest_id, data.reviewer_id)


router = Router(
    "/",
    route_handlers=[open_contest, list_mine, list_waiting, show_contest, withdraw_contest, name_reviewer],
    tags=["contests"],
)
