"""Standings: every board of an organization, of its departments and of its teams, over all time and recent periods."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.model.boards import Places, Rows
from scoring.model.boards_many import places_of_many
from scoring.model.evidence import FOREVER, Evidence, Index, Mask, Number
from scoring.model.figures import AWARDS, Figures
from scoring.model.scores import StandingTable, SubjectKind
from scoring.model.select import distinct
from scoring.model.sorting import by_columns
from scoring.model.threads import MANY, at_once
from scoring.policy import Policy

ALL = "all"  # the period without bounds
ORGANIZATION = "organization"  # the scope
WITHOUT_BOARD = frozenset({"standing", "results"})  # dimensions of people
NAMES = {"board": "boards", "scope": "scopes", "period": "periods"}  # columns of numbers, and what they are places in
FIGURES = ("score", "low", "high")
PLACES = ("band", "rank_low", "rank_high", "provisional")
COLUMNS = (*NAMES, "subject_kind", "subject", *FIGURES, *PLACES)
TEAM_BOARDS = ("customer_trust", "quality", "help")


@dataclass(frozen=True, slots=True)
class Belonging:
    """Who belongs where: (rows,) `scope`, a place in `scopes`, of which the first is the organization, and `person`."""

    scopes: tuple[str, ...]
    scope: Index
    person: Index


@dataclass(frozen=True, slots=True)
class Contest:
    """Who is compared in one period, on every board there is of them.

    (rows,) `subject`, a place in `figures`, and `scope`, sorted, within which it is compared: a place in `scopes`.
    """

    period: str
    figures: Figures
    scopes: tuple[str, ...]
    scope: Index
    subject: Index


Job = tuple[Contest, int]  # and a dimension of its figures


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Boards of some jobs, one after the other, best first within each scope; (rows,) `job` and `subject`."""

    job: Index
    scope: Index
    subject: Index
    places: Places
    score: Number
    low: Number
    high: Number


def belongings(evidence: Evidence) -> Belonging:
    """Say who is in the organization, in which department now, and in which team."""
    teams, now = evidence.teams, evidence.team_members.end == FOREVER
    team, person = evidence.team_members.team[now], evidence.team_members.person[now]
    everybody = np.arange(len(evidence.people.ids), dtype=np.int32)
    scopes, scope, who = [ORGANIZATION], [np.zeros_like(everybody)], [everybody]
    for kind, names, group in (("department", teams.departments, teams.department[team]), ("team", teams.ids, team)):
        of, member, _ = distinct(group[group >= 0], person[group >= 0])
        scope.append((of + len(scopes)).astype(np.int32))
        who.append(member.astype(np.int32))
        scopes += [f"{kind}:{name}" for name in names]
    return Belonging(tuple(scopes), np.concatenate(scope), np.concatenate(who))


def among(belonging: Belonging, people: Figures, there: Mask, period: str = ALL) -> Contest:
    """Compare the people who are there in the organization, within each department and within each team."""
    kept = there[belonging.person]
    return Contest(period, people, belonging.scopes, belonging.scope[kept], belonging.person[kept])


def between_teams(teams: Figures, there: Mask, period: str = ALL) -> Contest:
    """Compare the teams that are there in the organization."""
    subject = np.flatnonzero(there).astype(np.int32)
    return Contest(period, teams, (ORGANIZATION,), np.zeros_like(subject), subject)


def standings(contests: Sequence[Contest], policy: Policy) -> StandingTable:
    """Rank every contest: rows by board, scope and period in the order they first appear, then best first."""
    jobs = [(contest, at) for contest in contests for at in _wanted(contest.figures)]
    largest = max((len(contest.subject) for contest in contests), default=0)
    ranked = at_once([partial(_ranked, batch, first, policy) for first, batch in _batches(jobs)], largest)
    return _table(ranked, jobs, _names(contests))


def _wanted(found: Figures) -> list[int]:
    """List the dimensions with a board."""
    if found.kind is SubjectKind.TEAM:
        return [place for place, name in enumerate(found.dimensions) if name in TEAM_BOARDS]
    return [place for place, name in enumerate(found.dimensions) if name not in WITHOUT_BOARD]


def _awards(found: Figures, name: str) -> list[str]:
    """List the awards that stand on the board of dimension `name`, whose order is theirs."""
    return [award for award, on in AWARDS.items() if on == name and found.kind is SubjectKind.PERSON]


def _names(contests: Sequence[Contest]) -> dict[str, tuple[str, ...]]:
    """Name boards, scopes and periods in the order in which they first appear; scopes only where somebody is."""
    boards: dict[str, None] = {}
    scopes: dict[str, None] = {}
    for contest in contests:
        own = [contest.figures.dimensions[at] for at in _wanted(contest.figures)]
        awards = [award for award, on in AWARDS.items() if on in own and contest.figures.kind is SubjectKind.PERSON]
        boards |= dict.fromkeys([*own, *awards])
        scopes |= dict.fromkeys(contest.scopes[at] for at in [0, *np.flatnonzero(np.bincount(contest.scope)).tolist()])
    periods = dict.fromkeys(contest.period for contest in contests)
    return {"boards": tuple(boards), "scopes": tuple(scopes), "periods": tuple(periods)}


