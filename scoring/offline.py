"""Scoring an exchange folder without a database: the same engine, files in and files out."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from scoring import output
from scoring.arrays import build
from scoring.cluster import by_setting
from scoring.exchange import folder as exchange
from scoring.exchange.columns import EARLIEST, FILES, SOURCES, Kind
from scoring.exchange.folder import Frames
from scoring.exchange.values import UTC_MICROSECONDS
from scoring.model.evidence import Evidence
from scoring.model.score import ENGINE_VERSION
from scoring.model.scores import Scores
from scoring.policy import Policy, succeeding
from scoring.policy import digest as policy_digest

PLANNED = {"due", "to", "from"}  # times that may lie ahead: they say nothing of when a folder was written
NO_EVIDENCE = datetime(2000, 1, 1, tzinfo=UTC)  # the moment of a folder that holds no time at all


@dataclass(frozen=True, slots=True)
class Options:
    """How to score a folder; `as_of` None means the moment after its last evidence.

    A policy that does not say since when its levels ask for what they ask is dated: see `dated`.
    """

    as_of: datetime | None = None
    policy: Policy = field(default_factory=Policy)
    file_format: output.Format = "csv"
    assume_consent: str | None = None  # the reason why consents without a word are taken as given


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was written, and how long it took: `seconds` by step, never in a file."""

    as_of: datetime
    evidence: Evidence
    scores: Scores
    tables: dict[str, pl.DataFrame]
    without_consent: int  # consents, one for each person and source, on which the folder says nothing
    seconds: dict[str, float]


def run_folder(source: Path, out: Path, options: Options) -> Outcome:
    """Score the exchange folder `source` into the folder `out`. The same folder and options give the same bytes.

    Raises
    ------
    BadFolder : the exchange folder is not one; says where and why.
    ForeignFolder : `out` holds something else than an output of ours.
    """
    output.check_ours(out)
    clock = _Stopwatch()
    read = exchange.read(source)
    frames = assumed(read.frames) if options.assume_consent else read.frames
    as_of = options.as_of or after_last_evidence(read.frames)
    clock.lap("read")
    evidence = build(frames, read.manifest)
    clock.lap("arrays")
    scores = by_setting(evidence, dated(options.policy, as_of), as_of)
    clock.lap("score")
    tables = output.tables(scores, evidence, _run(evidence, options, as_of, scores))
    output.write(out, tables, options.file_format)
    clock.lap("write")
    return Outcome(as_of, evidence, scores, tables, _silent(read.frames).height, clock.laps)


def after_last_evidence(frames: Frames) -> datetime:
    """Return the moment after the last thing that is known to have happened: no clock is asked."""
    last = [
        frames[file.name][column.name].max()
        for file in FILES.values()
        for column in file.columns
        if column.kind == Kind.TIME and column.name not in PLANNED
    ]
    known = [moment for moment in last if isinstance(moment, datetime)]
    return max(known) + timedelta(microseconds=1) if known else NO_EVIDENCE


def dated(policy: Policy, as_of: datetime) -> Policy:
    """Let levels that ask for something else than the standard ones do so from `as_of` on, where nothing else is said.

    So a level that was reached under other rules is not lost at once, for what was not asked when it was reached.
    """
    return policy if policy.levels_from else succeeding(Policy(), policy, as_of)


def assumed(frames: Frames) -> Frames:
    """Let everybody have consented, from the first, to each source about which they said nothing."""
    first = datetime.fromisoformat(EARLIEST)
    added = _silent(frames).with_columns(given=pl.lit(1, pl.Int8), at=pl.lit(first, UTC_MICROSECONDS))
    return {**frames, "consents": pl.concat([frames["consents"], added.select(frames["consents"].columns)])}


def _silent(frames: Frames) -> pl.DataFrame:
    """Return person and source of each consent that was neither given nor refused."""
    sources = pl.DataFrame({"source": SOURCES})
    wanted = frames["people"].select("person").join(sources, how="cross")
    return wanted.join(frames["consents"], on=["person", "source"], how="anti")


def _run(evidence: Evidence, options: Options, as_of: datetime, scores: Scores) -> dict[str, str]:
    return {
        "engine": ENGINE_VERSION,
        "policy": policy_digest(options.policy),
        "evidence": evidence.digest,
        "as_of": as_of.astimezone(UTC).isoformat(),
        "assumed_consent": options.assume_consent or "",
        **{f"count_{name}": str(count) for name, count in scores.counts.items()},
    }


class _Stopwatch:
    """Seconds between laps."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """Note the seconds since the lap before."""
        now = time.perf_counter()
        self.laps[name] = now - self._last
        self._last = now
