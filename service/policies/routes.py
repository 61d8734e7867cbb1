"""The scoring policy over HTTP: look at what another one would do, then publish it."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from scoring import policies
from scoring.policies import Version, sql
from service.base import db
from service.base.access import Role, require_role
from service.base.paging import LIMIT
from service.base.web import AUDITED, Limit, Me, Tx
from service.policies import reading
from service.policies.model import NewPolicy, NewPreview, Policies, PolicyPreview, PolicyVersion, Rule

Before = Annotated[int | None, QueryParameter(ge=1, le=2_000_000_000, description="`next` of the page before")]

keepers = require_role(Role.HR, Role.ADMINISTRATOR, Role.SERVICE)


@get("/", guards=[keepers])
async def list_policies(tx: Tx, before: Before = None, limit: Limit = LIMIT) -> Policies:
    """Versions of the policy, the newest first: that one is in force. None before the first run."""
    return await reading.versions(tx, before, limit)


@get("/rules", guards=[keepers])
async def list_rules() -> list[Rule]:
    """Say what each number of a policy may be, and why."""
    return reading.rules()


@get("/{number:int}", guards=[keepers])
async def show_policy(number: FromPath[int], tx: Tx) -> PolicyVersion:
    """One version."""
    known = number if 0 < number < 2**31 else 0
    return reading.version(await db.one(tx, sql.by_version, Version, version=known))


@post("/previews", guards=[keepers], status_code=202)
async def ask_for_preview(data: JSONBody[NewPreview], tx: Tx, me: Me) -> PolicyPreview:
    """Ask what changes to the policy would do; a worker finds out, usually within a minute."""
    asked = await policies.ask_for_preview(tx, data.changes, me.person_id)
    return await reading.preview(tx, asked.id)


@get("/previews/{preview_id:uuid}", guards=[keepers], opt=AUDITED)
async def show_preview(preview_id: FromPath[UUID], tx: Tx, me: Me) -> PolicyPreview:
    """Who would move, and by how much; written down for each of them."""
    return await reading.looked_at(tx, me, preview_id)


@post("/", guards=[keepers])
async def publish_policy(data: JSONBody[NewPolicy], tx: Tx, me: Me) -> PolicyVersion:
    """Publish the policy of a preview; the next run uses it, and runs there are keep theirs."""
    by = policies.Publisher(me.person_id, data.reason)
    return reading.version(await policies.publish(tx, data.preview_id, by, rescale=data.rescale))


router = Router(
    "/policies",
    route_handlers=[list_policies, list_rules, show_policy, ask_for_preview, show_preview, publish_policy],
    tags=["policies"],
)
