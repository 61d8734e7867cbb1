"""What is kept about me: told in numbers before it is taken along, and taken along as tables."""

import csv
import io
import re
from zipfile import ZipFile

from service.pages.my_data import KINDS
from service.rights import reading
from service.rights.reading import kept


async def test_a_page_tells_in_numbers_what_is_in_the_file(visitor, api, north):
    for words in ("First.", "Second."):
        await (await api(north, "ada")).post("/api/kudos", json={"receiver_id": str(north.ben), "message": words})
    browser = await visitor(north, "ben")
    assert 'href="/settings/my-data/contents"' in (await browser.get("/settings")).text
    page = (await browser.get("/settings/my-data/contents")).text
    told = dict(re.findall(r'<td>([^<]*)</td><td class="number">(\d+)', page))
    data = (await browser.get("/settings/my-data")).json()["data"]
    assert told["Thanks to you"] == "2"
    # Between the two another look or session may be written down, but nothing is left out.
    assert told.keys() == {KINDS[kind] for kind, rows in data.items() if rows}
    assert "Nothing yet of:" in page
    assert 'href="/settings/my-data" download' in page


async def test_where_not_all_fits_the_page_says_so(monkeypatch, visitor, api, north):
    for words in ("First.", "Second."):
        await (await api(north, "ada")).post("/api/kudos", json={"receiver_id": str(north.ben), "message": words})
    monkeypatch.setattr(reading, "MOST_ROWS", 1)
    page = (await (await visitor(north, "ben")).get("/settings/my-data/contents")).text
    assert re.search(r'<td>Thanks to you</td><td class="number">1 <span class="muted">of more', page)
    assert re.search(r'<td>Your entry in the list of people</td><td class="number">1</td>', page)


async def test_the_tables_hold_the_same_and_open_in_a_spreadsheet(visitor, api, north):
    thanks = {"receiver_id": str(north.ben), "message": "=1+1; ääni"}
    await (await api(north, "ada")).post("/api/kudos", json=thanks)
    for language, separator in (("en", ","), ("fi", ";")):
        browser = await visitor(north, "ben", language=language)
        answer = await browser.get("/settings/my-data/tables")
        name = r'attachment; filename="my-talkoot-data-\d{4}-\d\d-\d\d\.zip"'
        assert re.fullmatch(name, answer.headers["content-disposition"])
        with ZipFile(io.BytesIO(answer.content)) as archive:
            rows = list(csv.DictReader(io.StringIO(archive.read("kudos_received.csv").decode("utf-8-sig")),
                                       delimiter=separator))  # fmt: skip
            data = (await browser.get("/settings/my-data")).json()["data"]
            assert set(archive.namelist()) == {f"{kind}.csv" for kind, found in data.items() if found}
        assert [(row["from"], row["message"]) for row in rows] == [("Ada", "'=1+1; ääni")]


async def test_it_is_told_in_finnish(visitor, north):
    page = (await (await visitor(north, "ben", language="fi")).get("/settings/my-data/contents")).text
    assert "Mitä minusta säilytetään" in page
    assert "Tietosi henkilöluettelossa" in page


def test_every_kind_has_its_words():
    assert KINDS.keys() == {query.name for query in kept}
