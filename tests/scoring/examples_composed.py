"""Worked examples of quality, stages, levels, boards, teams and changes, computed by the engine."""

from calendar import month_name
from datetime import UTC, datetime

import numpy as np

from scoring.model import care
from scoring.model.boards_many import places_of_many
from scoring.model.changes import WHATS, Known, changes
from scoring.model.choices import PersonRole
from scoring.model.composite import QUALITY, compose, margin, weights
from scoring.model.evidence import MISSING_TIME
from scoring.model.falls import Look, falls
from scoring.model.intervals import ends
from scoring.model.levels import Falls, levels, trust
from scoring.model.peers import ProjectPeers
from scoring.model.score import score
from scoring.model.scores import StageTable
from scoring.model.select import consented, select
from scoring.model.stages import cleared, stages
from scoring.model.teams import team_block, time_shares
from scoring.policy import Policy
from scoring.release_figures import Frozen, shrunk
from tests.scoring.blocks import block, results
from tests.scoring.examples import hold
from tests.scoring.small import micros, small

POLICY = Policy()


def _columns(example, *names):
    return (np.array(example.column(name), np.float64)[:, None] for name in names)


def quality(example, monkeypatch):
    rated, sd, trusted, unsure = _columns(example, "collaboration", "sd", "trust", "sd of trust")
    known = [
        block("collaboration", estimate=rated, sd=sd, centre=4.0, spread=0.5),
        block("customer_trust", estimate=trusted, sd=unsure),
    ]
    even = {"other": {"collaboration": 3.0, "customer_trust": 4.0}, "lead": {"collaboration": 1.0}}
    role = np.array([PersonRole[row["role"].upper()] for row in example.rows], np.int8)
    found = compose(known, results(np.zeros((len(role), 1))), role, Policy(weights=even))
    return {"quality": found.estimate[:, QUALITY], "sd of Ada, Ben and Cleo": found.sd[:3, QUALITY]}


def intervals(example, monkeypatch):
    estimate, sd = _columns(example, "estimate", "sd")
    low, high = ends(estimate, sd, (0.0, 1.0), margin(POLICY))
    return {"low": low, "high": high}


def stars(example, monkeypatch):
    files = {"projects": [], "members": [], "documents": [], "handovers": [], "care": []}
    for row in example.rows:
        of = {"project": row["project"]}
        files["projects"].append({**of, "kind": "delivery", "started": 0, "ended": 100, "outcome": "done"})
        files["members"].append({**of, "person": "Ada"})
        if row["document used"]:
            files["documents"].append({**of, "author": "Ada", "at": 90, "used_by": "z"})
        if row["hand-over"]:
            given = {"from_person": "Ada", "to_person": "Ben", "at": 100, "accepted_at": 101}
            files["handovers"].append({**of, **given, "rating": float(row["hand-over"])})
        if row["first call"]:
            done = {"done": 200, "outcome": "well"} if row["first call"] == "done" else {}
            files["care"].append({**of, "owner": "Ada", "kind": "3m", "due": 190, **done})
    files["projects"].append({"project": "z", "kind": "delivery", "started": 0})
    evidence = select(small(**files), micros(400))
    mean, voices, trusted, sd, heard = (
        [*(0.0 if np.isnan(value) and name != "colleagues" else value for value in example.column(name)), fill]
        for name, fill in (("colleagues", np.nan), ("voices", 0.0), ("trust", 0.0), ("sd", 1.0), ("customers", 0.0))
    )
    told = block("customer_trust", estimate=trusted, sd=np.where(np.array(sd) > 0, sd, 1.0)[:, None], voices=heard)
    word = ProjectPeers(np.array(mean), np.array(voices))
    table = stages(evidence, word, told, consented(evidence, micros(400)), POLICY)
    given = np.column_stack([table.colleagues, table.customer, table.left_behind])
    return {**{row["project"]: given[at] for at, row in enumerate(example.rows)}, "clear": cleared(table, POLICY)}


def _journey(counts):
    """So many cleared stages of each person, and the projects they were."""
    person = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
    projects = [
        {"project": f"p{at:02}", "kind": "delivery", "started": 0, "ended": 10, "outcome": "done"}
        for at in range(len(person))
    ]
    star, none = np.ones(len(person), np.int8), np.zeros(len(person), np.int8)
    table = StageTable(person, np.arange(len(person), dtype=np.int32), star, star, none, ("",) * len(person))
    return projects, table


def _trusted(estimate, sd, special):
    composed = block("quality", "standing", estimate=np.hstack([estimate, estimate]), sd=np.hstack([sd, sd]))
    return trust(special, composed, POLICY)


def ladder(example, monkeypatch):
    estimate, sd, leading, own, voices = _columns(example, "quality", "sd", "leading", "sd of leading", "voices")
    special = block("leading", estimate=leading, sd=own, voices=voices)
    projects, table = _journey([int(count) for count in example.column("stages")])
    evidence = small(people=[{"person": row["person"]} for row in example.rows], projects=projects)
    nobody = Falls(np.zeros(len(example.rows), np.bool_), MISSING_TIME)
    found = levels(evidence, _trusted(estimate, sd, special), table, POLICY, nobody)
    return {"level": found.level, "progress": found.progress}


