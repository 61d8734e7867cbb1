"""The attack on the gate over many organizations: `python -m tests.scoring.attack_campaign 1000`; half an hour long.

Each organization is attacked at one released answer, half of the time one at the end of the scale, and every fourth
at an answer that waits. Prints how many ratings stayed possible, and ends with status 1 where the gate failed.
"""

import sys
import time
from collections import Counter

import numpy as np

from tests.scoring.attacked import World, world
from tests.scoring.attacker import LEAST, TRUE, Build, learns_of, possible, targets

WAITING = 4  # one organization of so many is attacked at an answer that waits, too
FREE = 4  # in one of so many two answers are unknown, in the others one


def attacked(world_: World, rng: np.random.Generator, build: Build = TRUE, *, free: bool = True) -> list[int] | None:
    """Return the ratings that stay possible of one released answer; None where nothing is released."""
    due = targets(world_)[0]
    rating = world_.evidence.feedback.rating
    highest = [(target, mate) for target, mate in due if rating[target] == rating[mate] == 5]
    among = highest if highest and rng.random() < 0.5 else due
    return possible(build, world_, *among[rng.integers(len(among))], free=free) if among else None


def learnt(world_: World, rng: np.random.Generator, build: Build = TRUE) -> bool:
    """Say whether the attacker learns anything of one answer that waits."""
    waiting = targets(world_)[1]
    return bool(waiting) and learns_of(build, world_, int(rng.choice(waiting)))


def main(count: int, first: int = 0) -> int:
    """Attack `count` organizations from seed `first` on; how many of them gave something away."""
    began, sizes, failed = time.monotonic(), Counter[int](), []
    for seed in range(first, first + count):
        made, rng = world(seed), np.random.default_rng(seed)
        left = attacked(made, rng, free=seed % FREE == 1)
        if left is not None:
            sizes[len(left)] += 1
        if (left is not None and len(left) < LEAST) or (seed % WAITING == 0 and learnt(made, rng)):
            failed.append(seed)
            print(f"seed {seed}: possible {left}", flush=True)
        if seed % 50 == 0:
            print(f"{seed - first + 1} organizations, {time.monotonic() - began:.0f} s, {dict(sizes)}", flush=True)
    print(f"{count} organizations, {time.monotonic() - began:.0f} s; ratings possible: {dict(sorted(sizes.items()))}")
    print(f"failed: {failed or 'none'}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(min(main(*map(int, sys.argv[1:] or ["1000"])), 1))
