"""What a folder may hold, and what is said of one that may not."""

import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.exchange import folder, values
from scoring.exchange.columns import FILES, FORMAT
from scoring.exchange.manifest import Manifest
from scoring.exchange.problems import BadFolder
from scoring.exchange.writing import write
from tests.scoring.folders import GOOD, MANIFEST, PEOPLE, make

KUDOS = "id,giver,receiver,message,at\n"
FEEDBACK = "id,giver,receiver,criterion,rating,at\n"
AT = "2026-01-02T00:00:00Z"


def problems(tmp_path, files, **options):
    with pytest.raises(BadFolder) as refused:
        folder.read(make(tmp_path / "bad", files), **options)
    return list(refused.value.problems)


def test_a_good_folder_is_read_whole(tmp_path):
    read = folder.read(make(tmp_path / "good", GOOD))
    assert {name: frame.columns for name, frame in read.frames.items()} == {
        name: [column.name for column in file.columns] for name, file in FILES.items()
    }
    assert all(frame.height for frame in read.frames.values())
    assert all(dict(frame.schema) == values.schema(FILES[name]) for name, frame in read.frames.items())
    assert read.skipped == {}
    comments = read.frames["feedback"]["comment"].to_list()
    assert comments[0] == 'Said "yes",\nthen did it'
    assert read.frames["kudos"]["message"].to_list()[1] == " leading and trailing "
    assert read.frames["kudos"]["at"][1] == datetime(2024, 4, 5, 21, tzinfo=UTC)


@pytest.mark.parametrize("parquet", [False, True])
def test_what_is_written_is_read_back(tmp_path, parquet):
    read = folder.read(make(tmp_path / "good", GOOD))
    write(tmp_path / "out", read.frames, read.manifest, parquet=parquet)
    again = folder.read(tmp_path / "out")
    for name, frame in read.frames.items():
        assert again.frames[name].sort(pl.all()).equals(frame.sort(pl.all())), name
    write(tmp_path / "again", again.frames, again.manifest, parquet=parquet)
    for path in (tmp_path / "out").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)