def losing(example, monkeypatch):
    names = [row["person"] for row in example.rows]
    said = [
        {"giver": "Gus", "receiver": name, "criterion": "leading", "rating": 2, "at": 500}
        for name in names
        if name != "Fia"
    ]
    away = [{"person": row["person"], "from": 700, "to": 900} for row in example.rows if row["away"]]
    evidence = small(
        people=[{"person": name, "joined": -5} for name in [*names, "Gus"]],
        level_steps=[{"person": name, "level": 4, "at": 100} for name in names],
        feedback=said,
        leaves=away,
    )
    plain = block("customer_trust", estimate=np.zeros((7, 1)), sd=1.0)  # no speciality

    def trusted(*columns):
        return _trusted(*(np.vstack([column, [[1.0]]]) for column in _columns(example, *columns)), plain)

    now, before = trusted("quality", "sd"), trusted("before", "sd before")
    known = select(evidence, micros(1000))
    return {"lost": falls(now, known, Look(evidence, lambda _: before), POLICY, micros(1000)).person[:-1]}


def ranks(example, monkeypatch):
    figure = tuple(np.array(example.column(name)) for name in ("estimate", "sd", "voices"))
    found = places_of_many(figure, np.zeros(len(example.rows), np.int32), POLICY)
    back = np.argsort(found.order)
    return {name: getattr(found, name)[back] for name in ("rank_low", "rank_high", "band")}


def month(example, monkeypatch):
    hold(monkeypatch, care)

    def day(words):
        number, name = words.split()
        return datetime(2026, list(month_name).index(name), int(number), 12, tzinfo=UTC)

    rows = [
        {
            "owner": row["owner"], "project": row["project"], "kind": "3m", "due": day(row["due"]),
            **({"done": day(row["done"]), "outcome": "well"} if row["done"] else {}),
        }
        for row in example.rows
    ]  # fmt: skip
    found = score(small(care=rows), POLICY, datetime(2026, 4, 11, tzinfo=UTC)).standings
    in_march = found.period == found.periods.index("month:2026-03")
    figures = []
    for board in ("care", "carer"):
        here = in_march & (found.board == found.boards.index(board)) & found.provisional
        figures.append(found.score[here][np.argsort(found.subject[here])])
    assert (figures[0] == figures[1]).all()
    return {"care and carer in March": figures[0]}


def released(example, monkeypatch):
    x, givers, draws = _columns(example, "x", "givers", "releases")
    until = np.where(givers > 0, 0, MISSING_TIME).astype(np.int64)
    zero = np.zeros_like(x)
    frozen = Frozen(until, zero, zero, zero, givers, x, zero, draws)
    found = shrunk(frozen, np.ones(x.shape, np.bool_), np.array([4.0]))
    return {"shown": found.mean, "sd of Ada and Eino": found.sd[[0, 4]]}


def teams(example, monkeypatch):
    members = [{"team": row["team"], "person": row["person"], "role": "member"} for row in example.rows]
    evidence = select(small(team_members=members), micros(730))
    estimate, sd = _columns(example, "estimate", "sd")
    found = team_block(block("care", estimate=estimate, sd=sd), time_shares(evidence, POLICY, micros(730)))
    place = [evidence.teams.ids.index(name) for name in ("red", "blue", "green")]
    return {"red, blue and green": found.estimate[place], "sd": found.sd[place]}


def changed(example, monkeypatch):
    told = {
        row["of"]: {
            name: float(value)
            for name, value in row.items()
            if name != "of"
        }
        for row in example.rows
    }  # fmt: skip
    three = [_of_two(name, told[name]) for name in ("leading", "customer_trust", "care")]
    projects = [told["other project"], told["project"]]
    trusted = block("customer_trust", estimate=[p["estimate"] for p in projects],
                    sd=np.array([[p["sd"]] for p in projects]), voices=[p["voices"] for p in projects])  # fmt: skip
    said = ["satisfaction"] * 4 + ["commitment"]
    evidence = small(
        members=[{"project": "p", "person": "Ada"}, {"project": "p", "person": "Ben"}],
        projects=[{"project": name, "kind": "delivery", "started": 0} for name in ("o", "p")],
        signals=[{"project": "p", "kind": "survey", "aspect": name, "value": 4, "at": 9} for name in said],
        care=[{"project": "p", "owner": "Ada", "kind": "3m", "due": 50}],
    )

    def told_to_ada(weighed, what):
        weighing = weights(three, np.full(2, -1, np.int8), Policy(weights={"other": {weighed: 1.0}}))
        found = changes(evidence, Known(*three, trusted, weighing), np.ones((2, 3), np.bool_))
        return found.amount[(found.person == 0) & (found.what == WHATS.index(what))]

    return {
        "a usual answer": told_to_ada("leading", "answer_usual"),
        "an answer one point higher": told_to_ada("leading", "answer_better"),
        "the project's customers satisfied by one point more": told_to_ada("customer_trust", "satisfaction_better"),
        "the overdue call done, late": told_to_ada("care", "care_done"),
    }


def _of_two(name, told):
    """What is known of Ada, and of Ben, of whom nothing is."""
    return block(
        name, estimate=[[told["estimate"]], [told["centre"]]], sd=np.array([[told["sd"]], [told["spread"]]]),
        centre=told["centre"], spread=told["spread"], voices=[[told["voices"]], [0.0]],
    )  # fmt: skip


CHECKS = {
    "Quality of two blocks and two roles": quality,
    "Intervals": intervals,
    "Stars": stars,
    "Levels, and a speciality": ladder,
    "Losing a level": losing,
    "One more answer, a better project, a call": changed,
    "Ranks and bands": ranks,
    "A month, and an award": month,
    "Teams": teams,
    "A blurred figure": released,
}
