"""An administrator uploads an exchange folder, sees what it would do or what is wrong where, and confirms."""

import io
import re
import zipfile
from datetime import timedelta

import pytest

from scoring.exchange import words
from scoring.exchange.columns import FILES
from service.base import clock, db, slots
from service.exchange import unpacking, uploads
from service.jobs import JOBS
from service.pages import upload_words
from service.pages.language import Words
from tests.scoring.folders import GOOD, MANIFEST

PEOPLE = "person,name,title,role\np1,Ada,Head of sales,lead\np2,Ben,,expert\n"
TEAMS = "team,name,department\nt1,First,Sales\n"
STATE = re.compile(r'role="status"><span class="pill[^"]*">([^<]+)<')


def zipped(files, **how):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", **how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.fixture
async def admin(visitor, north):
    return await visitor(north, "cleo", "administrator")


@pytest.fixture
def worked(worker_pool, north):
    """Let the worker do what waits."""

    async def work():
        async with db.tenant(worker_pool, north.organization_id) as tx:
            claim = await slots.claim(tx, "test")
        await JOBS[claim.job].act(worker_pool, north.organization_id, claim)

    return work


@pytest.fixture
def sent(admin):
    """Upload files by the form: the page that it leads to."""

    async def send(*files):
        csrf = re.search(r'name="csrf" value="([^"]+)"', (await admin.get("/people/import")).text)[1]
        return await admin.post("/people/import", data={"csrf": csrf}, files=[("files", file) for file in files])

    return send


@pytest.fixture
def count(worker_pool, north):
    async def counted(table, where="true"):
        async with db.tenant(worker_pool, north.organization_id) as tx:
            return await tx.fetchval(f"select count(*) from {table} where {where}")  # noqa: S608 - the tests' own words

    return counted


async def test_a_folder_is_tried_out_confirmed_and_taken_in(admin, sent, worked, count):
    page = await sent(("north.zip", zipped({f"north/{name}": text for name, text in {
        "people.csv": PEOPLE, "teams.csv": TEAMS, "manifest.json": MANIFEST}.items()})))  # fmt: skip
    assert (STATE.search(page.text)[1], page.headers["refresh"]) == ("being tried out", "2")
    before = await count("person")
    await worked()
    tried = await admin.get(str(page.url.path))
    assert STATE.search(tried.text)[1] == "waits for you"
    assert "refresh" not in tried.headers
    assert re.findall(r'data-column="(?:File|New)"[^>]*>(\w+)<', tried.text) == ["people", "2", "teams", "1"]
    assert (await count("person"), await count("event", "kind = 'folder_imported'")) == (before, 0)
    await admin.send_form(page.url.path, f"{page.url.path}/confirm")
    await worked()
    assert STATE.search((await admin.get(page.url.path)).text)[1] == "taken in"
    assert await count("person") == before + 2
    assert "people: 2 new, 0 changed; teams: 1 new, 0 changed" in (await admin.get("/people/import")).text
    assert await count("import_upload", "content is not null") == 0
    assert await count("audit", "action = 'import' and role = 'administrator' and actor_id is not null") == 1


@pytest.mark.parametrize("act", ["confirm", "leave"])
async def test_a_preview_names_who_is_new_until_it_is_decided_on(
    admin, sent, worked, *, count, worker_pool, north, act
):
    page = await sent(("people.csv", (PEOPLE + "".join(f"q{n},Person {n:02},,expert\n" for n in range(30))).encode()))
    await worked()
    tried = (await admin.get(page.url.path)).text
    assert "Ada, Ben, Person 00, " in tried
    assert ("Person 17" in tried, "Person 18" in tried, "and 12 more" in tried) == (True, False, True)
    await admin.send_form(page.url.path, f"{page.url.path}/{act}")
    if act == "confirm":
        await worked()
    assert "Person 17" not in (await admin.get(page.url.path)).text
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update import_upload set uploaded_at = uploaded_at - interval '25 hours'")
        await uploads.purge(tx)
    assert await count("import_upload", "told::text like '%Person 17%'") == 0


