"""Standings: every board of an organization, of its departments and of its teams, over all time and recent periods."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import islice, pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from scoring.model.boards import Places
from scoring.model.boards_many import places_of_many
from scoring.model.evidence import FOREVER, Evidence, Index, Mask
from scoring.model.figures import AWARDS, Figures
from scoring.model.scores import StandingTable, SubjectKind
from scoring.model.select import distinct
from scoring.model.threads import MANY, at_once
from scoring.policy import Policy

Scalar = TypeVar("Scalar", bound=np.generic)
ALL = "all"  # the period without bounds
ORGANIZATION = "organization"  # the scope
WITHOUT_BOARD = frozenset({"standing", "results"})  # dimensions of people
NAMES = {"board": "boards", "scope": "scopes", "period": "periods"}  # columns of numbers, and what they are places in
COLUMNS = (*NAMES, "subject_kind", "subject", "band", "rank_low", "rank_high", "score", "low", "high", "provisional")
TEAM_BOARDS = ("customer_trust", "quality", "help")


@dataclass(frozen=True, slots=True)
class Contest:
    """Who is compared: `members`, places in `figures`, in one scope and period, on every board there is of them."""

    scope: str
    period: str
    figures: Figures
    members: Index


@dataclass(frozen=True, slots=True)
class _Group:
    """Contests about the same figures: (rows,) `subject` and `number`, whose contest; `scope`, `period` (contests,).

    `wanted`: the dimensions with a board.
    """

    figures: Figures
    subject: Index
    number: Index
    scope: Index
    period: Index
    wanted: list[int]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One board over many contests; (rows,) `subject`, `scope` and `period` in the order of `places`."""

    board: str
    figures: Figures
    dimension: int
    subject: Index
    scope: Index
    period: Index
    places: Places


@dataclass(frozen=True, slots=True)
class Belonging:
    """Who belongs to which groups of one kind: (rows,) `group` and `person`, sorted; `scopes` names the groups."""

    scopes: tuple[str, ...]
    group: Index
    person: Index


def belongings(evidence: Evidence) -> list[Belonging]:
    """Say who is in which department now, and in which team."""
    teams, now = evidence.teams, evidence.team_members.end == FOREVER
    team, person = evidence.team_members.team[now], evidence.team_members.person[now]
    found = []
    for kind, names, group in (("department", teams.departments, teams.department[team]), ("team", teams.ids, team)):
        of, who, _ = distinct(group[group >= 0], person[group >= 0])
        scopes_ = tuple(f"{kind}:{name}" for name in names)
        found.append(Belonging(scopes_, of.astype(np.int32), who.astype(np.int32)))
    return found


def scopes(within: Sequence[Belonging], people: Figures, there: Mask, period: str = ALL) -> Iterator[Contest]:
    """Compare the people who are there in the organization, then within each department, then within each team."""
    yield Contest(ORGANIZATION, period, people, places_of(there))
    for each in within:
        kept = there[each.person]
        group, person = each.group[kept], each.person[kept]
        bounds = np.append(np.flatnonzero(np.diff(group, prepend=-1)), len(group)).tolist()
        for start, end in pairwise(bounds):
            yield Contest(each.scopes[group[start]], period, people, person[start:end])


def places_of(members: Mask) -> Index:
    """Return the places where a mask holds."""
    return np.flatnonzero(members).astype(np.int32)


def standings(contests: Sequence[Contest], policy: Policy) -> StandingTable:
    """Rank every contest: rows by board, scope and period in the order they first appear, then best first."""
    scope_names = tuple(dict.fromkeys(contest.scope for contest in contests))
    periods = tuple(dict.fromkeys(contest.period for contest in contests))
    together: dict[int, list[Contest]] = {}
    for contest in contests:
        together.setdefault(id(contest.figures), []).append(contest)
    groups = [_group(group, (scope_names, periods)) for group in together.values()]
    sheets = [
        sheet for group, ranked in zip(groups, _ranked(groups, policy), strict=True) for sheet in _sheets(group, ranked)
    ]
    boards = tuple(dict.fromkeys(sheet.board for sheet in sheets))
    return _table(sheets, (boards, scope_names, periods))


def with_periods(fresh: StandingTable, known: StandingTable) -> StandingTable:
    """Return `fresh`, over all time, with the boards of periods of `known`: what ranking all of them at once gives."""
    names = {words: tuple(dict.fromkeys((*getattr(fresh, words), *getattr(known, words)))) for words in NAMES.values()}
    inside = np.array([name != ALL for name in known.periods], np.bool_)[known.period]
    tables = (fresh, np.ones(len(fresh.board), np.bool_)), (known, inside)
    columns = {name: np.concatenate([_column(table, name, names)[kept] for table, kept in tables]) for name in COLUMNS}
    order = np.lexsort(tuple(columns[name] for name in ("subject_kind", "period", "scope", "board")))
    changed: dict[str, Any] = names | {name: column[order] for name, column in columns.items()}
    return replace(fresh, **changed)


def _column(table: StandingTable, name: str, names: dict[str, tuple[str, ...]]) -> NDArray[Any]:
    """Return a column; one of places is in those of `names`."""
    found: NDArray[Any] = getattr(table, name)
    if name not in NAMES:
        return found
    place = {word: index for index, word in enumerate(names[NAMES[name]])}
    of: NDArray[Any] = np.array([place[word] for word in getattr(table, NAMES[name])], np.int32)[found]
    return of


