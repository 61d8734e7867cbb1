"""The service's run and the engine on an exported folder give the same numbers, to the byte."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import polars as pl

from scoring import arrays, offline, publish
from scoring.exchange import folder, writing
from scoring.model.score import ENGINE_VERSION, score
from scoring.offline import run_folder
from scoring.policy import Policy
from scoring.run import run_now
from scoring.simulate import TINY, simulate
from service.base import db
from service.exchange.exporting import export_folder
from service.exchange.loading import Options, load_folder

UNTIL = datetime(2026, 11, 1, 12, tzinfo=UTC)
PINNED = "select evidence_digest, scores_digest, engine from scoring_run where id = $1"


async def test_a_run_of_the_service_equals_the_engine_on_what_it_exports(worker_pool, tmp_path):
    made = simulate(TINY, 5, UNTIL)
    writing.write(tmp_path / "made", made.frames, made.manifest)
    organization_id, as_of = uuid4(), UNTIL - timedelta(days=40)
    await load_folder(worker_pool, organization_id, tmp_path / "made", Options(create=f"o-{organization_id.hex[:12]}"))
    await export_folder(worker_pool, organization_id, tmp_path / "out", parquet=False)
    run_id = await run_now(worker_pool, organization_id, as_of)

    exported = folder.read(tmp_path / "out")
    evidence = arrays.build(exported.frames, exported.manifest)
    offline = score(evidence, Policy(), as_of)

    async with db.tenant(worker_pool, organization_id) as tx:
        pinned = await tx.fetchrow(PINNED, run_id)
    assert evidence.digest == pinned["evidence_digest"]
    assert pinned["engine"] == ENGINE_VERSION  # as run.csv of `talkoot score` names it
    assert publish.digest(offline) == pinned["scores_digest"]


async def test_consent_assumed_on_import_and_offline_is_the_same(worker_pool, tmp_path):
    made = simulate(TINY, 5, UNTIL)
    answered = made.frames["consents"].filter(pl.col("source") == "peers")
    writing.write(tmp_path / "made", {**made.frames, "consents": answered}, made.manifest)
    organization_id = uuid4()
    options = Options(create=f"o-{organization_id.hex[:12]}", assume_consent="a test")
    counts = await load_folder(worker_pool, organization_id, tmp_path / "made", options)
    found = run_folder(tmp_path / "made", tmp_path / "scored", offline.Options(UNTIL, assume_consent="a test"))
    run_id = await run_now(worker_pool, organization_id, UNTIL)
    async with db.tenant(worker_pool, organization_id) as tx:
        pinned = await tx.fetchrow(PINNED, run_id)
    assert found.evidence.digest == pinned["evidence_digest"]
    assert publish.digest(found.scores) == pinned["scores_digest"]
    assert found.without_consent == counts.assumed == 2 * made.frames["people"].height