async def test_what_cannot_be_uploaded_is_named_and_the_format_stands_on_the_page(admin, sent, count):
    page = await sent(("x.txt", b"words"))
    assert page.status_code == 422
    assert "“x.txt” is no such file. What can be uploaded: one zip, or CSV files (.csv)." in page.text
    assert await count("import_upload") == 0
    assert "<code>people.csv</code>: person, name, (email), (title)" in page.text
    assert "<code>feedback.csv</code>" not in page.text


async def test_files_alone_will_do_and_what_is_here_already_or_differs_is_told_apart(admin, sent, worked, count):
    for text, told in ((PEOPLE, ["2", "", ""]), (PEOPLE.replace("Head of", "Head of all"), ["", "1", "1"])):
        page = await sent(("people.csv", text.encode()), ("teams.csv", TEAMS.encode()))
        await worked()
        tried = (await admin.get(page.url.path)).text
        cells = re.findall(r'data-column="(?:New|Changed|As before)"[^>]*>(\w+)<', tried)
        assert cells[:3] == [one or "0" for one in told]
        await admin.send_form(page.url.path, f"{page.url.path}/confirm")
        await worked()
    assert await count("person", "title = 'Head of all sales'") == 1
    page = await sent(("people.csv", PEOPLE.replace("Head of", "Head of all").encode()))
    await worked()
    assert "Everything in it is here already." in (await admin.get(page.url.path)).text


async def test_what_is_wrong_is_told_by_file_line_and_column_and_nothing_is_changed(admin, sent, worked, count):
    lines = "".join(f"q{n},<b>Q</b>,,boss\n" for n in range(150))
    page = await sent(("people.csv", (PEOPLE + lines).encode()))
    before = await count("person")
    await worked()
    refused = (await admin.get(page.url.path)).text
    assert STATE.search(refused)[1] == "refused, nothing was changed"
    assert "<b>people.csv, line 4, column role</b>: &#39;boss&#39; does not fit here. Write one of: seller" in refused
    assert ("150 things are wrong" in refused, "And 50 more." in refused) == (True, True)
    assert (await count("person"), await count("import_upload", "content is not null")) == (before, 0)
    assert f'action="{page.url.path}/confirm"' not in refused


async def test_leaving_it_changes_nothing_and_confirming_afterwards_neither(admin, sent, worked, count):
    page = await sent(("people.csv", PEOPLE.encode()))
    busy = await sent(("people.csv", PEOPLE.encode()))
    assert (busy.status_code, "Another import is at work" in busy.text) == (422, True)
    await worked()
    csrf = re.search(r'name="csrf" value="([^"]+)"', (await admin.get(page.url.path)).text)[1]
    await admin.post(f"{page.url.path}/leave", data={"csrf": csrf})
    await admin.post(f"{page.url.path}/confirm", data={"csrf": csrf})
    assert await count("slot", "job = 'import_load'") == 0
    assert await count("person", "name = 'Ada' and title is not null") == 0


async def test_what_nobody_confirms_is_thrown_away_after_a_day(sent, worked, count, worker_pool, north):
    await sent(("people.csv", PEOPLE.encode()))
    await worked()
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await uploads.purge(tx)
    assert await count("import_upload", "state = 'checked'") == 1
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update import_upload set uploaded_at = $1", clock.now() - timedelta(hours=25))
        await uploads.purge(tx)
    assert await count("import_upload", "state = 'left' and content is null") == 1


async def test_the_web_cannot_read_what_was_uploaded(web_pool, north):
    async with db.tenant(web_pool, north.organization_id) as tx:
        assert await tx.fetchval("select has_column_privilege('import_upload', 'content', 'select')") is False


@pytest.mark.parametrize(
    "files", [[], [("people.csv", b"")], [("x.zip", b"x" * 20_100_001)]], ids=["none", "empty", "large"]
)
async def test_nothing_or_too_much_is_refused_at_once_or_when_it_is_read(sent, worked, admin, files):
    answer = await sent(*files)
    if answer.status_code == 200:
        await worked()
        assert "refused" in STATE.search((await admin.get(answer.url.path)).text)[1]
    else:
        assert answer.status_code in {413, 422}