@given(st.lists(WORDS, min_size=1, max_size=20), st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back_to_the_letter(texts, parquet):
    frames = {name: values.empty(file) for name, file in FILES.items()}
    people = pl.DataFrame({"person": [f"p{i:02}" for i in range(len(texts))], "name": texts})
    frames["people"] = pl.concat([frames["people"], people], how="diagonal")
    with TemporaryDirectory() as path:
        write(Path(path) / "out", frames, Manifest(FORMAT, "UTC", "EUR"), parquet=parquet)
        assert folder.read(Path(path) / "out").frames["people"]["name"].to_list() == texts


def test_a_folder_is_not_written_over_another(tmp_path):
    read = folder.read(make(tmp_path / "good", GOOD))
    with pytest.raises(FileExistsError):
        write(tmp_path / "good", read.frames, read.manifest)
    assert not list(tmp_path.glob(".good-*"))


def test_byte_order_mark_returns_and_a_missing_last_newline_do_no_harm(tmp_path):
    text = ("\ufeff" + GOOD["kudos"]).replace("\n", "\r\n").removesuffix("\r\n")
    read = folder.read(make(tmp_path / "windows", {**GOOD, "kudos": text}))
    plain = folder.read(make(tmp_path / "plain", GOOD))
    assert read.frames["kudos"].equals(plain.frames["kudos"])


def test_files_and_columns_may_come_in_any_order_and_be_missing(tmp_path):
    read = folder.read(make(tmp_path / "few", {"people": "name,person\nAda,p1\n"}))
    assert read.frames["people"].select("person", "name", "role").rows() == [("p1", "Ada", None)]
    assert read.frames["kudos"].height == 0


def test_standard_criteria_are_known_where_there_is_no_file_of_them(tmp_path):
    rows = FEEDBACK + f"f1,p1,p2,selling,5,{AT}\n"
    assert folder.read(make(tmp_path / "none", {"feedback": rows})).frames["feedback"].height == 1
    own = {"feedback": rows, "criteria": "criterion,name\nkindness,Kindness\n"}
    assert problems(tmp_path, own) == [
        "feedback.csv:2: criterion: 'selling' is not in criteria, expected an id of criteria"
    ]


NUL = "message: holds NUL or bytes that are not UTF-8"
A_TIME = "expected an ISO 8601 time with offset"
BAD_KUDOS = [
    (f"k1,p1,p1,Hi,{AT}", "receiver: is the giver too, expected another person"),
    (f"k1,p1,p9,Hi,{AT}", "receiver: 'p9' is not in people, expected an id of people"),
    (f"k1,p1,p2,,{AT}", "message: is empty, expected text of 1 to 4000 characters"),
    (f"k1,p1,p2,{'x' * 4001},{AT}", "message: is 4001 characters long, expected text of 1 to 4000"),
    (f"k1,p1,p2,{'x' * 10_000_000},{AT}", "message: is 10000000 characters long"),
    (f"k1,p1,p2,a\0b,{AT}", rf"{NUL}: 'a\x00b', expected plain UTF-8 text"),
    (b"k1,p1,p2,\xff\xfe," + AT.encode(), NUL),
    ("k1,p1,p2,Hi,10000-01-01T00:00:00Z", f"at: is '10000-01-01T00:00:00Z', {A_TIME}"),
    ("k1,p1,p2,Hi,9999-01-01T00:00:00Z", "at: is '9999-01-01T00:00:00Z', expected a time from 1900 to 2200"),
    ("k1,p1,p2,Hi,1899-12-31T23:59:59Z", "at: is '1899-12-31T23:59:59Z', expected a time from 1900"),
    ("k1,p1,p2,Hi,2026-01-01T00:00:00", f"at: is '2026-01-01T00:00:00', {A_TIME}"),
    ("k1,p1,p2,Hi,2026-02-30T00:00:00Z", f"at: is '2026-02-30T00:00:00Z', {A_TIME}"),
    ("k1,p1,p2,Hi", "(row): has 4 fields, expected 5 as in the header"),
    (f"k1,p1,p2,Hi,{AT},more", "(row): has 6 fields, expected 5 as in the header"),
    (f'k1,p1,p2,"Hi,{AT}\nk2,p1,p2,Hi,{AT}', "(row): a quote stands wrong in "),
    (f'k1,p1,p2,say "Hi" now,{AT}', "(row): a quote stands wrong in "),
]


@pytest.mark.parametrize(("row", "message"), BAD_KUDOS, ids=[message for _, message in BAD_KUDOS])
def test_bad_thanks_are_refused_with_file_line_and_column(tmp_path, row, message):
    text = KUDOS.encode() + (row if isinstance(row, bytes) else row.encode())
    found = problems(tmp_path, {"kudos": text})
    assert found[0].startswith(f"kudos.csv:2: {message}"), found
    assert len(found) == 1, found


def test_a_line_is_the_line_in_the_file_even_after_text_of_several_lines(tmp_path):
    rows = f'k1,p1,p2,"a\nb",{AT}\n\nk2,p1,p2,Hi,never\nk1,p1,p2,Ho,{AT}\n'
    assert problems(tmp_path, {"kudos": KUDOS + rows}) == [
        f"kudos.csv:5: at: is 'never', {A_TIME}, for instance 2026-03-01T09:00:00+02:00",
        "kudos.csv:6: id: is on line 2 already with other content, expected one row for each id",
    ]


@pytest.mark.parametrize("rating", ["6", "0", "4.5", "", "five", "-1", "1e999"])
def test_a_rating_is_a_whole_number_from_1_to_5(tmp_path, rating):
    found = problems(tmp_path, {"feedback": f"{FEEDBACK}f1,p1,p2,selling,{rating},{AT}\n"})
    said = f"'{rating}'" if rating else "empty"
    assert found == [f"feedback.csv:2: rating: is {said}, expected a whole number from 1 to 5"]


BAD_FILES = [
    ("kudos", f"id,giver,colour,receiver,message,at\nk1,p1,red,p2,Hi,{AT}\n", "1: 'colour': unknown column"),
    ("kudos", "id,giver,receiver,message\n", "1: at: required column is missing, expected id, giver"),
    ("kudos", "id,id,giver,receiver,message,at\n", "1: id: stands there twice"),
    ("kudos", "", "1: (header): is empty, expected id, giver"),
    ("people", "person,name\n,Ada\n", "2: person: is empty, expected an id of 1 to 200 characters"),
    ("people", f"person,name\n{'p' * 201},Ada\n", "2: person: is 201 characters long"),
    ("people", "person,name,role\np1,Ada,chief\n", "2: role: is 'chief', expected one of seller, expert"),
    ("people", f"person,name,joined,left\np1,Ada,{AT},2025-01-01T00:00:00Z\n", "2: left: lies before `joined`"),
    ("level_steps", f"person,level,at\np1,101,{AT}\n", "2: level: is '101', expected a whole number from 0 to 100"),
    ("consents", f"person,source,given,at\np1,peers,yes,{AT}\n", "2: given: is 'yes', expected 0 or 1"),
    ("retractions", f"file,id,reason,at\nkudos,k9,hidden,{AT}\n", "2: id: 'k9' is not in kudos"),
]  # fmt: skip


def test_all_wrong_columns_of_a_file_are_told_at_once(tmp_path):
    found = problems(tmp_path, {"people": "id,nimi,rooli,role,role\n1,Ada,myyjä,,\n"})
    assert [line.split(", expected")[0] for line in found] == [
        "people.csv:1: 'id': unknown column",
        "people.csv:1: 'nimi': unknown column",
        "people.csv:1: 'rooli': unknown column",
        "people.csv:1: role: stands there twice",
        "people.csv:1: person: required column is missing",
        "people.csv:1: name: required column is missing",
    ]


@pytest.mark.parametrize(("file", "text", "message"), BAD_FILES, ids=[message for *_, message in BAD_FILES])
def test_other_bad_files_are_refused_with_file_line_and_column(tmp_path, file, text, message):
    found = problems(tmp_path, {file: text})
    assert found[0].startswith(f"{file}.csv:{message}"), found
    assert len(found) == 1, found


def test_an_unknown_file_is_refused_with_what_is_known(tmp_path):
    (found,) = problems(tmp_path, {"thanks": "id\n1\n"})
    assert found.startswith("thanks.csv: unknown file, expected some of people, teams, team_members")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("j1,p1,-1,", "members.csv:2: share: is '-1', expected a number from 0 to 1e+06"),
        ("j1,p1,nan,", "members.csv:2: share: is 'nan'"),
        ("j1,p1,inf,", "members.csv:2: share: is 'inf'"),
        ("j1,p1,1e999,", "members.csv:2: share: is '1e999'"),
        ("j9,p1,1,", "members.csv:2: project: 'j9' is not in projects"),
    ],
)
def test_a_bad_share_is_refused(tmp_path, row, message):
    files = {name: GOOD[name] for name in ("customers", "projects")}
    found = problems(tmp_path, {**files, "members": f"project,person,share,from\n{row}\n"})
    assert [line[: len(message)] for line in found] == [message]


