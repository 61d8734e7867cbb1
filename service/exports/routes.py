"""Exports over HTTP, for HR, administrators and programs with the scope `export`."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, OpenAPIType, Operation, Schema
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.response import Stream

from service.base import db
from service.base.access import Role, Scope, require_role
from service.base.envelope import MORE_TIME
from service.base.paging import BY_ASKING, LIMIT
from service.base.web import After, Cut, Limit, Me, Page, Pool, Tx, page
from service.exports import actions
from service.exports.actions import sql
from service.exports.catalog import FORMATS
from service.exports.making import Making
from service.exports.model import Export, NewExport

office = require_role(Role.HR, Role.ADMINISTRATOR, Role.SERVICE)
EXPORTING = {"scope": Scope.EXPORT}
LONGEST_SECONDS = 900.0  # from the first row until the last byte has gone

FILE = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))

Files = NamedDependency[SkipValidation[Making]]


@dataclass
class Taking(Operation):
    """Describes that a file comes, of the kind that was asked for."""

    def __post_init__(self) -> None:
        content = {writer.media_type: FILE for writer in FORMATS.values()}
        described = OpenAPIResponse("The file, in the format of the export.", content=content)
        self.responses = {**(self.responses or {}), "200": described}


def provide_making(request: Request[Any, Any, Any], me: Me, pool: Pool) -> Making:  # noqa: ARG001 - one after the other, as in base.web
    """Return what makes this app's files."""
    state = request.app.state
    if "making" not in state:
        state["making"] = Making(pool)
    return cast("Making", state["making"])


MAKING = Provide(provide_making, sync_to_thread=False)


@get("/", guards=[office])
async def list_exports(tx: Tx, after: After = None, limit: Limit = LIMIT) -> Page[Export]:
    """List the exports there were, newest first: what, by whom, for what, and what its file was like."""
    return await page(tx, sql.exports, Export, Cut(after, limit, BY_ASKING))


@post("/", guards=[office], opt=EXPORTING)
async def ask_for_export(data: JSONBody[NewExport], tx: Tx, me: Me) -> Export:
    """Ask for an export of the newest run and of what is recorded by now, and say what for."""
    return await actions.ask(tx, me, data)


@get("/{export_id:uuid}", guards=[office])
async def show_export(export_id: FromPath[UUID], tx: Tx) -> Export:
    """Show one export: how far its file is, or how it was."""
    return await db.one(tx, sql.export, Export, id=export_id)


@get("/{export_id:uuid}/file", guards=[office], opt=EXPORTING, operation_class=Taking)
async def take_file(export_id: FromPath[UUID], request: Request[Any, Any, Any], me: Me, making: Files) -> Stream:
    """Take the file of an export; whoever is in it sees when, in which role and for what."""
    return await send_file(request, me, making, export_id)


async def send_file(request: Request[Any, Any, Any], me: Me, making: Making, export_id: UUID) -> Stream:
    """Make the file and send it; the answer begins when all of it is there, so it is never a torn one."""
    cast("dict[str, Any]", request.scope)[MORE_TIME](LONGEST_SECONDS)
    made = await making.file_of(me, export_id)
    headers = {
        "content-disposition": f'attachment; filename="{made.export.file_name}"',
        "content-length": str(made.size),
    }
    return Stream(made.pieces(), media_type=made.media_type, headers=headers)


router = Router(
    "/exports",
    route_handlers=[list_exports, ask_for_export, show_export, take_file],
    dependencies={"making": MAKING},
    tags=["exports"],
)
