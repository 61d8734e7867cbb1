"""Standings: every board of an organization, of its departments and of its teams, over all time and recent periods."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from scoring.model.boards import Places, places
from scoring.model.evidence import FOREVER, Evidence, Index, Mask
from scoring.model.figures import AWARDS, Figures
from scoring.model.scores import StandingTable, SubjectKind
from scoring.policy import Policy

Scalar = TypeVar("Scalar", bound=np.generic)
ALL = "all"  # the period without bounds
ORGANIZATION = "organization"  # the scope
WITHOUT_BOARD = frozenset({"standing", "results"})  # dimensions of people
TEAM_BOARDS = ("customer_trust", "quality")


@dataclass(frozen=True, slots=True)
class Contest:
    """Who is compared: `members`, places in `figures`, in one scope and period, on every board there is of them."""

    scope: str
    period: str
    figures: Figures
    members: Index


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One board of one contest; `subject` is in the order of `places`."""

    board: str
    contest: Contest
    dimension: int
    subject: Index
    places: Places


def scopes(evidence: Evidence, people: Figures, there: Mask) -> Iterator[Contest]:
    """Compare the people who are there in the organization, then within each department, then within each team."""
    yield Contest(ORGANIZATION, ALL, people, places_of(there))
    now = np.flatnonzero((evidence.team_members.end == FOREVER) & there[evidence.team_members.person])
    team, person = evidence.team_members.team[now], evidence.team_members.person[now]
    department = evidence.teams.department[team]
    groups = (("department", evidence.teams.departments, department), ("team", evidence.teams.ids, team))
    for kind, names, group in groups:
        pairs = np.unique(np.column_stack([group, person])[group >= 0], axis=0)
        found, first = np.unique(pairs[:, 0], return_index=True)
        for index, members in zip(found.tolist(), np.split(pairs[:, 1], first[1:]), strict=False):
            yield Contest(f"{kind}:{names[index]}", ALL, people, members.astype(np.int32))


def places_of(members: Mask) -> Index:
    """Return the places where a mask holds."""
    return np.flatnonzero(members).astype(np.int32)


def standings(contests: Sequence[Contest], policy: Policy) -> StandingTable:
    """Rank every contest: rows by board, scope and period in the order they first appear, then best first."""
    sheets = [sheet for contest in contests for sheet in _sheets(contest, policy)]
    boards = tuple(dict.fromkeys(sheet.board for sheet in sheets))
    all_scopes = tuple(dict.fromkeys(sheet.contest.scope for sheet in sheets))
    periods = tuple(dict.fromkeys(sheet.contest.period for sheet in sheets))
    at = [{name: index for index, name in enumerate(names)} for names in (boards, all_scopes, periods)]
    marks = [
        (at[0][s.board], at[1][s.contest.scope], at[2][s.contest.period], int(s.contest.figures.kind)) for s in sheets
    ]
    order = sorted(range(len(sheets)), key=marks.__getitem__)
    return _table([sheets[index] for index in order], [marks[index] for index in order], (boards, all_scopes, periods))


def _sheets(contest: Contest, policy: Policy) -> Iterator[_Sheet]:
    """Rank every board of a contest; awards stand on a dimension whose order is known already."""
    subject, found = contest.members, contest.figures
    ranked: dict[str, _Sheet] = {}
    for dimension, name in enumerate(found.dimensions):
        if not _has_board(found.kind, name):
            continue
        at = (subject, dimension)
        order = places(found.estimate[at], found.sd[at], found.voices[at], policy)
        ranked[name] = _Sheet(name, contest, dimension, subject[order.order], order)
    yield from ranked.values()
    if found.kind is SubjectKind.PERSON:
        for award, name in AWARDS.items():
            if name in ranked:
                sheet = ranked[name]
                yield _Sheet(award, contest, sheet.dimension, sheet.subject, sheet.places)


def _has_board(kind: SubjectKind, dimension: str) -> bool:
    return dimension in TEAM_BOARDS if kind is SubjectKind.TEAM else dimension not in WITHOUT_BOARD


Vocabularies = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _joined(columns: list[NDArray[Scalar]], dtype: type[Scalar]) -> NDArray[Scalar]:
    return np.concatenate([np.empty(0, dtype), *columns])


def _table(sheets: list[_Sheet], marks: list[tuple[int, int, int, int]], names: Vocabularies) -> StandingTable:
    lengths = [len(sheet.subject) for sheet in sheets]
    board, scope, period, kind = np.repeat(np.array(marks, np.int32).reshape(-1, 4), lengths, axis=0).T
    score, low, high = (
        _joined([getattr(s.contest.figures, name)[s.subject, s.dimension] for s in sheets], np.float64)
        for name in ("estimate", "low", "high")
    )
    return StandingTable(
        board=board,
        boards=names[0],
        scope=scope,
        scopes=names[1],
        period=period,
        periods=names[2],
        subject_kind=kind,
        subject=_joined([sheet.subject for sheet in sheets], np.int32),
        band=_joined([sheet.places.band for sheet in sheets], np.int32),
        rank_low=_joined([sheet.places.rank_low for sheet in sheets], np.int32),
        rank_high=_joined([sheet.places.rank_high for sheet in sheets], np.int32),
        score=score,
        low=low,
        high=high,
        provisional=_joined([sheet.places.provisional for sheet in sheets], np.bool_),
    )
