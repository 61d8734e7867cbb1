"""Worked examples of thanks, customers, care and results, computed by the engine: heading -> what it answers."""

import numpy as np

from scoring.model import aspects, care, kudos, results, signals, trust
from scoring.model.composite import STANDING, compose
from scoring.model.customers import customer_blocks
from scoring.model.help import help_across
from scoring.model.select import select
from scoring.model.tenure import tenures
from scoring.policy import Policy
from tests.scoring import blocks
from tests.scoring.examples import hold, with_column
from tests.scoring.small import micros, small

DAY = 100
NOW = micros(DAY)
JUST_NOW = DAY - 1e-9  # evidence at the moment itself does not count yet
POLICY = Policy()
HEAD = ("Ada", "Ben", "Cleo", "Dora")


def _thanks(example, **more):
    rows = [
        {"giver": row["giver"], "receiver": row["receiver"], "message": "m", "at": JUST_NOW - float(row["days ago"])}
        for row in example.rows
    ]
    return select(small(people=[{"person": name} for name in HEAD], kudos=rows, **more), NOW)


def _pairs(evidence):
    thanks = kudos._thanks(evidence)
    pairs = kudos._pairs(thanks, kudos._fresh(NOW - thanks.at, POLICY.kudos_half_life_days), len(HEAD))
    return pairs, kudos.voice(pairs.volume, pairs.newest, pairs.mutual, POLICY.mutual_weight)


def one_colleague(example, monkeypatch):
    pairs, heard = _pairs(_thanks(example))
    to_ada = pairs.receiver == 0
    return {"Ben, Cleo and Dora to Ada": heard[to_ada], "voices of Ada": heard[to_ada].sum()}


def opportunity(example, monkeypatch):
    groups = {"p": HEAD[:3], "q": HEAD[2:]}
    evidence = _thanks(example, members=[{"project": at, "person": who} for at in groups for who in groups[at]])
    pairs, heard = _pairs(evidence)
    chances = kudos.opportunities(evidence, POLICY, NOW)
    given = kudos.csr_array((heard, (pairs.giver, pairs.receiver)), shape=(4, 4))
    block = kudos.recognition(evidence, POLICY, NOW)
    return {
        "expected": kudos._expected(chances, given, np.ones(4, np.bool_)),
        "recognition": block.estimate,
        "sd": block.sd,
    }


def helping(example, monkeypatch):
    teams = [{"team": "n", "department": "North"}, {"team": "s", "department": "South"}]
    members = [{"team": "n" if who in HEAD[:2] else "s", "person": who} for who in HEAD]
    return {"help": help_across(_thanks(example, teams=teams, team_members=members), POLICY, NOW).estimate}


def _customers(example, monkeypatch, **more):
    """The customers' blocks with variances held; and places of people and aspects."""
    hold(monkeypatch, signals, aspects, trust)
    said = [
        {
            "aspect": "satisfaction", "kind": "meeting" if "recorded by" in row else "survey",
            "at": JUST_NOW - float(row.get("days ago", 0)),
            "project": row["project"], "contact": row["contact"], "value": float(row["value"]),
            **{name: row[name] for name in ("aspect", "response", "about") if name in row},
            **({"recorded_by": row["recorded by"]} if row.get("recorded by") else {}),
        }
        for row in example.rows
    ]  # fmt: skip
    first = {row["project"]: row for row in reversed(example.rows)}
    contacts = {row["contact"]: row for row in example.rows}
    files = {
        "signals": said,
        "contacts": [
            {"contact": name, "customer": row["customer"], "known": int(row.get("known", 1))}
            for name, row in contacts.items()
        ],
        "projects": [
            {"project": name, "kind": "delivery", "started": 0, "customer": row["customer"]}
            for name, row in first.items()
        ],
        "members": [{"project": name, "person": row["person"]} for name, row in first.items() if "person" in row],
        **more,
    }
    return customer_blocks(select(small(**files), NOW), POLICY, NOW)


def two_customers(example, monkeypatch):
    people = _customers(example, monkeypatch).people
    return {"trust": people.estimate, "sd": people.sd[:1]}


def together(example, monkeypatch):
    def people(rows):
        return _customers(rows, monkeypatch).people

    later = with_column(example, "response", [f"r{at}" for at in range(6)])
    whole = people(example)
    return {
        "Ada": whole.estimate,
        "sd": whole.sd,
        "the same in six responses": people(later).estimate,
        "the same of six contacts": people(with_column(later, "contact", [f"c{at}" for at in range(6)])).estimate,
    }


def shares(example, monkeypatch):
    members = [{"project": "p", "person": "Ada", "share": 3.0}, {"project": "p", "person": "Ben", "share": 1.0}]
    found = _customers(example, monkeypatch, members=members)
    trusted = found.projects.dimensions.index("customer_trust")
    return {
        "trust": found.people.estimate,
        "sd": found.people.sd,
        "project": found.projects.estimate[:, trusted],
    }