@pytest.mark.parametrize(
    ("aspect", "value", "message"),
    [
        ("satisfaction", "0", "value: is off the scale of satisfaction, expected a number from 1 to 5"),
        ("recommendation", "11", "value: is '11', expected a number from 0 to 10"),
        ("satisfaction", "", "value: is empty, expected a value beside an aspect"),
        ("", "4", "aspect: is empty, expected an aspect beside a value"),
    ],
)
def test_a_signal_has_its_value_on_the_scale_of_its_aspect(tmp_path, aspect, value, message):
    files = {name: GOOD[name] for name in ("customers", "projects")}
    row = f"id,project,kind,aspect,value,at\ng1,j1,survey,{aspect},{value},{AT}\n"
    assert problems(tmp_path, {**files, "signals": row}) == [f"signals.csv:2: {message}"]


@pytest.mark.parametrize("amount", ["1e3", "007", "NaN", "1,5", "--1", "1.", "9" * 17, "0x10", "+1"])
def test_an_amount_that_would_not_come_back_to_the_digit_is_refused(tmp_path, amount):
    files = {name: GOOD[name] for name in ("customers", "projects")}
    row = f'project,kind,amount,currency or unit,known_at\nj1,revenue,"{amount}",EUR,{AT}\n'
    assert problems(tmp_path, {**files, "money": row})[0].startswith("money.csv:2: amount: is ")


def test_a_hundred_problems_are_listed_and_the_rest_is_counted(tmp_path):
    rows = "".join(f"k{i},p1,p9,Hi,{AT}\n" for i in range(250))
    with pytest.raises(BadFolder) as refused:
        folder.read(make(tmp_path / "bad", {"kudos": KUDOS + rows}))
    assert len(refused.value.problems) == 100
    assert str(refused.value).endswith("\nand 150 more")


def test_problems_of_several_files_are_listed_in_the_order_of_their_lines(tmp_path):
    files = {
        "people": "person,name,role\np1,Ada,chief\np2,,lead\np3,Cleo,boss\n",
        "kudos": f"{KUDOS}k1,p1,p1,Hi,never\nk2,p1,p9,Hi,{AT}\n",
    }
    places = [line.split(": ")[:2] for line in problems(tmp_path, files)]
    assert places == [
        ["people.csv:2", "role"],
        ["people.csv:3", "name"],
        ["people.csv:4", "role"],
        ["kudos.csv:2", "at"],
        ["kudos.csv:2", "receiver"],
        ["kudos.csv:3", "receiver"],
    ]


