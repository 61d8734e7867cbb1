"""Importing an exchange folder in the browser: upload, see what would change or what is wrong where, then confirm."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Redirect

from scoring.exchange.columns import FILES
from scoring.exchange.words import Problem
from service.auth.routes import administrator
from service.base import db
from service.base.border import Input
from service.base.errors import AppError, Refused
from service.base.web import Me, Tx
from service.exchange import uploads
from service.exchange.unpacking import BY_THE_SHELL, pack
from service.exchange.uploads import MOST_UPLOAD, Upload, sql
from service.pages import upload_words
from service.pages.page import Seen, View, form, own_fields, redirect

SHOWN = 10
ENDINGS = (".zip", ".csv", ".json")
SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")
FORMAT = tuple(file for name, file in FILES.items() if name not in BY_THE_SHELL)
BEYOND_FILES = 100_000  # bytes of a form besides the files in it
WORKING = ("checking", "loading")
LOOK_AGAIN = {"Refresh": "2"}  # seconds; the page of an import at work, without a script
# English here, Finnish in locale/fi.po.
STATES = {
    "checking": "being tried out",
    "checked": "waits for you",
    "refused": "refused, nothing was changed",
    "loading": "being taken in",
    "loaded": "taken in",
    "left": "not taken in",
    "failed": "failed, nothing was changed",
}


@get("/people/import", guards=[administrator])
async def show_imports(tx: Tx, me: Me, view: Seen) -> Response[str]:  # noqa: ARG001 - a page of somebody's
    """Show the form, and the imports of late."""
    return await _imports(tx, view)


@post("/people/import", guards=[administrator], request_max_body_size=MOST_UPLOAD + BEYOND_FILES)
async def upload_folder(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen) -> Response[str] | Redirect:
    """Leave a zip, or several files, to be tried out; or say what was wrong with that."""
    await own_fields(request)
    files = await _files(request)
    try:
        if not files:
            raise Refused(view.words.say("Choose a zip, or the CSV files."))
        if strange := next((name for name in files if not name.lower().endswith(ENDINGS)), ""):
            raise Refused(_strange(strange, view))
        upload_id = await uploads.upload(tx, me, _zip_of(files))
    except uploads.ImportRunning:
        return await _imports(tx, view, view.words.say("Another import is at work. Wait until it is done."))
    except AppError as refused:
        return await _imports(tx, view, str(refused))
    return redirect(f"/people/import/{upload_id}")


@get("/people/import/{upload_id:uuid}", guards=[administrator])
async def show_import(upload_id: FromPath[UUID], tx: Tx, view: Seen) -> Response[str]:
    """Show how far an import is, what it would change, what is wrong with it, or what it did."""
    one = await db.one(tx, sql.upload, Upload, id=upload_id)
    result = one.result
    files = [name for name in FILES if name in result.added | result.corrected | result.unchanged]
    working = one.state in WORKING
    page = view.page(
        "import.html",
        one=one,
        result=result,
        problems=_told(result.problems, view),
        notes=_told(result.notes, view),
        files=files,
        states=STATES,
        doing=upload_words.DOING,
        working=working,
    )
    if working:
        page.headers.update(LOOK_AGAIN)
    return page


@post("/people/import/{upload_id:uuid}/confirm", guards=[administrator])
async def confirm_import(request: Request[Any, Any, Any], upload_id: FromPath[UUID], tx: Tx, me: Me) -> Redirect:
    """Have it taken in."""
    await form(request, Input)
    await uploads.confirm(tx, me, upload_id)
    return redirect(f"/people/import/{upload_id}")


@post("/people/import/{upload_id:uuid}/leave", guards=[administrator])
async def leave_import(request: Request[Any, Any, Any], upload_id: FromPath[UUID], tx: Tx) -> Redirect:
    """Throw it away."""
    await form(request, Input)
    await uploads.leave(tx, upload_id)
    return redirect("/people/import")


def _strange(name: str, view: View) -> str:
    """Say that a file of this name cannot be uploaded, and what can."""
    said = view.words.say("“%(name)s” is no such file. What can be uploaded: one zip, or CSV files (.csv).")
    if name.lower().endswith(SPREADSHEETS):
        said = view.words.say(
            "“%(name)s” is a spreadsheet. Save each of its sheets as CSV (in Excel “CSV UTF-8”) and upload those."
        )
    return said % {"name": name[:100]}


def _told(found: list[Problem | str], view: View) -> list[tuple[str, str]]:
    """Say each in the reader's language: where, and what; what was kept as words alone stays as it is."""
    return [
        (upload_words.place(one, view.words), upload_words.told(one, view.words))
        if isinstance(one, Problem)
        else ("", one)
        for one in found
    ]


async def _files(request: Request[Any, Any, Any]) -> dict[str, bytes]:
    """Return what was uploaded, by name."""
    sent = [one for one in (await request.form()).getall("files", []) if isinstance(one, UploadFile) and one.filename]
    return {one.filename: await one.read() for one in sent}


def _zip_of(files: dict[str, bytes]) -> bytes:
    """Return one zip: the only file, if it is one; others are packed."""
    if len(files) == 1 and next(iter(files)).lower().endswith(".zip"):
        return next(iter(files.values()))
    return pack(files)


async def _imports(tx: db.Connection, view: View, trouble: str = "") -> Response[str]:
    found = await db.many(tx, sql.uploads, Upload, most=SHOWN)
    return view.page(
        "imports.html",
        422 if trouble else 200,
        uploads=found,
        states=STATES,
        errors={"files": trouble} if trouble else {},
        most=MOST_UPLOAD // 1_000_000,
        kinds=FORMAT,
    )
