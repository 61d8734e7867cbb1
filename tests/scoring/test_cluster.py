"""The engine on processes and on a cluster: the same bytes as here, also when a worker is killed in the middle."""

import os
import pickle
import signal
import threading
import time

import pytest
from distributed import Client, LocalCluster

from scoring import cluster
from scoring.cluster import CHILDREN, Unreachable, by_setting, here, on_cluster, on_processes, score_apart, score_many
from scoring.model.score import score
from scoring.policy import Policy
from scoring.publish import digest
from tests.scoring.company import DAYS, company
from tests.scoring.small import day, small

JOBS = [(small(**company(seed)), Policy(), day(DAYS + 1)) for seed in (1, 2, 3)]
WAIT = 60.0


def expected():
    return [digest(score(*job)) for job in JOBS]


def slowly(flag, job):
    """Say which process computes it, and on the first attempt wait to be killed."""
    try:
        with open(flag, "x") as file:  # noqa: PTH123 - mode x: the first attempt alone
            file.write(str(os.getpid()))
        time.sleep(WAIT)
    except FileExistsError:
        pass
    return os.getpid(), score(*job)


def kill_first(flag, killed):
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        if flag.exists() and flag.read_text():
            killed.append(int(flag.read_text()))
            os.kill(killed[0], signal.SIGKILL)
            return
        time.sleep(0.05)


def test_blocks_computed_apart_give_the_same_bytes():
    assert [digest(score_apart(job, here)) for job in JOBS] == expected()


def test_processes_give_the_same_bytes_in_order():
    with on_processes(2) as run:
        assert [digest(found) for found in score_many(JOBS, run)] == expected()
        assert digest(score_apart(JOBS[0], run)) == expected()[0]


def test_processes_have_one_thread_and_keep_freed_memory_and_ours_stays_as_it_was(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    before = dict(os.environ)
    with on_processes(1) as run:
        found = dict(zip(CHILDREN, run([(os.getenv, (name,)) for name in CHILDREN]), strict=True))
    assert found == CHILDREN
    assert dict(os.environ) == before


def test_a_killed_worker_changes_nothing(tmp_path):
    flag, killed = tmp_path / "first", []
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local,
        Client(local, timeout=WAIT, set_as_default=False) as client,
        on_cluster(local.scheduler_address) as run,
    ):
        client.wait_for_workers(2, timeout=WAIT)
        killer = threading.Thread(target=kill_first, args=(flag, killed))
        killer.start()
        found = run([(slowly, (str(flag), job)) for job in JOBS])
        killer.join(WAIT)
    assert killed
    assert killed[0] not in {process for process, _ in found}
    assert [digest(scores) for _, scores in found] == expected()


def test_the_setting_chooses_a_local_cluster(monkeypatch):
    monkeypatch.setenv(cluster.SETTING, "local:2")
    assert digest(by_setting(*JOBS[0])) == expected()[0]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "local:two", "nonsense"])
def test_a_cluster_that_does_not_answer_is_an_error(monkeypatch, address):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1.0)
    monkeypatch.setenv(cluster.SETTING, address)
    with pytest.raises(Unreachable, match=address):
        by_setting(*JOBS[0])


def test_evidence_survives_the_way():
    assert pickle.loads(pickle.dumps(JOBS[0][0])).digest == JOBS[0][0].digest  # noqa: S301 - our own bytes
