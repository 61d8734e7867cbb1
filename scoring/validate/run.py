"""Every scenario and seed, in several processes; findings come in a fixed order whatever the number of processes."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import product
from multiprocessing import get_context

from scoring.validate.findings import Finding, examine
from scoring.validate.judgement import Engine, ours
from scoring.validate.scenarios import Scenario

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run: every scenario with as many `seeds`, from `first` on."""

    scenarios: Sequence[Scenario]
    seeds: int = 20
    people: int = 120
    jobs: int = 2
    engine: Engine = ours
    first: int = 1

    @property
    def cells(self) -> list[tuple[str, int]]:
        """Names of scenarios, and seeds."""
        seeds = range(self.first, self.first + self.seeds)
        return list(product([scenario.name for scenario in self.scenarios], seeds))


def run(plan: Plan, done: Callable[[], None] = lambda: None) -> list[Finding]:
    """Examine every cell; `done` is called after each. With one job, in this process.

    Raises
    ------
    InvalidSettings : a scenario asks for more people than `plan.people`.
    """
    named = {scenario.name: scenario for scenario in plan.scenarios}
    for scenario in plan.scenarios:
        scenario.settings(plan.people)
    found: dict[tuple[str, int], list[Finding]] = {}
    if plan.jobs == 1:
        for name, seed in plan.cells:
            found[name, seed] = examine(named[name], seed, plan.people, plan.engine)
            done()
    else:
        # Processes start anew and read how many threads linear algebra may use.
        os.environ.update(dict.fromkeys(THREADS, "1"))
        with ProcessPoolExecutor(plan.jobs, mp_context=get_context("spawn")) as pool:
            waiting = {
                pool.submit(examine, named[name], seed, plan.people, plan.engine): (name, seed)
                for name, seed in plan.cells
            }
            for future in as_completed(waiting):
                found[waiting[future]] = future.result()
                done()
    return [finding for key in plan.cells for finding in found[key]]
