"""What HR takes out: golden files by hand, the same bytes twice, nothing hidden, nothing without being written down."""

import csv
import hashlib
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import asyncpg
import polars as pl
import pytest

from service.base import cells, db
from service.exports.catalog import FORMATS, TABLES
from service.exports.formats import xlsx_file
from service.exports.model import Format, What
from tests.service.exports.conftest import AT, KUDOS, SNAPSHOT

CORPUS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "''=1", "'", "'quoted'", "＝1", "a,b", 'a"b',
    "a\r\nb", "tail\r", " =1", "ä€😀", "-", "=", "0012", "1e5", "TRUE", "http://x", "_x0041_", "\x07bell", "{=1}",
    "x" * 4000,
]  # fmt: skip
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DECIDED = """
update contest set decision = 'rejected', reasons = 'Well founded', decided_by_id = $2, decided_at = now() where id = $1
"""


async def test_a_file_is_called_what_the_description_says_it_may_be(taken, anybody, known):
    paths = (await anybody.get("/api/openapi.json")).json()["paths"]
    described = paths["/api/exports/{export_id}/file"]["get"]["responses"]["200"]["content"].keys()
    kinds = [(await taken(known, "people", form))[2].headers["content-type"] for form in ("csv", "xlsx", "parquet")]
    assert kinds[0] == "text/csv; charset=utf-8"
    assert {kind.partition(";")[0] for kind in kinds} == set(described)


GOLDEN = {
    "people": [
        "person,name,title,role,teams,joined_at,level,level_name,level_since,figures,snapshot,policy_version",
        f"ada,Ada,,lead,Ada's team,2026-01-05,2,Doer,2026-11-22T22:00:00Z,shown,{SNAPSHOT}",
        f"ben,Ben,,expert,Ada's team,2026-01-05,2,Doer,2026-11-22T22:00:00Z,shown,{SNAPSHOT}",
        f"cleo,Cleo,,other,,2026-01-05,not shown,not shown,not shown,not shown,{SNAPSHOT}",
    ],
    "scores": [
        "kind,subject,name,dimension,estimate,low_80,high_80,contested,figures,snapshot,policy_version",
        f"person,ada,Ada,care,not shown,not shown,not shown,not shown,not shown,{SNAPSHOT}",
        f"person,ada,Ada,quality,0.5,0.25,0.75,false,shown,{SNAPSHOT}",
        f"person,ben,Ben,care,not shown,not shown,not shown,not shown,not shown,{SNAPSHOT}",
        f"person,ben,Ben,quality,-0.25,-0.5,0.0,false,shown,{SNAPSHOT}",
        f"person,cleo,Cleo,care,not shown,not shown,not shown,not shown,not shown,{SNAPSHOT}",
        f"person,cleo,Cleo,quality,not shown,not shown,not shown,not shown,not shown,{SNAPSHOT}",
        f"team,t1,Ada's team,quality,0.125,-0.125,0.375,false,shown,{SNAPSHOT}",
    ],
    "projects": [
        "project,name,kind,customer,started_at,ended_at,outcome,customers_heard,satisfaction_1,satisfaction_2,"  # noqa: ISC004
        "satisfaction_3,satisfaction_4,satisfaction_5,satisfaction,low_80,high_80,figures,snapshot,policy_version",
        "delivery,North delivery,delivery,Oak,2026-01-01T00:00:00Z,,,1,0,0,0,1,0,4.1,3.85,4.35,shown," + SNAPSHOT,
        "development,North development,development,Oak,2026-01-01T00:00:00Z,,,0,0,0,0,0,0,"
        "not shown,not shown,not shown,not shown," + SNAPSHOT,
        "opportunity,North opportunity,opportunity,Oak,2026-01-01T00:00:00Z,,,0,0,0,0,0,0,"
        "not shown,not shown,not shown,not shown," + SNAPSHOT,
    ],
    "badges": [
        "grant,badge,person,name,project,given_by,granted_at,contested,snapshot,policy_version",
        f"b1,safe_hands,ben,Ben,,,2026-11-22T22:00:00Z,false,{SNAPSHOT}",
    ],
    "evidence": [
        "kind,evidence,at,from_person,to_person,project,customer,about,aspect,value,words,contested,snapshot,"  # noqa: ISC004
        "policy_version",
        f"call,s1,2026-11-22T22:00:00Z,,,delivery,Oak,,satisfaction,4.0,'=cmd|'/C calc'!A0,false,{SNAPSHOT}",
        f'kudos,k1,2026-11-22T22:00:00Z,ada,ben,,,,,,"Thank you, Ben",false,{SNAPSHOT}',
    ],
}  # fmt: skip