def about(example, monkeypatch):
    found = _customers(example, monkeypatch)
    satisfied = found.projects.dimensions.index("satisfaction")
    return {"Ada": found.people.estimate, "satisfaction of the project": found.projects.estimate[:, satisfied]}


def strangers(example, monkeypatch):
    found = _customers(example, monkeypatch)
    known = type(example)(example.rows[:3], [], "", {})
    return {
        "weight left": found.trust.faith,
        "Ada": found.people.estimate,
        "without the strangers": _customers(known, monkeypatch).people.estimate,
    }


def observation(example, monkeypatch):
    return {"Ada": _customers(example, monkeypatch).people.estimate[:1]}


def over_service(example, monkeypatch):
    def delivered(hours):
        kinds = {"agreed_effort": 100, "delivered_effort": hours}
        money = [
            {"project": "p", "kind": kind, "amount": amount, "currency or unit": "h", "known_at": 1}
            for kind, amount in kinds.items()
        ]
        return _customers(example, monkeypatch, money=money)

    found = delivered(150)
    return {
        "Ada": found.people.estimate,
        "slope": [found.trust.slope],
        "had 100 been delivered": delivered(100).people.estimate,
    }


def taking_over(example, monkeypatch):
    members = [
        {"project": "p", "person": "Ada", "from": 0, "to": 100},
        {"project": "p", "person": "Ben", "from": 100},
    ]
    projects = [{"project": "p", "kind": "delivery", "started": 0, "customer": "oak"}]
    evidence = small(members=members, projects=projects)

    def of_ben(days):
        at = np.array([micros(day) for day in days])
        state, parts = tenures(evidence, np.zeros(len(at), np.int32), at)
        return parts.toarray()[state, 1]

    return {"Ben's part": of_ben(example.column("day")), "of day 100 alone": of_ben([100])}


DONE = {"on time": 49, "late": 60, "undone": None}


def calls(example, monkeypatch):
    hold(monkeypatch, care)
    rows = [
        {
            "owner": row["owner"], "project": row["project"], "kind": "3m", "due": 50, "done": DONE[row["call"]],
            "outcome": "repaired" if row["fault"] else "well" if DONE[row["call"]] else None,
        }
        for row in example.rows
    ]  # fmt: skip
    block = care.care(select(small(care=rows), NOW), POLICY, NOW)
    return {"care": block.estimate, "sd": block.sd}


def handovers(example, monkeypatch):
    hold(monkeypatch, care)
    rows = [
        {
            "project": f"p{at}", "from_person": row["from"], "to_person": row["to"], "at": 1, "accepted_at": 2,
            "rating": float(row["rating"]),
        }
        for at, row in enumerate(example.rows)
    ]  # fmt: skip
    return {"care": care.care(select(small(handovers=rows), NOW), POLICY, NOW).estimate[:2]}


def money(example, monkeypatch):
    hold(monkeypatch, results)
    rows = [
        {
            "project": row["project"], "kind": "revenue", "amount": float(row["revenue"]), "currency or unit": "EUR",
            "known_at": float(row["known on day"]),
        }
        for row in example.rows
    ]  # fmt: skip
    worked = {row["project"]: row["people"].split() for row in example.rows}
    files = {
        "people": [{"person": name, "role": "seller"} for name in ("Ada", "Ben")],
        "projects": [{"project": p, "kind": "opportunity", "started": 0, "territory": "north"} for p in worked],
        "members": [{"project": p, "person": who} for p, people in worked.items() for who in people],
    }
    return {"results": results.results(select(small(money=rows, **files), NOW), POLICY, NOW).estimate}


def cap_and_clip(example, monkeypatch):
    quality, sd, earned = (np.array(example.column(name))[:, None] for name in ("quality", "sd", "results"))
    policy = Policy(weights={"other": {"customer_trust": 1.0}})
    known = blocks.block("customer_trust", estimate=quality, sd=sd)
    found = compose([known], blocks.results(earned), np.full(len(quality), -1, np.int8), policy)
    return {"standing": found.estimate[:, STANDING]}


CHECKS = {
    "What one colleague's thanks are worth": one_colleague,
    "Opportunity and habit": opportunity,
    "Help across departments": helping,
    "Two customers": two_customers,
    "Answers given together, and by one contact": together,
    "Shares of a project": shares,
    "What is said of the service": about,
    "Contacts whom nobody knew": strangers,
    "What our own staff saw": observation,
    "Over-service": over_service,
    "Taking over an account": taking_over,
    "Calls": calls,
    "Hand-overs": handovers,
    "Money against like": money,
    "Results in standing: the cap and the clip": cap_and_clip,
}