async def speak_finnish(admin):
    admin.cookies.set("talkoot_language", "fi")


async def test_a_finnish_reader_is_told_in_finnish_what_is_wrong_and_what_to_do(admin, sent, worked):
    await speak_finnish(admin)
    page = await sent(("people.csv", (PEOPLE + "q1,Q,,boss\n").encode()))
    await worked()
    refused = (await admin.get(page.url.path)).text
    assert "<b>people.csv, rivi 4, sarake role</b>: &#39;boss&#39; ei sovi tähän. Kirjoita jokin näistä: " in refused
    assert "expected" not in refused


def locked(content):
    """Mark the entries of a zip as having a password."""
    packed = bytearray(zipped({"people.csv": content}))
    for sign, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        packed[packed.index(sign) + place] |= 1
    return bytes(packed)


TOLD = {
    "damaged": (zipped({"people.csv": PEOPLE})[:-30], "Zip-tiedosto on vioittunut tai kopioitui kesken. Pakkaa"),
    "password": (locked(PEOPLE), "Zip on suojattu salasanalla. Pakkaa se uudelleen ilman salasanaa."),
    "deep": (zipped({"a/b/people.csv": PEOPLE}), "Pakkaa itse tiedostot, ei kansiota niiden ympärillä."),
    "in zip": (zipped({"people.zip": zipped({"people.csv": PEOPLE})}), "Tämä tiedosto ei kuulu lähetettäviin."),
    "no zip": (b"person,name", "Tämä ei ole zip-tiedosto, vaikka nimi niin sanoo."),
    "empty": (b"", "Lähetetyssä ei ole mitään."),
    "excel": (zipped({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "Tämä on taulukko tai asiakirja"),
    "no rows": (zipped({"people.csv": ""}), "Ensimmäinen rivi on tyhjä, tai koko tiedosto on."),
    "letters": (zipped({"people.csv": "person,name\np1,Yrjö\n".encode("cp1252")}), "Excelissä se on ”CSV UTF-8”."),
}


@pytest.mark.parametrize("what", TOLD)
async def test_a_file_that_cannot_be_read_is_told_in_plain_words(admin, sent, worked, what):
    content, words = TOLD[what]
    await speak_finnish(admin)
    page = await sent(("x.zip", content))
    await worked()
    assert words in (await admin.get(page.url.path)).text


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffperson;name;title\r\np1;Ääni;Head, of; sales\r\n".replace(
            "Head, of; sales", '"Head, of; sales"'
        ).encode(),
        "person\tname\ttitle\r\np1\tÄäni\tHead, of; sales\r\n".encode("utf-16"),
        'person,name,title\np1,Ääni,"Head, of; sales"\n'.encode("utf-16-be").join([b"\xfe\xff", b""]),
    ],
    ids=["semicolons and a mark", "UTF-16 and tabs", "UTF-16 the other way"],
)
async def test_what_excel_saves_is_taken_as_it_is(admin, sent, worked, count, content):
    page = await sent(("people.csv", content))
    await worked()
    await admin.send_form(page.url.path, f"{page.url.path}/confirm")
    await worked()
    assert await count("person", "name = 'Ääni' and title = 'Head, of; sales'") == 1


async def test_what_a_mac_puts_into_a_zip_is_passed_over(admin, sent, worked):
    beside = {"north/people.csv": PEOPLE, "__MACOSX/north/._people.csv": "x", "north/.DS_Store": "x"}
    page = await sent(("north.zip", zipped(beside)))
    await worked()
    assert STATE.search((await admin.get(page.url.path)).text)[1] == "waits for you"


async def test_what_was_told_in_words_alone_stays_readable(admin, sent, worked, worker_pool, north):
    page = await sent(("people.csv", b""))
    await worked()
    async with db.tenant(worker_pool, north.organization_id) as tx:
        told = {"problems": ["people.csv:1: is <b>"], "total": 1}
        await tx.execute("update import_upload set told = $1", told)
    assert "people.csv:1: is &lt;b&gt;" in (await admin.get(page.url.path)).text


