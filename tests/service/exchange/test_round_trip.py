"""What is imported is exported again to the byte, scores the same, and importing twice changes nothing."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import polars as pl
import pytest

from scoring import arrays
from scoring.evidence import read_frames, read_manifest
from scoring.evidence.read import QUERIES
from scoring.exchange import folder
from scoring.exchange.columns import FILES, STANDARD_CRITERIA
from scoring.exchange.problems import BadFolder
from service.base import db
from service.exchange.exporting import export_folder
from service.exchange.loading import Options, load_folder
from tests.scoring.folders import GOOD, MANIFEST, make

FUTURE = datetime(2199, 1, 1, tzinfo=UTC)
AT = "2026-01-02T00:00:00Z"
MONEY = "'j1' 'delivered_effort' 'hours' '2024-06-01 00:00:00+00:00'"
KUDOS = "id,giver,receiver,message,at\n"


async def load(pool, path, **options):
    organization_id = uuid4()
    options = Options(create=f"o-{organization_id.hex[:12]}", **options)
    counts = await load_folder(pool, organization_id, path, options)
    return organization_id, counts


async def frames_of(pool, organization_id, *, words=True):
    async with db.tenant(pool, organization_id, readonly=True) as tx:
        return await read_frames(tx, FUTURE, words=words), await read_manifest(tx)


def contents(path):
    return {file.name: file.read_bytes() for file in path.iterdir()}


async def test_every_query_of_the_shelf_returns_the_columns_of_its_file(worker_pool):
    async with db.connection(worker_pool) as conn:
        for name, file in FILES.items():
            prepared = await conn.prepare(QUERIES[name].sql)
            columns = [attribute.name for attribute in prepared.get_attributes()]
            assert columns == [column.name for column in file.columns], name


@pytest.mark.parametrize("parquet", [False, True])
async def test_a_round_trip_loses_nothing(worker_pool, tmp_path, parquet):
    first, counts = await load(worker_pool, make(tmp_path / "in", GOOD))
    assert counts.added.keys() == FILES.keys()
    await export_folder(worker_pool, first, tmp_path / "out", parquet=parquet)
    second, _ = await load(worker_pool, tmp_path / "out")
    await export_folder(worker_pool, second, tmp_path / "again", parquet=parquet)
    assert contents(tmp_path / "out") == contents(tmp_path / "again")
    original, exported = folder.read(tmp_path / "in"), folder.read(tmp_path / "out")
    for name, frame in original.frames.items():
        assert exported.frames[name].sort(pl.all()).equals(frame.sort(pl.all())), name
    assert exported.manifest == original.manifest


async def test_folder_and_database_make_the_same_evidence(worker_pool, tmp_path):
    read = folder.read(make(tmp_path / "in", GOOD))
    digest = arrays.build(read.frames, read.manifest).digest
    organization_id, _ = await load(worker_pool, tmp_path / "in")
    for words in (True, False):
        frames, manifest = await frames_of(worker_pool, organization_id, words=words)
        assert arrays.build(frames, manifest).digest == digest
    assert frames["kudos"]["message"].null_count() == frames["kudos"].height


async def test_standard_criteria_come_to_stand_where_the_folder_names_none(worker_pool, tmp_path):
    organization_id, _ = await load(worker_pool, make(tmp_path / "in", {}))
    frames, manifest = await frames_of(worker_pool, organization_id)
    assert set(frames["criteria"]["criterion"]) == set(STANDARD_CRITERIA)
    read = folder.read(tmp_path / "in")
    assert arrays.build(frames, manifest).digest == arrays.build(read.frames, read.manifest).digest


async def test_importing_again_changes_nothing(worker_pool, tmp_path):
    organization_id, _ = await load(worker_pool, make(tmp_path / "in", GOOD))
    before, _ = await frames_of(worker_pool, organization_id)
    counts = await load_folder(worker_pool, organization_id, tmp_path / "in", Options())
    assert (counts.added, counts.corrected) == ({}, {})
    assert not counts.changed_anything
    after, _ = await frames_of(worker_pool, organization_id)
    assert all(frame.sort(pl.all()).equals(after[name].sort(pl.all())) for name, frame in before.items())
    events = "select count(*) from event where kind = 'folder_imported'"
    async with db.tenant(worker_pool, organization_id, readonly=True) as tx:
        assert await tx.fetchval(events) == 1
        assert await tx.fetchval("select count(*) from audit where action = 'import'") == 2


async def test_a_second_folder_adds_to_the_first_and_may_refer_to_it(worker_pool, tmp_path):
    organization_id, _ = await load(worker_pool, make(tmp_path / "in", GOOD))
    more = {
        "people": "person,name\np4,Dan\n",
        "kudos": f"{KUDOS}k9,p4,p1,Hi,{AT}\n",
        "retractions": f"file,id,reason,at\nfeedback,f1,contested,{AT}\n",
    }
    counts = await load_folder(worker_pool, organization_id, make(tmp_path / "more", more), Options())
    assert counts.added == {"people": 1, "kudos": 1, "retractions": 1}
    frames, manifest = await frames_of(worker_pool, organization_id)
    assert len(arrays.build(frames, manifest).feedback.at) == 3  # f2, f3 and f4


async def test_other_content_under_the_same_id_is_refused(worker_pool, tmp_path):
    organization_id, _ = await load(worker_pool, make(tmp_path / "in", GOOD))
    changed = {
        **GOOD,
        "people": GOOD["people"].replace("Ben", "Benjamin"),
        "kudos": GOOD["kudos"].replace("hidden by its", "seen by its").replace("k1,p1,p2,j1", "k1,p1,p2,j2"),
        "money": GOOD["money"].replace("-0.125", "-0.5"),
    }
    path = make(tmp_path / "changed", changed)
    with pytest.raises(BadFolder) as refused:
        await load_folder(worker_pool, organization_id, path, Options())
    assert refused.value.problems == (
        "people: 'p2': name differs from what is stored, expected the same content, or --correct",
        f"money: {MONEY}: amount differs from what is stored, expected the same content, or --correct",
        "kudos: 'k1': project differs from what is stored, expected the same content, or --correct",
        "kudos: 'k3': message differs from what is stored, expected the same content, or --correct",
    )
    with pytest.raises(BadFolder, match=r"^money: 'j1' .* expected the same content$"):
        await load_folder(worker_pool, organization_id, path, Options(correct=True))


# One change in every file that may be corrected.
CORRECTIONS = {
    "people": ("Ben", "Benjamin"),
    "teams": ("Second,", "Second,Build"),
    "team_members": ("lead,,", "lead,,2026-01-01T00:00:00Z"),
    "customers": ("Pine", "Fir"),
    "contacts": ("n2,c1,,,,0", "n2,c2,,,,1"),
    "criteria": ("Leading,", "Leading,Shows the way"),
    "projects": ("2024-06-01T00:00:00Z,,,,j1", "2024-06-01T00:00:00Z,,,South,j3"),
    "members": ("seller,2", "seller,3"),
    "documents": ("How to sell", "How to buy"),
    "handovers": ("2024-07-01T00:00:00Z,,", "2024-07-01T00:00:00Z,2024-07-02T00:00:00Z,5"),
    "care": ("2025-06-01T00:00:00Z,,,,", "2025-06-01T00:00:00Z,2025-05-30T00:00:00Z,repaired,1,0"),
    "rounds": ("2025-04-01T00:00:00Z,", "2025-04-01T00:00:00Z,2025-05-01T00:00:00Z"),
    "asks": ("s2,,p2,p1,", "s2,,p2,p3,"),
    "feedback": ("collaboration,1", "collaboration,3"),
    "kudos": ("leading and trailing", "leading"),
    "signals": ("satisfaction,4.5", "satisfaction,2"),
    "badges": ("b2,ten_thanks,p2", "b2,ten_thanks,p1"),
    "leaves": ("p2,2024-07-01T00:00:00Z,", "p2,2024-07-01T00:00:00Z,2024-09-01T00:00:00Z"),
}


async def test_corrections_are_taken_where_they_are_asked_for(worker_pool, tmp_path):
    organization_id, _ = await load(worker_pool, make(tmp_path / "in", GOOD))
    corrected = {name: text.replace(*CORRECTIONS.get(name, ("", ""))) for name, text in GOOD.items()}
    path = make(tmp_path / "corrected", corrected)
    counts = await load_folder(worker_pool, organization_id, path, Options(correct=True))
    assert counts.corrected == dict.fromkeys(CORRECTIONS, 1)
    assert counts.added == {}
    read = folder.read(path)
    frames, manifest = await frames_of(worker_pool, organization_id)
    for name, frame in read.frames.items():
        without = pl.all().exclude("recorded_at")
        assert frames[name].select(without).sort(pl.all()).equals(frame.select(without).sort(pl.all())), name
    assert arrays.build(frames, manifest).digest == arrays.build(read.frames, read.manifest).digest
    again = await load_folder(worker_pool, organization_id, path, Options())
    assert not again.changed_anything


async def test_a_correction_leaves_the_old_row_and_what_was_known_then(worker_pool, tmp_path):
    organization_id, _ = await load(worker_pool, make(tmp_path / "in", GOOD))
    async with db.tenant(worker_pool, organization_id, readonly=True) as tx:
        before = await tx.fetchval("select clock_timestamp()")
        old = await read_frames(tx, before, words=True)
    text = GOOD["feedback"].replace(*CORRECTIONS["feedback"])
    path = make(tmp_path / "corrected", {**GOOD, "feedback": text})
    await load_folder(worker_pool, organization_id, path, Options(correct=True))
    async with db.tenant(worker_pool, organization_id, readonly=True) as tx:
        then = await read_frames(tx, before, words=True)
        versions = "select version, rating from feedback_answer where external_id = 'f3' order by version"
        assert [tuple(row) for row in await tx.fetch(versions)] == [(1, 1), (2, 3)]
        retracted = "select reason from retraction r join feedback_answer f on f.id = r.feedback_id"
        assert [row[0] for row in await tx.fetch(retracted)] == ["corrected"]
    assert all(frame.sort(pl.all()).equals(then[name].sort(pl.all())) for name, frame in old.items())


async def test_what_was_hidden_stays_hidden_when_it_is_corrected(worker_pool, tmp_path):
    organization_id, _ = await load(worker_pool, make(tmp_path / "in", GOOD))
    text = GOOD["kudos"].replace("hidden by its receiver", "hidden again")
    path = make(tmp_path / "corrected", {**GOOD, "kudos": text})
    await load_folder(worker_pool, organization_id, path, Options(correct=True))
    frames, manifest = await frames_of(worker_pool, organization_id)
    assert arrays.build(frames, manifest).kudos.ids == ("k1", "k2")


HIDDEN = """
select n.version, r.reason from retraction r join kudos n on n.id = r.kudos_id
where n.external_id = 'k3' and r.reason <> 'corrected' order by n.version
"""


async def test_a_correction_stands_as_retracted_as_what_it_corrects_and_is_told_once(worker_pool, tmp_path):
    organization_id, _ = await load(worker_pool, make(tmp_path / "in", GOOD))
    for number, words in enumerate(("hidden again", "hidden once more")):
        text = GOOD["kudos"].replace("hidden by its receiver", words)
        path = make(tmp_path / f"corrected{number}", {**GOOD, "kudos": text})
        await load_folder(worker_pool, organization_id, path, Options(correct=True))
    async with db.tenant(worker_pool, organization_id, readonly=True) as tx:
        assert [tuple(row) for row in await tx.fetch(HIDDEN)] == [(1, "hidden"), (2, "hidden"), (3, "hidden")]
    frames, manifest = await frames_of(worker_pool, organization_id)
    assert frames["retractions"].height == 1
    assert arrays.build(frames, manifest).kudos.ids == ("k1", "k2")
    await export_folder(worker_pool, organization_id, tmp_path / "out")
    second, _ = await load(worker_pool, tmp_path / "out")
    await export_folder(worker_pool, second, tmp_path / "again")
    assert contents(tmp_path / "out") == contents(tmp_path / "again")
    assert not (await load_folder(worker_pool, organization_id, tmp_path / "out", Options())).changed_anything


RETRACTED = {"feedback": "f3", "kudos": "k2", "signals": "g2", "badges": "b2", "documents": "d1", "handovers": "h2"}


async def test_whatever_is_corrected_keeps_its_retractions(worker_pool, tmp_path):
    names = {**RETRACTED, "care": "r2"}
    more = "".join(f"{name},{key},contested,{AT}\n" for name, key in names.items())
    good = {**GOOD, "retractions": GOOD["retractions"] + more}
    organization_id, _ = await load(worker_pool, make(tmp_path / "in", good))
    corrected = {name: text.replace(*CORRECTIONS[name]) if name in names else text for name, text in good.items()}
    path = make(tmp_path / "corrected", corrected)
    assert (await load_folder(worker_pool, organization_id, path, Options(correct=True))).corrected.keys() == set(names)
    async with db.tenant(worker_pool, organization_id, readonly=True) as tx:
        assert await tx.fetchval("select count(*) from retraction where reason = 'contested'") == 2 * len(names)
    frames, _ = await frames_of(worker_pool, organization_id)
    assert frames["retractions"].height == 1 + len(names)


RECORDED = "select external_id, recorded_at from feedback_answer order by external_id"
FEEDBACK = "id,giver,receiver,criterion,rating,at,recorded_at\n"


async def recorded(pool, organization_id):
    async with db.tenant(pool, organization_id, readonly=True) as tx:
        return dict(map(tuple, await tx.fetch(RECORDED)))


async def test_feedback_enters_no_evidence_of_before_it_was_imported(worker_pool, tmp_path):
    organization_id, _ = await load(worker_pool, make(tmp_path / "in", {}))
    before = await when(worker_pool)
    late = {"feedback": f"{FEEDBACK}f1,p1,p2,collaboration,5,{AT},2020-01-01T00:00:00Z\n"}
    counts = await load_folder(worker_pool, organization_id, make(tmp_path / "late", late), Options())
    assert (await recorded(worker_pool, organization_id))["f1"] > before
    said = "feedback: 1 recorded_at not taken over, but the time of this import: earlier runs did without these rows"
    assert counts.notes == [said]


async def test_a_restored_organization_keeps_when_feedback_was_recorded_unless_it_lies_ahead(worker_pool, tmp_path):
    rows = f"f1,p1,p2,collaboration,5,{AT},2020-01-01T00:00:00Z\nf2,p2,p1,collaboration,5,{AT},2150-01-01T00:00:00Z\n"
    rows += f"f3,p2,p1,collaboration,5,{AT},\n"
    organization_id, counts = await load(worker_pool, make(tmp_path / "in", {"feedback": f"{FEEDBACK}{rows}"}))
    found = await recorded(worker_pool, organization_id)
    assert found["f1"] == datetime(2020, 1, 1, tzinfo=UTC)
    assert found["f2"] == found["f3"] <= await when(worker_pool)
    assert counts.notes == ["feedback: 1 recorded_at in the future, taken as the time of this import"]


async def when(pool):
    async with db.connection(pool) as conn:
        return await conn.fetchval("select clock_timestamp()")


async def test_a_bad_row_leaves_nothing_behind(worker_pool, tmp_path):
    path = make(tmp_path / "bad", {"kudos": f"{KUDOS}k1,p1,p2,Hi,{AT}\nk2,p1,p1,Hi,{AT}\n"})
    organization_id = uuid4()
    options = Options(create=f"o-{organization_id.hex[:12]}")
    with pytest.raises(BadFolder):
        await load_folder(worker_pool, organization_id, path, options)
    async with db.tenant(worker_pool, organization_id, readonly=True) as tx:
        assert await tx.fetchval("select count(*) from organization") == 0
    counts = await load_folder(worker_pool, organization_id, path, Options(create=options.create, skip_bad=True))
    assert counts.skipped == {"kudos": 1}
    assert counts.added["kudos"] == 1


async def test_consent_is_assumed_only_where_asked_and_never_overrules_an_answer(worker_pool, tmp_path):
    path = make(tmp_path / "in", GOOD)
    organization_id, counts = await load(worker_pool, path)
    assert counts.assumed == 0
    counts = await load_folder(worker_pool, organization_id, path, Options(assume_consent="agreed with the council"))
    assert counts.assumed == 3 * 3 - 2  # p1 answered about peers, p2 about kudos
    frames, _ = await frames_of(worker_pool, organization_id)
    of_ada = frames["consents"].filter(pl.col("person") == "p1", pl.col("source") == "peers")
    assert of_ada["given"].sort().to_list() == [0, 1]
    assert (await load_folder(worker_pool, organization_id, path, Options(assume_consent="again"))).assumed == 0
    async with db.tenant(worker_pool, organization_id, readonly=True) as tx:
        said = await tx.fetchval("select detail from audit where detail like '%assumed 7%'")
    assert "agreed with the council" in said


async def test_two_imports_at_once_into_one_organization_wait_for_each_other(worker_pool, tmp_path):
    organization_id, _ = await load(worker_pool, make(tmp_path / "first", {}))
    path = make(tmp_path / "in", GOOD | {"people": GOOD["people"].replace("p1,Ada", "p1,Ada")})
    options = Options(correct=True)
    both = await asyncio.gather(*(load_folder(worker_pool, organization_id, path, options) for _ in range(2)))
    assert sorted(sum(counts.added.values()) > 0 for counts in both) == [False, True]


async def test_an_import_sees_and_touches_its_own_organization_only(worker_pool, tmp_path, north):
    organization_id, _ = await load(worker_pool, make(tmp_path / "in", GOOD))
    frames, _ = await frames_of(worker_pool, north.organization_id)
    assert set(frames["people"]["name"]) == {"Ada", "Ben", "Cleo"}
    assert frames["kudos"].height == 0
    mine, _ = await frames_of(worker_pool, organization_id)
    assert set(mine["people"]["person"]) == {"p1", "p2", "p3"}


async def test_an_organization_that_grew_in_the_service_makes_a_round_trip_too(worker_pool, tmp_path, north):
    await export_folder(worker_pool, north.organization_id, tmp_path / "out")
    organization_id, _ = await load(worker_pool, tmp_path / "out")
    await export_folder(worker_pool, organization_id, tmp_path / "again")
    assert contents(tmp_path / "out") == contents(tmp_path / "again")


async def test_an_export_is_written_down_before_it_leaves(worker_pool, tmp_path):
    organization_id, _ = await load(worker_pool, make(tmp_path / "in", {}))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    with pytest.raises(FileExistsError):
        await export_folder(worker_pool, organization_id, tmp_path / "full")
    async with db.tenant(worker_pool, organization_id, readonly=True) as tx:
        assert await tx.fetchval("select count(*) from audit where action = 'export'") == 1


async def test_a_folder_of_another_time_zone_is_imported_and_said_so(worker_pool, tmp_path):
    organization_id, _ = await load(worker_pool, make(tmp_path / "in", {}))
    other = make(tmp_path / "other", {}, MANIFEST.replace("Europe/Helsinki", "UTC"))
    counts = await load_folder(worker_pool, organization_id, other, Options())
    assert counts.notes == ["time_zone: the folder says UTC; the organization keeps Europe/Helsinki"]


async def test_a_folder_by_which_the_last_administrator_leaves_is_refused_whole(worker_pool, tmp_path):
    grant = "insert into role_grant (person_id, role) select id, 'administrator' from person where external_id = $1"
    there = "select name from person where left_at is null and external_id in ('p1', 'p4') order by name"
    organization_id, _ = await load(worker_pool, make(tmp_path / "in", GOOD))
    async with db.tenant(worker_pool, organization_id) as tx:
        await tx.execute(grant, "p1")
    leaves = GOOD["people"].replace("2024-01-01T00:00:00+02:00,", "2024-01-01T00:00:00+02:00,2026-01-01T00:00:00Z")
    path = make(tmp_path / "later", {"people": leaves + "p4,Dan,,,,,\n"})
    with pytest.raises(BadFolder, match="the last administrator leaves"):
        await load_folder(worker_pool, organization_id, path, Options(correct=True))
    async with db.tenant(worker_pool, organization_id) as tx:
        assert [row[0] for row in await tx.fetch(there)] == ["Ada"]
        await tx.execute(grant, "p3")
    await load_folder(worker_pool, organization_id, path, Options(correct=True))
    async with db.tenant(worker_pool, organization_id) as tx:
        assert [row[0] for row in await tx.fetch(there)] == ["Dan"]
