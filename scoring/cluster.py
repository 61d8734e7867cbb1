"""Scoring beyond one process: on a dask.distributed cluster, or on a pool of local processes, with the same bytes.

`TALKOOT_CLUSTER` names the cluster: `tcp://host:port` of its scheduler, or `local:2` for two worker processes of our
own. Without it everything is computed here. What is sent is evidence, policy and moment; the answer is scores. A
cluster that does not answer is an error: nothing falls back in silence.
"""

import contextlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

from scoring.model.evidence import Evidence
from scoring.model.periods import micros
from scoring.model.score import STEPS, Blocks, conclude, put_together, score
from scoring.model.scores import Scores
from scoring.model.select import select
from scoring.policy import Policy

SETTING = "TALKOOT_CLUSTER"
LOCAL = "local:"
CONNECT_SECONDS = 10.0
RESULT_SECONDS = 3600.0  # the longest wait for one step; a night has eight hours
RETRIES = 3  # of a step that failed or whose worker died
CHILDREN = {  # read by our own processes as they load: one thread each, and memory that is given back only by the lot
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1"),
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
    "MALLOC_TOP_PAD_": str(16 << 20),
}

Job = tuple[Evidence, Policy, datetime]
Task = tuple[Callable[..., Any], tuple[Any, ...]]
Runner = Callable[[Sequence[Task]], list[Any]]  # computes tasks anywhere, answers in their order


class Unreachable(Exception):
    """The cluster that the setting names does not answer, or cannot be used."""


def by_setting(evidence: Evidence, policy: Policy, as_of: datetime) -> Scores:
    """Score where `TALKOOT_CLUSTER` says, here where it says nothing: an engine.

    Raises
    ------
    Unreachable : the cluster does not answer.
    ValueError : `as_of` has no time zone.
    """
    address = os.environ.get(SETTING, "")
    if not address:
        return score(evidence, policy, as_of)
    with on_cluster(address) as run:
        return score_apart((evidence, policy, as_of), run)


def fitted(evidence: Evidence, policy: Policy, as_of: datetime) -> tuple[Blocks, Scores]:
    """Score where `TALKOOT_CLUSTER` says, and return beside it what was learnt: the night's engine."""
    address = os.environ.get(SETTING, "")
    if not address:
        return _apart((evidence, policy, as_of), here)
    with on_cluster(address) as run:
        return _apart((evidence, policy, as_of), run)


def score_apart(job: Job, run: Runner) -> Scores:
    """Score one organization with the blocks of `fit` as separate tasks; the same bytes as `score`."""
    return _apart(job, run)[1]


def _apart(job: Job, run: Runner) -> tuple[Blocks, Scores]:
    evidence, policy, as_of = job
    moment = micros(as_of)
    known = select(evidence, moment)
    blocks = put_together(run([(step, (known, policy, moment)) for step in STEPS]))
    scores = conclude(evidence, blocks, policy, as_of)
    return replace(blocks, ranked=scores.standings), scores


def score_many(jobs: Sequence[Job], run: Runner) -> list[Scores]:
    """Score many organizations, a task each, in the order of `jobs`."""
    return run([(score, job) for job in jobs])


def here(tasks: Sequence[Task]) -> list[Any]:
    """Compute the tasks one after another in this process: a runner."""
    return [function(*args) for function, args in tasks]


@contextlib.contextmanager
def on_processes(count: int) -> Iterator[Runner]:
    """Give a runner on `count` processes of one thread each.

    The arrays of a small organization live for milliseconds. Taken from the system and given back each time, their
    pages cost a tenth of all; so what was freed is kept for the next, up to 256 MB. Another C library ignores it.
    """
    before = {name: os.environ.get(name) for name in CHILDREN}
    os.environ |= CHILDREN
    try:
        with ProcessPoolExecutor(count, multiprocessing.get_context("spawn")) as pool:

            def run(tasks: Sequence[Task]) -> list[Any]:
                futures = [pool.submit(function, *args) for function, args in tasks]
                return [future.result(RESULT_SECONDS) for future in futures]

            yield run
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            os.environ |= {} if value is None else {name: value}


@contextlib.contextmanager
def on_cluster(address: str) -> Iterator[Runner]:
    """Give a runner on the cluster at `address`; the tasks of a worker that dies are computed by another.

    Raises
    ------
    Unreachable : nothing answers there, or the package `distributed` is not installed.
    """
    with _client(address) as client:

        def run(tasks: Sequence[Task]) -> list[Any]:
            sent = [client.submit(function, *args, pure=False, retries=RETRIES) for function, args in tasks]
            return [future.result(timeout=RESULT_SECONDS) for future in sent]

        yield run


@contextlib.contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415 - an extra: only who sets a cluster needs it
    except ImportError as why:
        raise Unreachable(
            f"{SETTING} is {address!r}, but distributed is missing: pip install --no-build-isolation -e '.[cluster]'"
        ) from why
    with contextlib.ExitStack() as stack:
        try:
            where: Any = address
            if address.startswith(LOCAL):
                where = stack.enter_context(
                    LocalCluster(
                        n_workers=int(address.removeprefix(LOCAL)), threads_per_worker=1, dashboard_address=None
                    )
                )
            client = stack.enter_context(Client(where, timeout=CONNECT_SECONDS, set_as_default=False))
        except (OSError, ValueError, TimeoutError) as why:
            wanted = f"a scheduler at tcp://host:port that answers within {CONNECT_SECONDS:.0f} s, or local:WORKERS"
            raise Unreachable(f"{SETTING} is {address!r}, expected {wanted}: {why}") from why
        yield client