def _group(contests: list[Contest], names: tuple[tuple[str, ...], ...]) -> _Group:
    """Put contests about the same figures one after the other."""
    found = contests[0].figures
    scope_of, period_of = ({name: index for index, name in enumerate(words)} for words in names)
    return _Group(
        found,
        np.concatenate([contest.members for contest in contests]),
        np.repeat(np.arange(len(contests), dtype=np.int32), [len(contest.members) for contest in contests]),
        np.array([scope_of[contest.scope] for contest in contests], np.int32),
        np.array([period_of[contest.period] for contest in contests], np.int32),
        [place for place, name in enumerate(found.dimensions) if _has_board(found.kind, name)],
    )


def _sheets(group: _Group, ranked: list[Places]) -> list[_Sheet]:
    """Make the board of every dimension; awards stand on one whose order is known already."""
    found = group.figures

    def sheet(dimension: int, order: Places) -> _Sheet:
        of, subject = group.number[order.order], group.subject[order.order]
        return _Sheet(found.dimensions[dimension], found, dimension, subject, group.scope[of], group.period[of], order)

    made = {found.dimensions[at]: sheet(at, order) for at, order in zip(group.wanted, ranked, strict=True)}
    awards = [(award, name) for award, name in AWARDS.items() if name in made and found.kind is SubjectKind.PERSON]
    return [*made.values(), *(replace(made[name], board=award) for award, name in awards)]


def _ranked(groups: list[_Group], policy: Policy) -> list[list[Places]]:
    """Rank each group's wanted dimensions: many small ones in one go, large ones each by itself, two at a time."""
    works = [partial(_places, batch, policy) for batch in _batches([(g, at) for g in groups for at in g.wanted])]
    largest = max((len(group.subject) for group in groups), default=0)
    every = iter([places for batch in at_once(works, largest) for places in batch])
    return [list(islice(every, len(group.wanted))) for group in groups]


def _batches(jobs: list[tuple[_Group, int]]) -> Iterator[list[tuple[_Group, int]]]:
    """Split the jobs, a group and a dimension of it, so that no batch of several has more than `MANY` rows."""
    batch: list[tuple[_Group, int]] = []
    rows = 0
    for job in jobs:
        more = len(job[0].subject)
        if batch and rows + more > MANY:
            yield batch
            batch, rows = [], 0
        batch.append(job)
        rows += more
    if batch:
        yield batch


def _places(jobs: list[tuple[_Group, int]], policy: Policy) -> list[Places]:
    """Rank the contests of all the jobs at once."""
    figure = [
        np.concatenate([getattr(group.figures, name)[group.subject, at] for group, at in jobs])
        for name in ("estimate", "sd", "voices")
    ]
    boards = np.cumsum([0, *(len(group.scope) for group, _ in jobs)])
    board = np.concatenate([group.number + first for (group, _), first in zip(jobs, boards, strict=False)])
    together = places_of_many((figure[0], figure[1], figure[2]), board.astype(np.int32), policy)
    ends = np.cumsum([0, *(len(group.subject) for group, _ in jobs)]).tolist()
    found = []
    for start, end in pairwise(ends):
        columns = {field.name: getattr(together, field.name)[start:end] for field in fields(together)}
        found.append(replace(Places(**columns), order=columns["order"] - np.int32(start)))
    return found


def _has_board(kind: SubjectKind, dimension: str) -> bool:
    return dimension in TEAM_BOARDS if kind is SubjectKind.TEAM else dimension not in WITHOUT_BOARD


def _joined(columns: list[NDArray[Scalar]], dtype: type[Scalar]) -> NDArray[Scalar]:
    return np.concatenate([np.empty(0, dtype), *columns])


def _table(sheets: list[_Sheet], names: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]) -> StandingTable:
    """Put sheets one after the other, by board, scope, period and kind; within one as they are."""
    place = {name: index for index, name in enumerate(names[0])}
    board = _joined([np.full(len(sheet.subject), place[sheet.board], np.int32) for sheet in sheets], np.int32)
    kind = _joined([np.full(len(sheet.subject), int(sheet.figures.kind), np.int32) for sheet in sheets], np.int32)
    scope, period = (_joined([getattr(sheet, name) for sheet in sheets], np.int32) for name in ("scope", "period"))
    order = np.lexsort((kind, period, scope, board))
    score, low, high = (
        _joined([getattr(s.figures, name)[s.subject, s.dimension] for s in sheets], np.float64)[order]
        for name in ("estimate", "low", "high")
    )
    band, rank_low, rank_high = (
        _joined([getattr(sheet.places, name) for sheet in sheets], np.int32)[order]
        for name in ("band", "rank_low", "rank_high")
    )
    return StandingTable(
        board=board[order],
        boards=names[0],
        scope=scope[order],
        scopes=names[1],
        period=period[order],
        periods=names[2],
        subject_kind=kind[order],
        subject=_joined([sheet.subject for sheet in sheets], np.int32)[order],
        band=band,
        rank_low=rank_low,
        rank_high=rank_high,
        score=score,
        low=low,
        high=high,
        provisional=_joined([sheet.places.provisional for sheet in sheets], np.bool_)[order],
    )