@pytest.mark.parametrize("what", GOLDEN)
async def test_a_file_is_the_one_that_was_written_by_hand(taken, known, what):
    _, _, answer = await taken(known, what)
    assert answer.text.split("\r\n") == [*GOLDEN[what], ""]
    assert answer.headers["content-disposition"] == f'attachment; filename="talkoot-{what}-run-0c0ffee0-policy-7.csv"'


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("what", ["scores", "evidence"])
async def test_the_same_export_again_gives_the_same_bytes_and_says_so(taken, known, what, form, worker_pool):
    client, path, first = await taken(known, what, form)
    async with db.tenant(worker_pool, known.organization_id) as tx:  # later news, which is in no file of this export
        await tx.execute(KUDOS, "k2", known.ada, known.cleo, "Later", AT)
        await tx.execute("insert into person (external_id, name) values ('zoe', 'Zoe')")
    again = await client.get(f"{path}/file")
    assert again.content == first.content
    told = (await client.get(path)).json()
    assert (told["taken"], told["changed"], told["making"]) == (2, False, False)
    assert told["bytes"] == len(first.content) == int(first.headers["content-length"])


@pytest.mark.parametrize("what", What)
async def test_what_was_contested_ended_begun_or_turned_on_later_is_in_no_file_of_an_earlier_export(
    taken, known, what, worker_pool, web_pool
):
    contest = "insert into contest (person_id, {0}, words, due_at) {1} returning id"
    async with db.tenant(worker_pool, known.organization_id) as tx:
        early = await tx.fetchval(
            contest.format("dimension", "values ($1, 'quality', 'Too low', now() + interval '9 days')"), known.ada
        )
        await tx.execute("update visibility set shown = false where person_id = $1", known.ben)
    client, path, first = await taken(known, what)
    if what is What.SCORES:
        assert "person,ada,Ada,quality,0.5,0.25,0.75,true" in first.text
    async with db.tenant(worker_pool, known.organization_id) as tx:
        for column, table in (("kudos_id", "kudos"), ("signal_id", "signal"), ("badge_id", "badge_grant")):
            later = f"select $1, id, 'Not so', now() + interval '9 days' from {table}"  # noqa: S608 - the test's own
            await tx.execute(contest.format(column, later), known.ben)
        await tx.execute("insert into project (name, kind) values ('Newer', 'delivery')")
        await tx.execute("update project set ended_at = now(), outcome = 'done' where external_id = 'delivery'")
        await tx.execute("update visibility set shown = true, changed_at = now() where person_id = $1", known.ben)
    async with db.tenant(web_pool, known.organization_id) as tx:
        await tx.execute(DECIDED, early, known.ben)
    assert (await client.get(f"{path}/file")).text == first.text
    assert (await client.get(path)).json()["changed"] is False
    assert (await taken(known, what))[2].text != first.text  # a new export tells it


async def test_a_day_is_the_organizations_own_in_every_format(taken, known, worker_pool):
    async with db.tenant(worker_pool, known.organization_id) as tx:
        await tx.execute("update person set joined_at = '2026-11-19T22:00:00Z' where external_id = 'ada'")
    assert "ada,Ada,,lead,Ada's team,2026-11-20," in (await taken(known, "people"))[2].text
    frame = pl.read_parquet(io.BytesIO((await taken(known, "people", "parquet"))[2].content))
    assert frame["joined_at"][0] == date(2026, 11, 20)
    rows, _ = sheet_of((await taken(known, "people", "xlsx"))[2].content)
    assert rows[1]["F"] == (date(2026, 11, 20) - date(1899, 12, 30)).days


async def test_who_hides_leaves_a_board_or_withdraws_is_in_no_file_from_then_on(taken, known, worker_pool, api):
    client, scores, before = await taken(known, "scores")
    _, evidence, _ = await taken(known, "evidence")
    _, people, _ = await taken(known, "people")
    assert "quality,-0.25" in before.text
    async with db.tenant(worker_pool, known.organization_id) as tx:
        await tx.execute("update visibility set shown = false where person_id = $1", known.ben)
        await tx.execute("insert into consent (person_id, source, given) values ($1, 'peers', false)", known.ada)
        await tx.execute("insert into retraction (kudos_id, reason) select id, 'hidden' from kudos")
        await tx.execute("insert into retraction (signal_id, reason) select id, 'corrected' from signal")
    after = (await client.get(f"{scores}/file")).text
    assert [line for line in after.splitlines() if line.startswith("person") and not line.endswith(
        f"not shown,not shown,not shown,not shown,not shown,{SNAPSHOT}")] == []  # fmt: skip
    assert len((await client.get(f"{evidence}/file")).text.splitlines()) == 1
    assert "Doer" not in (await client.get(f"{people}/file")).text
    assert (await client.get(scores)).json()["changed"] is True


