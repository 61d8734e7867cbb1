"""The evidence that a run may use: what had happened before its moment, and what those it speaks of allowed."""

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.choices import ConsentSource
from scoring.model.evidence import (
    FOREVER,
    MISSING_TIME,
    Badges,
    Care,
    Documents,
    Evidence,
    Feedback,
    Handovers,
    Index,
    Kudos,
    Mask,
    Number,
    Projects,
    Signals,
    Time,
)
from scoring.model.sorting import in_order, numbered

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Table = TypeVar("Table", bound="DataclassInstance")


def select(evidence: Evidence, as_of: int) -> Evidence:
    """Cut everything half-open at `as_of` (microseconds since 1970 UTC) and leave out what nobody consented to.

    What happened at or after `as_of` is as if it had never been recorded, whole rows and single times alike: an end,
    a leave-taking or a call done later is not known yet. People, teams, projects, customers, contacts, criteria and
    rounds stay as ids, so that indices hold; `present` and `started` say who and what is there. A project that has not
    begun is nobody's, and nobody works in it. What somebody says
    of themselves is no evidence. Ratings about a person without consent for peers, and thanks and badges to one
    without consent for kudos, are left out; the consent for customers acts where a project's trust is credited.
    Applying it twice changes nothing.
    """
    allowed = consented(evidence, as_of)
    return replace(
        _people_and_projects(evidence, as_of),
        feedback=_feedback(evidence, as_of, allowed[:, ConsentSource.PEERS]),
        kudos=rows(evidence.kudos, _given(evidence.kudos, as_of, allowed[:, ConsentSource.KUDOS])),
        badges=rows(evidence.badges, _given(evidence.badges, as_of, allowed[:, ConsentSource.KUDOS])),
        signals=_signals(evidence, as_of),
        money=rows(evidence.money, evidence.money.known < as_of),
        agreements=rows(evidence.agreements, evidence.agreements.at < as_of),
        asks=_ended(rows(evidence.asks, evidence.asks.at < as_of), "declined", as_of, MISSING_TIME),
        documents=_documents(evidence, as_of),
        handovers=_handovers(evidence.handovers, as_of),
        care=_care(evidence.care, as_of),
        consents=rows(evidence.consents, evidence.consents.at < as_of),
        level_steps=rows(evidence.level_steps, evidence.level_steps.at < as_of),
    )


def consented(evidence: Evidence, as_of: int) -> Mask:
    """Say who allows which source at `as_of`: (people, 3), columns as `ConsentSource`; the latest word counts."""
    consents = evidence.consents
    known = np.flatnonzero(consents.at < as_of)
    latest = known[in_order(consents.at[known])]
    allowed = np.zeros((len(evidence.people.ids), len(ConsentSource)), np.bool_)
    # Where a place is named twice, the last value stays: the latest row's.
    allowed[consents.person[latest], consents.source[latest]] = consents.given[latest] == 1
    return allowed


def present(evidence: Evidence, as_of: int) -> Mask:
    """Say who is there at `as_of`: (people,), joined before it (or always there) and not yet left."""
    people = evidence.people
    there: Mask = (people.joined < as_of) & ((people.left == MISSING_TIME) | (people.left >= as_of))
    return there


def started(evidence: Evidence, as_of: int) -> Mask:
    """Say which projects had begun before `as_of`: (projects,)."""
    begun: Mask = evidence.projects.started < as_of
    return begun


def shares(evidence: Evidence) -> csr_array:
    """Return each member's part in each project: (projects, people), each row sums to 1, or to 0 without members.

    A share that is not given counts as the mean of those given in the project (as 1 where none is: equal parts);
    where all are 0 the parts are equal. Several memberships of one person add up.
    """
    shape = (len(evidence.projects.ids), len(evidence.people.ids))
    found = csr_array((parts(evidence), (evidence.members.project, evidence.members.person)), shape=shape)
    found.sum_duplicates()
    found.eliminate_zeros()
    return found


def distinct(
    first: NDArray[np.integer], second: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.intp]]:
    """Return the distinct pairs of two columns, sorted by the first, then the second, and the place of each row's."""
    low = int(second.min(initial=0))
    span = int(second.max(initial=0)) - low + 1
    key, place = numbered(first.astype(np.int64) * span + (second.astype(np.int64) - low))
    return key // span, key % span + low, place


def parts(evidence: Evidence) -> Number:
    """Return the part of each membership in its project, (members,); those of a project sum to 1. See `shares`."""
    projects = len(evidence.projects.ids)
    project, share = evidence.members.project, evidence.members.share
    named = ~np.isnan(share)
    total = np.bincount(project[named], share[named], projects)
    count = np.bincount(project[named], minlength=projects)
    typical = np.where(total > 0, total / np.maximum(count, 1), 1.0)
    part = np.where(named & (total[project] > 0), share, typical[project])
    return np.asarray(part / np.bincount(project, part, projects)[project])


