"""A small company drawn by chance: rows of every kind of evidence, for tests of the whole engine."""

import numpy as np

from scoring.exchange.columns import ABOUT, ASPECTS, CARE_KINDS, PERSON_ROLES, SOURCES, STANDARD_CRITERIA

DAYS = 700  # of history from the beginning of 2026 on
Rows = dict[str, list[dict[str, object]]]


def company(seed: int, people: int = 8) -> Rows:
    """Rows of all files; times are day numbers as `small` reads them."""
    rng = np.random.default_rng(seed)
    names = [f"p{number}" for number in range(people)]
    projects = [f"j{number}" for number in range(5)]
    rows: Rows = {
        "people": [
            {"person": name, "role": str(rng.choice(PERSON_ROLES)), "joined": int(rng.integers(-300, 1))}
            for name in names
        ],
        "teams": [{"team": "red", "department": "sales"}, {"team": "blue", "department": "sales"}],
        "team_members": [{"team": ("red", "blue")[at % 2], "person": name} for at, name in enumerate(names)],
        "customers": [{"customer": "oak"}, {"customer": "pine"}],
        "contacts": [
            {"contact": f"n{at}", "customer": ("oak", "pine")[at % 2], "known": int(at < 4)} for at in range(7)
        ],
        "projects": [_project(rng, name) for name in projects],
        "members": [
            {"project": project, "person": str(name), "share": float(rng.integers(1, 4))}
            for project in projects
            for name in rng.choice(names, 4, replace=False)
        ],
        "consents": [
            {"person": name, "source": source, "given": 1, "at": -10_000} for name in names for source in SOURCES
        ],
    }
    for file, draw, count in EVIDENCE:
        rows[file] = [{"id": f"{file}{at:03}", **draw(rng, names, projects)} for at in range(count)]
    rows["money"] = [
        {
            "project": name,
            "kind": "revenue",
            "amount": float(rng.integers(1, 500)),
            "currency or unit": "EUR",
            "known_at": 300,
        }
        for name in projects
    ]
    return rows


def _project(rng, name):
    ended = {"ended": int(rng.integers(200, DAYS)), "outcome": "done"} if rng.random() < 0.7 else {}
    customer = str(rng.choice(["oak", "pine"]))
    return {"project": name, "kind": "delivery", "customer": customer, "started": 0, **ended}


def _pair(rng, names):
    giver, receiver = rng.choice(names, 2, replace=False)
    return {"giver": str(giver), "receiver": str(receiver)}


def _feedback(rng, names, projects):
    said = {"project": str(rng.choice(projects)), "criterion": str(rng.choice(STANDARD_CRITERIA))}
    answer = {"answer": f"a{rng.integers(25)}"} if rng.random() < 0.7 else {}
    return {**_pair(rng, names), **said, **answer, "rating": int(rng.integers(2, 6)), "at": int(rng.integers(1, DAYS))}


def _kudos(rng, names, projects):
    return {**_pair(rng, names), "project": str(rng.choice(projects)), "at": int(rng.integers(1, DAYS))}


def _signal(rng, names, projects):
    """One of a known contact, seen by one of our own, or of somebody nobody knew: these come in bursts."""
    aspect = str(rng.choice(ASPECTS))
    said = {"kind": str(rng.choice(("survey", "complaint", "interview"))), "about": str(rng.choice(ABOUT))}
    response = {"response": f"r{rng.integers(12)}"} if rng.random() < 0.5 else {}
    where, at = str(rng.choice(projects)), int(rng.integers(1, DAYS))
    who: dict[str, object] = {"contact": f"n{rng.integers(4)}"}
    if (chance := rng.random()) < 0.2:
        who = {"recorded_by": str(rng.choice(names))}
    elif chance < 0.5:
        who, where, aspect = {"contact": f"n{rng.integers(4, 7)}"}, str(rng.choice(projects[:2])), "satisfaction"
        at = DAYS // 7 * 7 - 14 + int(rng.integers(14))
    value = {"value": float(rng.integers(1, 11 if aspect == "recommendation" else 6)), "aspect": aspect}
    return {"project": where, **said, **value, **who, **response, "at": at}


def _badge(rng, names, projects):
    where = {"project": str(rng.choice(projects))} if rng.random() < 0.5 else {}
    return {**_pair(rng, names), **where, "badge": "bridge", "at": int(rng.integers(1, DAYS))}


def _care(rng, names, projects):
    due = int(rng.integers(1, DAYS))
    done = {"done": due + int(rng.integers(-5, 20)), "outcome": "well"} if rng.random() < 0.7 else {}
    return {
        "project": str(rng.choice(projects)),
        "owner": str(rng.choice(names)),
        "kind": CARE_KINDS[0],
        "due": due,
        **done,
    }


def _handover(rng, names, projects):
    one, other = rng.choice(names, 2, replace=False)
    at = int(rng.integers(1, DAYS))
    people = {"from_person": str(one), "to_person": str(other)}
    return {
        "project": str(rng.choice(projects)),
        **people,
        "at": at,
        "accepted_at": at + 1,
        "rating": int(rng.integers(1, 6)),
    }


def _document(rng, names, projects):
    used = {"used_by": str(rng.choice(projects))} if rng.random() < 0.5 else {}
    return {
        "project": str(rng.choice(projects)),
        "author": str(rng.choice(names)),
        "at": int(rng.integers(1, DAYS)),
        **used,
    }


EVIDENCE = (
    ("feedback", _feedback, 40),
    ("kudos", _kudos, 20),
    ("badges", _badge, 4),
    ("signals", _signal, 30),
    ("care", _care, 8),
    ("handovers", _handover, 5),
    ("documents", _document, 5),
)