async def test_who_chose_not_to_be_seen_looks_like_who_is_new(taken, known, worker_pool):
    async with db.tenant(worker_pool, known.organization_id) as tx:
        await tx.execute("update visibility set shown = false where person_id = $1", known.ben)
        await tx.execute("insert into person (external_id, name, joined_at) values ('new', 'New', now())")
    for what in ("people", "scores"):
        rows = list(csv.reader((await taken(known, what))[2].text.splitlines()))
        figures = {name: [row[6:] for row in rows if name in row] for name in ("ben", "new")}
        assert figures["ben"] == figures["new"] != []


async def test_everybody_in_a_file_sees_that_it_was_taken_before_it_left_and_what_for(taken, known, api, worker_pool):
    await taken(known, "scores")
    await taken(known, "projects")
    looks = (await (await api(known, "ben")).get("/api/me/looks")).json()["items"]
    assert [(one["role"], one["action"], one["purpose"]) for one in looks] == [("hr", "export_scores", "personnel")]
    log = (await (await api(known, "cleo", "hr")).get("/api/audit")).json()["items"]
    assert [one["action"] for one in log] == ["export_projects", "export_scores"]


async def test_what_cannot_be_written_down_does_not_leave(api, known, database_url):
    client = await api(known, "cleo", "hr")
    asked = await client.post("/api/exports", json={"what": "scores", "format": "csv", "purpose": "personnel"})
    owner = await asyncpg.connect(database_url)
    try:
        await owner.execute(
            f"alter table audit add constraint full_disk check (organization_id <> '{known.organization_id}') not valid"
        )
        answer = await client.get(f"/api/exports/{asked.json()['id']}/file")
    finally:
        await owner.execute("alter table audit drop constraint full_disk")
        await owner.close()
    assert (answer.status_code, "Ada" in answer.text) == (500, False)


@pytest.mark.parametrize("purpose", [None, "", "curiosity", "leading"])
async def test_without_a_purpose_that_there_is_nothing_is_asked_for(api, known, purpose):
    client = await api(known, "cleo", "hr")
    wanted = {"what": "scores", "format": "csv"} | ({} if purpose is None else {"purpose": purpose})
    assert (await client.post("/api/exports", json=wanted)).status_code == 400
    assert (await client.get("/api/exports")).json()["items"] == []


async def test_no_file_holds_colleagues_answers_addresses_or_who_it_was_at_the_customer(taken, known, worker_pool):
    async with db.tenant(worker_pool, known.organization_id) as tx:
        round_id = await tx.fetchval("insert into feedback_round (opened_at) values (now()) returning id")
        await tx.execute(
            "insert into feedback_answer (round_id, giver_id, receiver_id, criterion_id, rating, comment)"
            " values ($1, $2, $3, $4, 2, 'Confidential words')",
            round_id, known.ada, known.ben, known.criteria["leading"],
        )  # fmt: skip
    for what in What:
        text = (await taken(known, what))[2].text
        assert not re.search("Confidential|@north|oak contact", text), what


def sheet_of(content, name="xl/worksheets/sheet1.xml"):
    """Read a sheet by hand: the cells' texts or numbers by row, and whether any is a formula."""
    book = zipfile.ZipFile(io.BytesIO(content))
    tree = ET.fromstring(book.read(name))  # noqa: S314 - our own file
    rows = []
    for row in tree.iter(f"{SHEET}row"):
        cells = {re.match("[A-Z]+", cell.get("r"))[0]: cell for cell in row.iter(f"{SHEET}c")}
        rows.append({place: _value(cell) for place, cell in cells.items()})
    return rows, tree.findall(f".//{SHEET}f")


def _value(cell):
    texts = [text.text or "" for text in cell.iter(f"{SHEET}t")]
    return "".join(texts) if cell.get("t") == "inlineStr" else float(cell.find(f"{SHEET}v").text)


def test_texts_of_every_kind_come_back_as_they_were_and_none_is_a_formula(tmp_path):
    table = TABLES[What.BADGES]
    rows = [["g", text, "p", "n", None, None, AT, False, "run", "7"] for text in CORPUS]
    about = {"recorded_until": AT.isoformat()}
    for form in Format:
        FORMATS[form].write(tmp_path / form, table, about, iter([rows[:5], rows[5:]]))
    with (tmp_path / "csv").open(newline="", encoding="utf-8") as file:
        written = [row[1] for row in csv.reader(file)][1:]
    assert [text for text in written if text.startswith(cells.FORMULA)] == []
    assert [text[1:] if cells.is_risky(text) else text for text in written] == CORPUS
    assert pl.read_parquet(tmp_path / "parquet")["badge"].to_list() == CORPUS
    found, formulas = sheet_of((tmp_path / "xlsx").read_bytes())
    assert formulas == []
    assert [_unescaped(row["B"]) for row in found[1:]] == CORPUS
    style = zipfile.ZipFile(tmp_path / "xlsx").read("xl/styles.xml").decode()
    assert 'quotePrefix="1"' in style


