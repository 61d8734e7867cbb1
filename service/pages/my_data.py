"""What is kept about the reader: told in numbers, then handed over as one file for programs or as tables to read."""

import csv
import io
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
from litestar import Response, get

from service.base.cells import cell
from service.base.web import Me, Tx
from service.pages.page import Seen
from service.rights import reading

# English here, Finnish in locale/fi.po.
KINDS = {
    "profile": "Your entry in the list of people",
    "own_profile": "Your profile, in your own words",
    "skills": "Your skills",
    "teams": "Teams",
    "projects": "Projects",
    "hidden_projects": "Projects that you hid from your profile",
    "absences": "Absences",
    "kudos_received": "Thanks to you",
    "kudos_given": "Thanks from you",
    "feedback_given": "Feedback that you gave",
    "asked_of_me": "What you were asked about colleagues",
    "comments_about_me": "Colleagues’ words about you, as you were shown them",
    "notes_received": "Private notes to you",
    "notes_written": "Private notes from you",
    "badges": "Badges",
    "documents": "Documents that you wrote",
    "care_tasks": "Calls to customers that were yours",
    "handovers": "Hand-overs",
    "signals_recorded": "What you wrote down of customers",
    "scores": "Scores, of every night",
    "explanations": "What the scores are made of",
    "places": "Places on boards",
    "levels": "Levels",
    "stages": "Finished projects on your journey",
    "contests": "What you contested",
    "talks": "Days of talks with a lead",
    "consents": "What you allowed, and when",
    "visibility": "Whether you are on boards",
    "mails": "Which mails you wish for",
    "access": "Sessions and tokens",
    "who_looked": "Who looked, and what for",
    "changes_that_may_be_undone": "Changes of today that can still be undone",
    "known_before": "How you were known before a correction, as exports taken again still tell",
}
SEPARATORS = {"fi": ";"}  # as spreadsheets there expect; elsewhere a comma


@get("/settings/my-data/contents")
async def show_my_data(tx: Tx, me: Me, view: Seen) -> Response[str]:
    """Tell how much of what is kept about the reader, before they take it along."""
    found = await reading.how_much_is_kept(tx, me.person())
    most = reading.MOST_ROWS
    some = [(text, min(found[kind], most), found[kind] > most) for kind, text in KINDS.items() if found[kind]]
    missing = [text for kind, text in KINDS.items() if not found[kind]]
    return view.page("my_data.html", some=some, missing=missing, total=sum(count for _, count, _ in some))


@get("/settings/my-data/tables")
async def download_tables(tx: Tx, me: Me, view: Seen) -> Response[bytes]:
    """Hand the same over as a zip of tables that a spreadsheet opens."""
    found = await reading.my_data(tx, me.person())
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for kind, rows in found.data.items():
            if rows:
                archive.writestr(f"{kind}.csv", _table(rows, SEPARATORS.get(view.words.language, ",")))
    name = f"my-talkoot-data-{found.made_at.astimezone(view.words.zone):%Y-%m-%d}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(packed.getvalue(), media_type="application/zip", headers=headers)


def _table(rows: list[dict[str, Any]], separator: str) -> bytes:
    """Write rows as CSV with a byte order mark, by which a spreadsheet knows the letters."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(columns)
    writer.writerows([[_plain(row.get(name)) for name in columns] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    return cell(msgspec.json.encode(value).decode() if isinstance(value, dict | list) else value)