async def test_a_spreadsheet_is_told_how_to_become_a_file_to_upload(sent):
    assert "“x.xlsx” is a spreadsheet. Save each of its sheets as CSV" in (await sent(("x.xlsx", b"PK"))).text


def test_every_fault_has_its_words_on_the_pages_and_the_same_things_filled_in():
    for terminal, page in ((words.WRONG, upload_words.WRONG), (words.EXPECTED, upload_words.EXPECTED)):
        assert terminal.keys() == page.keys()
        for code, text in terminal.items():
            given = dict.fromkeys(re.findall(r"\{(\w+)\}", text), "x")
            assert page[code] % given


def test_bounds_are_written_out():
    share = FILES["members"].column("share")
    told = upload_words.told(words.Problem(words.phrase("not_this", value="'-1'"), share.expected), Words("fi"))
    assert told == "'-1' ei sovi tähän. Kirjoita luku väliltä 0 – 1000000, desimaalit pisteellä erotettuina."


def linked():
    entry = zipfile.ZipInfo("people.csv")
    entry.external_attr = 0o120777 << 16
    return {entry: "/etc/passwd"}


BAD = {
    "no zip": (b"person,name\n", "no zip"),
    "cut off": (zipped({"people.csv": PEOPLE})[:-30], "no zip"),
    "damaged": (zipped({"people.csv": PEOPLE}).replace(b"Ada", b"Adb", 1), "no zip"),
    "upwards": (zipped({"../people.csv": PEOPLE}), "leads out"),
    "absolute": (zipped({"/etc/people.csv": PEOPLE}), "leads out"),
    "deep": (zipped({"a/b/people.csv": PEOPLE}), "leads out"),
    "windows": (zipped({"..\\people.csv": PEOPLE}), "leads out"),
    "link": (zipped(linked()), "a link"),
    "program": (zipped({"people.csv": PEOPLE, "run.sh": "x"}), "no place here"),
    "zip in zip": (zipped({"people.zip": zipped({"people.csv": PEOPLE})}), "no place here"),
    "parquet": (zipped({"people.parquet": b"PAR1"}), "no place here"),
    "two folders": (zipped({"a/people.csv": PEOPLE, "b/teams.csv": TEAMS}), "several folders"),
    "many": (zipped({f"{n}.csv": "" for n in range(101)}), "101 entries"),
    "none": (zipped({}), "empty"),
    **{
        name: (zipped({"people.csv": PEOPLE, f"{name}.csv": GOOD[name]}), "confidential")
        for name in ("feedback", "consents", "rounds", "asks", "level_steps", "retractions")
    },
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_zip_is_refused_and_writes_nothing_outside(tmp_path, what):
    content, words = BAD[what]
    folder = tmp_path / "in" / "folder"
    folder.mkdir(parents=True)
    with pytest.raises(unpacking.BadFolder, match=words):
        unpacking.unpack(content, folder, unpacking.Manifest("talkoot-exchange/1", "Europe/Helsinki", "EUR"))
    assert [path for path in tmp_path.rglob("*") if path.is_file() and folder not in path.parents] == []


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_BYTES", 5_000_000)
    bomb = zipped({"people.csv": b"0" * 50_000_000}, compression=zipfile.ZIP_DEFLATED)
    lying = bomb.replace((50_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert len(bomb) < 100_000
    for content in (bomb, lying):
        with pytest.raises(unpacking.BadFolder):
            unpacking.unpack(content, tmp_path, unpacking.Manifest("talkoot-exchange/1", "Europe/Helsinki", "EUR"))
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 5_000_000


def test_every_file_of_the_exchange_folder_is_either_open_to_uploads_or_the_shells():
    assert {f"{name}.csv" for name in FILES} == unpacking.ALLOWED - {"manifest.json"} | {
        f"{name}.csv" for name in unpacking.BY_THE_SHELL
    }  # fmt: skip
