"""Rights over HTTP: my data, and who looked at me; for HR the audit log."""

from litestar import Response, Router, get

from service.base.access import Role, require_role
from service.base.paging import LIMIT, NEWEST
from service.base.web import AUDITED, After, Cut, Limit, Me, Page, Tx
from service.rights import reading
from service.rights.model import AuditRow, Look, MyData

personnel = require_role(Role.HR)


@get("/me/looks")
async def list_looks(tx: Tx, me: Me, after: After = None, limit: Limit = LIMIT) -> Page[Look]:
    """List who looked at my confidential data: when, in which role, and for what purpose."""
    return await reading.looks(tx, me.person(), Cut(after, limit, NEWEST))


@get("/audit", guards=[personnel])
async def list_audit(tx: Tx, after: After = None, limit: Limit = LIMIT) -> Page[AuditRow]:
    """List the audit log, newest first."""
    return await reading.log(tx, Cut(after, limit, NEWEST))


@get("/audit/export", guards=[personnel], opt=AUDITED, media_type="text/csv")
async def export_audit(tx: Tx, me: Me) -> Response[str]:
    """Export the newest rows of the audit log as CSV."""
    headers = {"content-disposition": 'attachment; filename="audit.csv"'}
    return Response(await reading.exported_log(tx, me), media_type="text/csv", headers=headers)


@get("/me/data")
async def take_my_data(tx: Tx, me: Me) -> Response[MyData]:
    """Hand me everything that is kept about me, as a file for people and machines."""
    headers = {"content-disposition": 'attachment; filename="my-talkoot-data.json"'}
    return Response(await reading.my_data(tx, me.person()), headers=headers)


router = Router("/", route_handlers=[list_looks, take_my_data, list_audit, export_audit], tags=["rights"])