def with_periods(fresh: StandingTable, known: StandingTable) -> StandingTable:
    """Return `fresh`, over all time, with the boards of periods of `known`: what ranking all of them at once gives."""
    names = {words: tuple(dict.fromkeys((*getattr(fresh, words), *getattr(known, words)))) for words in NAMES.values()}
    inside = np.array([name != ALL for name in known.periods], np.bool_)[known.period]
    tables = (fresh, np.ones(len(fresh.board), np.bool_)), (known, inside)
    columns = {name: np.concatenate([_column(table, name, names)[kept] for table, kept in tables]) for name in COLUMNS}
    order = by_columns(*(columns[name] for name in ("board", "scope", "period", "subject_kind")))
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


def _batches(jobs: list[Job]) -> Iterator[tuple[int, list[Job]]]:
    """Split the jobs so that no batch of several has more than `MANY` rows; with each, the number of its first job.

    Many small ones are ranked in one go, large ones each by itself, two at a time.
    """
    first, rows = 0, 0
    for at, (contest, _) in enumerate(jobs):
        more = len(contest.subject)
        if at > first and rows + more > MANY:
            yield first, jobs[first:at]
            first, rows = at, 0
        rows += more
    if jobs:
        yield first, jobs[first:]


def _ranked(jobs: list[Job], first: int, policy: Policy) -> _Sheet:
    """Rank all the jobs at once; `first` is the number of the first of them."""
    estimate, sd, voices, low, high = (
        np.concatenate([getattr(contest.figures, name)[contest.subject, at] for contest, at in jobs])
        for name in ("estimate", "sd", "voices", "low", "high")
    )
    rows = [len(contest.subject) for contest, _ in jobs]
    boards = np.cumsum([0, *(len(contest.scopes) for contest, _ in jobs)])[:-1]
    scope, subject = (np.concatenate([getattr(each, name) for each, _ in jobs]) for name in ("scope", "subject"))
    board = (np.repeat(boards, rows) + scope).astype(np.int32)
    places = places_of_many((estimate, sd, voices), board, policy)
    order = places.order
    job = np.repeat(np.arange(first, first + len(jobs), dtype=np.int32), rows)  # places lie by board, and so by job
    return _Sheet(job, scope[order], subject[order], places, estimate[order], low[order], high[order])


def _table(ranked: list[_Sheet], jobs: list[Job], names: dict[str, tuple[str, ...]]) -> StandingTable:
    """Put rows in order, by board, scope, period and kind; within one as they are. Awards repeat their board's."""
    job = np.concatenate([sheet.job for sheet in ranked])
    row, of, board = _repeated(job, jobs, {name: at for at, name in enumerate(names["boards"])})
    scope = _spelt(np.concatenate([sheet.scope for sheet in ranked]), job, jobs, names["scopes"])[row]
    periods = {name: at for at, name in enumerate(names["periods"])}
    period = np.array([periods[contest.period] for contest, _ in jobs], np.int32)[of]
    kind = np.array([contest.figures.kind for contest, _ in jobs], np.int32)[of]
    order = by_columns(board, scope, period, kind)
    row = row[order]
    columns: dict[str, Any] = dict(names)
    columns |= {name: np.concatenate([getattr(each, name) for each in ranked])[row] for name in ("subject", *FIGURES)}
    columns |= {name: np.concatenate([getattr(each.places, name) for each in ranked])[row] for name in PLACES}
    for name, column in (("board", board), ("scope", scope), ("period", period), ("subject_kind", kind)):
        columns[name] = column[order]
    return StandingTable(**columns)


def _repeated(job: Index, jobs: list[Job], boards: dict[str, int]) -> tuple[Rows, Index, Index]:
    """Say of each row of the table which ranked one it is, of what job, on which board: all, then those of awards."""
    ends = np.searchsorted(job, np.arange(len(jobs) + 1))
    found = [contest.figures for contest, _ in jobs]
    on = [each.dimensions[at] for each, (_, at) in zip(found, jobs, strict=True)]
    awards = [(at, boards[award]) for at, name in enumerate(on) for award in _awards(found[at], name)]
    row = np.concatenate([np.arange(len(job)), *(np.arange(ends[at], ends[at + 1]) for at, _ in awards)])
    own = np.array([boards[name] for name in on], np.int32)[job]
    given = [np.full(ends[at + 1] - ends[at], board, np.int32) for at, board in awards]
    return row, job[row], np.concatenate([own, *given])


def _spelt(scope: Index, job: Index, jobs: list[Job], names: tuple[str, ...]) -> Index:
    """Give scopes, (rows,), their numbers in `names` for those in each job's contest."""
    place = {name: at for at, name in enumerate(names)}
    known = {words: np.array([place.get(word, -1) for word in words]) for words in {each.scopes for each, _ in jobs}}
    first = np.cumsum([0, *(len(contest.scopes) for contest, _ in jobs)])[:-1]
    every = np.concatenate([known[contest.scopes] for contest, _ in jobs])
    return every[first[job] + scope].astype(np.int32)