def test_skipping_bad_rows_leaves_out_what_refers_to_them(tmp_path):
    files = {
        "customers": GOOD["customers"],
        "people": PEOPLE + "p3,\n",
        "projects": "project,name,kind,started,continues\nj1,One,delivery,never,\n"
        f"j2,Two,delivery,{AT},j1\nj3,Three,delivery,{AT},j2\nj4,Four,delivery,{AT},\n",
        "kudos": f"id,giver,receiver,project,message,at\nk1,p1,p2,,Hi,{AT}\nk2,p3,p2,,Hi,{AT}\n"
        f"k3,p1,p2,j3,Hi,{AT}\nk4,p1\nk5,p1,p2,j4,Hi,{AT}\n",
    }
    read = folder.read(make(tmp_path / "bad", files), skip_bad=True)
    assert read.frames["people"]["person"].to_list() == ["p1", "p2"]
    assert read.frames["projects"]["project"].to_list() == ["j4"]
    assert read.frames["kudos"]["id"].to_list() == ["k1", "k5"]
    assert read.skipped == {"people": 1, "projects": 3, "kudos": 3}


def test_rows_may_refer_to_ids_that_are_known_already(tmp_path):
    path = make(tmp_path / "more", {"kudos": f"{KUDOS}k1,p1,p9,Hi,{AT}\n"})
    assert folder.read(path, known={"people": ["p9"]}).frames["kudos"].height == 1


def test_an_id_used_twice_is_told_beside_whatever_else_is_wrong_with_its_rows(tmp_path):
    long = "z" * 300  # no id, so it is used by nobody
    rows = [
        "p1,Ada,,",
        "p2,Ben,,never",
        "p2,Bea,king,",
        "p1,Ada,,soon",
        "p3,Cy,x,",
        "p3,Cy,x,",
        f"{long},Di,,",
        f"{long},Ed,,",
    ]
    told = problems(tmp_path, {"people": "\n".join(["person,name,role,joined", *rows, ""])})
    assert [line.partition(" already")[0] for line in told if " already" in line] == [
        "people.csv:4: person: is on line 3",
        "people.csv:5: person: is on line 2",
    ]
    assert len(told) == 9  # and everything else that is wrong


def test_the_same_row_twice_counts_once(tmp_path):
    row = f"k1,p1,p2,Hi,{AT}\n"
    read = folder.read(make(tmp_path / "twice", {"kudos": KUDOS + row + row.replace("Z", "+00:00") + row}))
    assert read.frames["kudos"].height == 1
    assert read.skipped == {}


def manifest_text(**other):
    return json.dumps({"format": FORMAT, "time_zone": "UTC", "currency": "EUR"} | other)


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (None, "manifest.json: cannot be read"),
        ("{", "manifest.json:1: "),
        ("[]", "manifest.json:1: "),
        (manifest_text(format="other/1"), "manifest.json:1: format: is 'other/1', expected"),
        (manifest_text(time_zone="Moon"), "manifest.json:1: time_zone: 'Moon' is not a known time zone, expected"),
        (manifest_text(time_zone="../x"), "manifest.json:1: time_zone: "),
        (manifest_text(currency="eur"), "manifest.json:1: currency: is 'eur', expected"),
    ],
)
def test_a_manifest_says_what_is_needed(tmp_path, manifest, message):
    path = make(tmp_path / "bad", {}, MANIFEST if manifest is None else manifest)
    if manifest is None:
        (path / "manifest.json").unlink()
    with pytest.raises(BadFolder) as refused:
        folder.read(path)
    assert refused.value.problems[0].startswith(message)


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(BadFolder, match="expected an exchange folder"):
        folder.read(tmp_path / "nowhere")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(BadFolder, match=r"people\.csv: missing"):
        folder.read(empty)
    both = make(tmp_path / "both", {})
    pl.DataFrame({"person": ["p1"], "name": ["Ada"]}).write_parquet(both / "people.parquet")
    with pytest.raises(BadFolder, match=r"people\.parquet: is there as people\.csv too"):
        folder.read(both)


def test_parquet_may_bring_its_own_types(tmp_path):
    path = make(tmp_path / "typed", {})
    (path / "people.csv").unlink()
    people = {"person": [1, 2], "name": ["Ada", "Ben"], "joined": [datetime(2026, 1, 1, tzinfo=UTC), None]}
    pl.DataFrame(people).write_parquet(path / "people.parquet")
    feedback = {
        "id": ["f1", "f2"], "giver": ["1", "2"], "receiver": ["2", "1"], "criterion": ["selling"] * 2,
        "rating": [5.0, 4.5], "at": [datetime(2026, 1, 1, tzinfo=UTC)] * 2,
    }  # fmt: skip
    pl.DataFrame(feedback).write_parquet(path / "feedback.parquet")
    with pytest.raises(BadFolder) as refused:
        folder.read(path)
    assert refused.value.problems == ("feedback.parquet:2: rating: is '4.5', expected a whole number from 1 to 5",)
    (path / "feedback.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(BadFolder, match=r"feedback\.parquet: cannot be read"):
        folder.read(path)