def newest(cell: NDArray[np.integer], at: Time | Number, value: Number, most: int, told: Number) -> Mask:
    """Say which rows are among the newest `most` of their cell, (rows,) each.

    Rows of one moment and value stay or go together, so that nothing hangs on ids. Where such alone are more than
    `most` they count as one, lest repeating a word silence it: that which was said with the most beside it, as `told`
    (see `with_all`) says. So at least one of a cell stays.
    """
    kept = np.ones(len(cell), np.bool_)
    many = np.flatnonzero((np.bincount(cell) > most)[cell])
    if not len(many):
        return kept
    order = many[np.lexsort((-told[many], value[many], -at[many], cell[many]))]
    first, alike = starts(cell[order]), starts(cell[order], at[order], value[order])
    group = np.cumsum(alike) - 1
    counted = alike | (np.bincount(group) <= most)[group]
    until = np.cumsum(counted)
    before = (until - counted)[first][np.cumsum(first) - 1]
    at_end = until[np.append(np.flatnonzero(alike)[1:], len(order)) - 1]
    kept[order] = counted & (at_end[group] - before <= most)
    return kept


def with_all(group: NDArray[np.integer], value: Number) -> Number:
    """Tell each row, (rows,), by the values of all rows of its group: Σ e^value, the same whatever their order."""
    return np.asarray(np.bincount(group, np.exp(value))[group], np.float64)


def starts(*columns: NDArray[Any]) -> Mask:
    """Say where a run of equal rows begins: (rows,)."""
    begins = np.ones(len(columns[0]), np.bool_)
    begins[1:] = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    return begins


def _people_and_projects(evidence: Evidence, as_of: int) -> Evidence:
    teams, members, leaves = evidence.team_members, evidence.members, evidence.leaves
    begun = started(evidence, as_of)
    working = begun[members.project] & (members.start < as_of)
    return replace(
        evidence,
        people=_ended(evidence.people, "left", as_of, MISSING_TIME),
        projects=_projects(evidence.projects, begun, as_of),
        team_members=_ended(rows(teams, teams.start < as_of), "end", as_of, FOREVER),
        members=_ended(rows(members, working), "end", as_of, FOREVER),
        leaves=_ended(rows(leaves, leaves.start < as_of), "end", as_of, FOREVER),
    )


def _projects(projects: Projects, begun: Mask, as_of: int) -> Projects:
    later = projects.ended >= as_of
    return replace(
        projects,
        customer=np.where(begun, projects.customer, np.int32(-1)),
        ended=np.where(later, MISSING_TIME, projects.ended),
        outcome=np.where(later, np.int8(-1), projects.outcome),
    )


def _feedback(evidence: Evidence, as_of: int, allowed: Mask) -> Feedback:
    kept = rows(evidence.feedback, _given(evidence.feedback, as_of, allowed))
    return replace(kept, answer=_renumbered(kept.answer))


def _given(words: Feedback | Kudos | Badges, as_of: int, allowed: Mask) -> Mask:
    """Rows given before `as_of` by somebody else than the receiver, who allows the source."""
    given: Mask = (words.at < as_of) & (words.giver != words.receiver) & allowed[words.receiver]
    return given


def _signals(evidence: Evidence, as_of: int) -> Signals:
    kept = rows(evidence.signals, evidence.signals.at < as_of)
    return replace(kept, response=_renumbered(kept.response))


def _documents(evidence: Evidence, as_of: int) -> Documents:
    kept = rows(evidence.documents, evidence.documents.at < as_of)
    if not len(kept.used_by):
        return kept
    used = (kept.used_by >= 0) & started(evidence, as_of)[kept.used_by]
    return replace(kept, used_by=np.where(used, kept.used_by, np.int32(-1)))


def _handovers(handovers: Handovers, as_of: int) -> Handovers:
    """Leave out what was taken over later; whoever has not taken over yet has rated nothing."""
    kept = rows(handovers, handovers.at < as_of)
    rating = np.where(kept.accepted >= as_of, np.nan, kept.rating)
    return replace(_ended(kept, "accepted", as_of, MISSING_TIME), rating=rating)


def _care(care: Care, as_of: int) -> Care:
    """Keep calls that were due or done before `as_of`; of a call done later nothing is known but its date."""
    kept = rows(care, (care.due < as_of) | ((care.done != MISSING_TIME) & (care.done < as_of)))
    later = kept.done >= as_of
    return replace(
        kept,
        done=np.where(later, MISSING_TIME, kept.done),
        outcome=np.where(later, np.int8(-1), kept.outcome),
        needs_changed=np.where(later, np.int8(-1), kept.needs_changed),
    )


def rows(table: Table, kept: Mask) -> Table:
    """Keep rows of a table of evidence: its arrays and, where it has them, its ids; vocabularies stay."""
    if kept.all():
        return table
    columns = {field.name: getattr(table, field.name) for field in fields(table)}
    place = np.flatnonzero(kept)
    chosen: dict[str, object] = {
        name: column[place] for name, column in columns.items() if isinstance(column, np.ndarray)
    }
    if "ids" in columns:
        chosen["ids"] = tuple(map(columns["ids"].__getitem__, place.tolist()))
    return replace(table, **chosen)


def _ended(table: Table, column: str, as_of: int, unknown: int) -> Table:
    """Forget instants of one column that lie at or after `as_of`."""
    times: Time = getattr(table, column)
    return replace(table, **{column: np.where(times >= as_of, unknown, times)})


def _renumbered(group: Index) -> Index:
    """Close the gaps in the numbers of groups, keeping their order."""
    seen = np.bincount(group) > 0
    return (np.cumsum(seen) - 1).astype(np.int32)[group]
