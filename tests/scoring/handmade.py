"""Scores made by hand, for tests of what happens to them after the engine."""

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import get_type_hints
from uuid import UUID, uuid4

import numpy as np

from scoring import publish
from scoring.model import scores as s
from scoring.model.evidence import MISSING_TIME
from scoring.policy import Policy, Reference, digest
from scoring.release import everything
from service.base import db, slots

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)

EXTERNAL_IDS = 'select external_id from {} order by external_id collate "C"'
NO_SCALE = Reference(dimensions=(), mean=(), sd=(), correlation=())
DIMENSIONS = ("collaboration", "quality")


def array(values, dtype=np.int32):
    return np.array(values, dtype)


def numbers(rows, start=0.0):
    return np.linspace(start, start + 1.0, rows) if rows else np.empty(0)


def empty():
    """A run that found nobody."""

    def nothing(kind):
        found = {}
        for name, hint in get_type_hints(kind).items():
            found[name] = () if hint == tuple[str, ...] else np.empty(0, np.float64)
        return kind(**found)

    tables = {f.name: nothing(f.type) for f in fields(s.Scores) if is_dataclass(f.type)}
    return s.Scores(**tables, reference=NO_SCALE, counts={})


def about(people, projects=1):
    """A run about `people` people, the first of them best, and everybody's first `projects` projects as stages."""
    who = np.arange(people, dtype=np.int32)
    kind, zero = np.zeros(people, np.int32), np.zeros(people, np.int32)
    twice, estimate = np.tile(who, 2), numbers(people)[::-1]
    return s.Scores(
        scores=s.ScoreTable(
            np.tile(kind, 2), twice, np.repeat(array([0, 1]), people), DIMENSIONS,
            np.tile(estimate, 2), np.full(2 * people, 0.5), np.tile(estimate, 2) - 0.6, np.tile(estimate, 2) + 0.6,
            np.full(2 * people, 3.5),
        ),
        standings=s.StandingTable(
            zero, ("quality",), zero, ("organization",), zero, ("all",), kind, who, who + 1, who + 1, who + 1,
            estimate, estimate - 0.6, estimate + 0.6, np.zeros(people, bool),
        ),
        levels=s.LevelTable(
            who, np.minimum(who, 1), ("Newcomer", "Doer"), np.full(people, 0.5),
            np.full(people, MISSING_TIME), ("",) * (people - 1) + ("2 stages",),
        ),
        raters=s.RaterTable(who, numbers(people), np.full(people, 0.1), np.full(people, 1.0)),
        stages=s.StageTable(
            np.repeat(who, projects), np.tile(np.arange(projects, dtype=np.int32), people),
            np.tile(array([1, -1, 0]), people * projects)[: people * projects].astype(np.int8),
            np.full(people * projects, 0, np.int8), np.full(people * projects, -1, np.int8),
            ("nobody was heard",) * (people * projects),
        ),
        explanations=s.ExplanationTable(
            np.tile(kind, 2), twice, np.full(2 * people, 1, np.int32), np.repeat(array([0, 1]), people),
            ("prior", "peers"), np.repeat(array([-1, 0]), people), np.tile(estimate, 2) / 2,
        ),
        changes=s.ChangeTable(who, zero, ("answer_usual",), zero - 1, numbers(people)),
        reference=NO_SCALE,
        counts={"people": people},
    )  # fmt: skip


def provisional(scores, *subjects):
    """The same run, with these people provisional on the board."""
    standing = scores.standings
    mark = np.isin(standing.subject, subjects)
    hidden = {name: np.where(mark, 0, getattr(standing, name)) for name in ("band", "rank_low", "rank_high")}
    return replace(scores, standings=replace(standing, provisional=mark, **hidden))


async def evidence_ids(pool, organization_id):
    """What publishing needs of the evidence: the ids that indices are places in, sorted."""
    async with db.tenant(pool, organization_id) as tx:
        found = {
            table: tuple(row[0] for row in await tx.fetch(EXTERNAL_IDS.format(table)))
            for table in ("person", "team", "project", "customer")
        }
    return SimpleNamespace(
        people=SimpleNamespace(ids=found["person"]),
        teams=SimpleNamespace(ids=found["team"]),
        projects=SimpleNamespace(ids=found["project"]),
        customers=found["customer"],
        digest="0" * 64,
    )


async def published(pool, organization_id, scores, as_of=AS_OF, shown=None):
    """Store a hand-made run; its id."""
    evidence = await evidence_ids(pool, organization_id)
    slot = slots.NewSlot(job="scoring_now", key=str(uuid4()), moment=as_of, due_at=as_of)
    async with db.tenant(pool, organization_id) as tx:
        claim = await slots.begin(tx, slot, "test")
        policy = Policy()
        await tx.execute(
            "insert into scoring_policy (version, policy, hash) values (1, '{}', $1) on conflict do nothing",
            digest(policy),
        )
        policy_id = await tx.fetchval("select id from scoring_policy")
        run = publish.Run(
            id=UUID(claim.key), as_of=as_of, recorded_until=as_of, policy_id=policy_id, engine="test",
            evidence_digest="0" * 64, scores_digest=publish.digest(scores), job=claim.job, slot_key=claim.key,
            fence=claim.fence, seconds=0.1, counts=scores.counts,
        )  # fmt: skip
        shown = shown or everything(scores)
        await publish.load(tx, evidence, scores, shown)
        await slots.hold(tx, claim)
        await publish.store(tx, run, scores, shown)
        await slots.finish(tx, claim)
    return run.id