def _unescaped(text):
    """Read what a workbook writes for control characters (ECMA-376, 22.9.2.19)."""
    return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


async def test_a_workbook_has_types_marks_and_a_sheet_about_itself(taken, known):
    _, _, answer = await taken(known, "scores", "xlsx")
    rows, _ = sheet_of(answer.content)
    assert [rows[2][place] for place in "DEFGI"] == ["quality", 0.5, 0.25, 0.75, "shown"]
    assert [rows[1][place] for place in "DEFGHI"] == ["care", *["not shown"] * 5]
    about, _ = sheet_of(answer.content, "xl/worksheets/sheet2.xml")
    told = {row["A"]: row["B"] for row in about}
    assert (told["snapshot"], told["policy_version"]) == tuple(SNAPSHOT.split(","))


async def test_a_parquet_file_has_types_and_says_why_a_figure_is_null(taken, known):
    _, _, answer = await taken(known, "scores", "parquet")
    frame = pl.read_parquet(io.BytesIO(answer.content))
    assert frame.filter(pl.col("estimate").is_null())["figures"].unique().to_list() == ["not shown"]
    assert frame.schema["estimate"] == pl.Float64
    assert pl.read_parquet_metadata(io.BytesIO(answer.content))["policy_version"] == "7"


async def test_before_the_first_run_a_file_has_its_headings_and_says_that_there_is_no_run(taken, north):
    for form in Format:
        _, _, answer = await taken(north, "scores", form)
        assert answer.content
    _, _, answer = await taken(north, "people")
    assert "no run yet,no run yet" in answer.text


def test_a_workbook_goes_on_in_another_sheet_where_one_is_full(tmp_path):
    table = TABLES[What.BADGES]
    rows = [[f"g{n}", "b", "p", "n", None, None, AT, False, "run", "7"] for n in range(5)]
    xlsx_file.write(tmp_path / "x", table, {"recorded_until": AT.isoformat()}, iter([rows]), most_rows=3)
    first, second = (sheet_of((tmp_path / "x").read_bytes(), f"xl/worksheets/sheet{n}.xml")[0] for n in (1, 2))
    assert [len(first), len(second)] == [4, 3]
    assert (second[0]["A"], second[2]["A"]) == ("grant", "g4")


LONG = """
import resource, sys
from pathlib import Path
from service.exports.catalog import FORMATS, TABLES
from service.exports.model import What
from service.exports.table import Column, Table

table = Table("long", None, (Column("words"),))

def batches(rows):
    for start in range(0, rows, 2000):
        yield [(f"{start + n:05}" * 120, None, None) for n in range(2000)]

for rows in (4000, 100_000):
    for form, writer in FORMATS.items():
        writer.write(Path(sys.argv[1]) / form, table, {"recorded_until": "2026-11-22T22:00:00+00:00"}, batches(rows))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_a_hundred_thousand_rows_take_hardly_more_memory_than_four_thousand(tmp_path):
    done = subprocess.run([sys.executable, "-c", LONG, tmp_path], capture_output=True, text=True, check=True)
    short, long = map(int, done.stdout.split())  # MB
    assert long - short < 40  # the texts alone are 60
    assert (tmp_path / "csv").stat().st_size > 50_000_000


@pytest.mark.parametrize("form", Format)
async def test_the_shell_takes_the_very_bytes_of_the_page_and_it_is_told(talkoot, taken, known, worker_pool, form):
    client, path, page = await taken(known, "scores", form)
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder) / f"again.{form}"
        made = await talkoot("exports", "again", known.handle, path.rpartition("/")[2], again)
        assert made.exit_code == 0, made.output
        assert again.read_bytes() == page.content
    async with db.tenant(worker_pool, known.organization_id) as tx:
        told = await tx.fetchrow("select role, action, purpose from audit order by at desc limit 1")
    assert tuple(told) == ("operator", "export_scores", "personnel")
    told = (await client.get(path)).json()
    assert (told["taken"], told["changed"]) == (2, False)


async def test_a_new_export_of_the_shell_is_listed_and_nothing_is_written_over(talkoot, known, tmp_path):
    file = tmp_path / "people.csv"
    take, why = ("exports", "take", known.handle, "people"), ("--purpose", "administration")
    made = await talkoot(*take, file, *why)
    assert made.exit_code == 0, made.output
    assert b"ada,Ada" in file.read_bytes()
    listed = (await talkoot("exports", "list", known.handle)).stdout
    assert hashlib.sha256(file.read_bytes()).hexdigest() in listed
    assert "administration" in listed
    for where, words in ((file, why), (tmp_path / "people.doc", why), (tmp_path / "new.csv", ())):
        assert (await talkoot(*take, where, *words)).exit_code == 2
