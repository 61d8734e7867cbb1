"""The whole engine on small companies drawn by chance: what must hold whatever they are (scoring.md, section 4)."""

from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.exchange.columns import FILES, STANDARD_CRITERIA, Kind
from scoring.model.periods import micros
from scoring.model.score import assemble, fit, score
from scoring.model.scores import SubjectKind
from scoring.model.select import select
from scoring.policy import Policy
from tests.scoring.company import DAYS, company
from tests.scoring.small import day, small

LAST = day(DAYS + 1)
POLICY = Policy()
few = settings(max_examples=4, deadline=None)
seeds = st.integers(0, 10_000)


@cache
def scored(seed, as_of=LAST):
    return score(small(**company(seed)), POLICY, as_of)


def arrays(found):
    """Every array and tuple of scores, by name."""
    for field in fields(found):
        value = getattr(found, field.name)
        if is_dataclass(value):
            yield from ((f"{field.name}.{name}", part) for name, part in arrays(value))
        else:
            yield field.name, value


def same_bytes(one, other):
    for (name, left), (_, right) in zip(arrays(one), arrays(other), strict=True):
        if isinstance(left, np.ndarray):
            assert left.dtype == right.dtype, name
            assert left.tobytes() == right.tobytes(), name
        else:
            assert left == right, name
    return True


def by_name(evidence, found):
    """Estimates by what they are about, whatever the order of rows."""
    table = found.scores
    ids = (evidence.people.ids, evidence.teams.ids, evidence.projects.ids, evidence.customers)
    key = zip(table.subject_kind.tolist(), table.subject.tolist(), table.dimension.tolist(), strict=True)
    values = np.column_stack([table.estimate, table.sd, table.low, table.high, table.evidence])
    return {
        (kind, ids[kind][subject], table.dimensions[at]): row
        for (kind, subject, at), row in zip(key, values, strict=True)
    }


def ranks(evidence, found):
    table = found.standings
    ids = (evidence.people.ids, evidence.teams.ids, evidence.projects.ids, evidence.customers)
    return {
        (table.boards[b], table.scopes[s], table.periods[p], ids[kind][who]): (low, high)
        for b, s, p, kind, who, low, high in zip(
            table.board, table.scope, table.period, table.subject_kind, table.subject, table.rank_low, table.rank_high,
            strict=True,
        )
    }  # fmt: skip


@given(seeds)
@few
def test_the_same_evidence_gives_the_same_bytes(seed):
    assert same_bytes(score(small(**company(seed)), POLICY, LAST), scored(seed))


@given(seeds, st.integers(50, DAYS))
@few
def test_scoring_as_of_a_moment_is_scoring_without_what_came_after(seed, days):
    evidence = small(**company(seed))
    cut = select(evidence, micros(day(days)))
    assert same_bytes(score(cut, POLICY, day(days)), score(evidence, POLICY, day(days)))


def renamed(rows, seed):
    """The same rows under other ids of everything that has one, in another order of ids; criteria keep their names."""
    rng, called = np.random.default_rng(seed), {}

    def new(of, name):
        return called.setdefault((of, name), f"{rng.integers(10**9):09d}") if name is not None else None

    def owner(file, column):
        return column.refers or (file.name if file.key == (column.name,) else f"{file.name}.{column.name}")

    def row_of(file, row):
        owners = {c.name: owner(file, c) for c in file.columns if c.kind is Kind.ID and c.refers != "criteria"}
        return row | {name: new(of, row[name]) for name, of in owners.items() if name in row}

    return {name: [row_of(FILES[name], row) for row in table] for name, table in rows.items()}, called


@given(seeds, st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_renaming_changes_no_figure_and_no_rank(seed, naming):
    rows, called = renamed(company(seed), naming)
    new = {old: name for (of, old), name in called.items() if of in {"people", "teams", "projects", "customers"}}
    evidence = small(**rows)
    found = score(evidence, POLICY, LAST)
    before = by_name(small(**company(seed)), scored(seed))
    after = by_name(evidence, found)
    assert (
        max(np.abs(after[kind, new.get(who, who), what] - row).max() for (kind, who, what), row in before.items())
        < 1e-9
    )
    old_ranks, new_ranks = ranks(small(**company(seed)), scored(seed)), ranks(evidence, found)
    new |= {f"team:{old}": f"team:{name}" for old, name in new.items()}
    assert all(
        new_ranks[board, new.get(scope, scope), period, new.get(who, who)] == rank
        for (board, scope, period, who), rank in old_ranks.items()
    )


@given(seeds)
@few
def test_amounts_add_up_to_their_estimate(seed):
    found = scored(seed)
    table, parts = found.scores, found.explanations
    total = {}
    for key, amount in zip(
        zip(parts.subject_kind, parts.subject, parts.dimension, strict=True), parts.amount, strict=True
    ):
        total[key] = total.get(key, 0.0) + amount
    for key, estimate in zip(
        zip(table.subject_kind, table.subject, table.dimension, strict=True), table.estimate, strict=True
    ):
        assert abs(total[key] - estimate) < 1e-9


@given(seeds, st.floats(-1e15, 1e15))
@settings(max_examples=15, deadline=None)
def test_no_amount_of_money_lifts_anyone_over_whose_quality_lies_wholly_above(seed, amount):
    rows = company(seed)
    rows["money"] = [{**row, "amount": amount if row["project"] == "j0" else 1.0} for row in rows["money"]]
    table = score(small(**rows), replace_cap(POLICY, 0.3), LAST).scores
    person = table.subject_kind == SubjectKind.PERSON
    quality = person & (table.dimension == table.dimensions.index("quality"))
    standing = table.estimate[person & (table.dimension == table.dimensions.index("standing"))]
    assert (standing >= table.low[quality] - 1e-12).all()  # never beyond what quality leaves open
    assert (standing <= table.high[quality] + 1e-12).all()
    wholly_above = table.low[quality][:, None] > table.high[quality][None, :]
    assert (standing[:, None] >= standing[None, :] - 1e-12)[wholly_above].all()


def replace_cap(policy, cap):
    return Policy(results_cap=cap, weights=policy.weights)


@given(seeds)
@few
def test_without_evidence_people_stay_at_the_prior_and_never_at_the_bottom(seed):
    rows = company(seed)
    rows["people"].append({"person": "silent", "role": "expert", "joined": 0})
    evidence = small(**{file: table for file, table in rows.items() if file != "consents"})
    figures = by_name(evidence, score(evidence, POLICY, LAST))
    estimate, sd, low, high, voices = figures[0, "silent", "quality"]
    assert (estimate, sd, voices) == (0, pytest.approx(1), 0)
    assert low < 0 < high
    assert min(row[0] for (kind, _, what), row in figures.items() if kind == 0 and what == "quality") < 0


def test_an_organization_without_any_evidence_is_all_prior():
    evidence = small(people=[{"person": "ada"}, {"person": "ben"}])
    found = score(evidence, POLICY, LAST)
    quality = by_name(evidence, found)[0, "ada", "quality"]
    assert quality[:2] == pytest.approx([0, 1])
    assert found.scores.evidence.max() == 0
    assert found.standings.provisional.all()
    assert found.levels.names[found.levels.level[0]] == "Newcomer"


def test_an_organization_of_nobody_has_no_scores():
    found = score(small(), POLICY, LAST)
    assert found.scores.estimate.size == found.standings.score.size == found.levels.level.size == 0


def test_every_person_has_every_dimension_and_criteria_stay_on_their_scale():
    found, evidence = scored(3), small(**company(3))
    figures = by_name(evidence, found)
    names = {*STANDARD_CRITERIA, "customer_trust", "recognition", "care", "results", "quality", "standing"}
    assert {what for kind, who, what in figures if (kind, who) == (0, "p0")} == names
    rated = np.array([row for (_, _, what), row in figures.items() if what in STANDARD_CRITERIA])
    assert (rated[:, [0, 2, 3]] >= 1).all()
    assert (rated[:, [0, 2, 3]] <= 5).all()


def test_a_criterion_may_bear_the_name_of_a_measure():
    rows = {
        "criteria": [{"criterion": "care"}],
        "feedback": [{"giver": "a", "receiver": "b", "criterion": "care", "rating": 5, "at": 1}],
    }
    found = score(small(**rows), POLICY, LAST)
    assert found.scores.dimensions[:1] == ("criterion:care",)
    assert len(set(found.scores.dimensions)) == len(found.scores.dimensions)


def test_boards_are_there_for_every_scope_and_recent_periods():
    table = scored(3).standings
    assert {"quality", "customer_trust", "leading", "care", "recognition", "project_leader", "carer"} <= set(
        table.boards
    )
    assert "standing" not in table.boards
    assert table.scopes[0] == "organization"
    assert set(table.scopes) == {"organization", "department:sales", "team:red", "team:blue"}
    assert set(table.periods) <= {
        "all", "year:2027", "year:2026", "year:2025", "quarter:2027Q4", "quarter:2027Q3", "month:2027-12",
        "month:2027-11",
    }  # fmt: skip
    assert "year:2026" in table.periods
    team = table.subject_kind == SubjectKind.TEAM
    assert {table.boards[board] for board in table.board[team]} == {"customer_trust", "quality", "help"}


def test_who_has_left_is_on_no_board():
    rows = company(3)
    rows["people"][0]["left"] = 500
    evidence = small(**rows)
    assert "p0" not in {who for *_, who in ranks(evidence, score(evidence, POLICY, LAST))}
    assert "p0" in {who for *_, who in ranks(evidence, score(evidence, POLICY, day(500)))}


def test_what_came_before_a_period_does_not_count_in_it():
    thanks = [{"giver": giver, "receiver": "ada", "at": at} for giver, at in (("ben", 100), ("cleo", 500))]
    members = [{"project": "j", "person": person} for person in ("ada", "ben", "cleo")]
    evidence = small(kudos=thanks, members=members)
    table = score(evidence, POLICY, day(DAYS)).standings
    on = {table.periods[p] for p, b in zip(table.period, table.board, strict=True) if table.boards[b] == "recognition"}
    assert on == {"all", "year:2026", "year:2027"}


def test_assembling_again_from_the_same_blocks_gives_the_same():
    moment = micros(LAST)
    evidence = select(small(**company(7)), moment)
    blocks = fit(evidence, POLICY, moment)
    assert same_bytes(assemble(evidence, blocks, POLICY, moment), assemble(evidence, blocks, POLICY, moment))


def test_boards_of_periods_that_were_ranked_already_stand_as_if_ranked_anew():
    moment = micros(LAST)
    evidence = select(small(**company(7)), moment)
    blocks = fit(evidence, POLICY, moment)
    other = replace(blocks, peers=fit(select(evidence, micros(day(300))), POLICY, micros(day(300))).peers)
    known = assemble(evidence, blocks, POLICY, moment).standings
    assert {known.periods[period] for period in known.period} - {"all"}
    anew = assemble(evidence, other, POLICY, moment)
    assert anew.standings.score.tobytes() != known.score.tobytes()
    assert same_bytes(assemble(evidence, replace(other, ranked=known), POLICY, moment), anew)


def test_frozen_peer_figures_are_what_is_shown():
    """The seam of the release: other peer figures, the same open ones, and everything composed from them adds up."""
    moment = micros(LAST)
    evidence = select(small(**company(7)), moment)
    blocks = fit(evidence, POLICY, moment)
    earlier = fit(select(evidence, micros(day(300))), POLICY, micros(day(300)))
    found = assemble(evidence, replace(blocks, peers=earlier.peers), POLICY, moment)
    shown = by_name(evidence, found)
    assert shown[0, "p0", "leading"][0] == pytest.approx(by_name(evidence, scored(7, day(300)))[0, "p0", "leading"][0])
    assert shown[0, "p0", "customer_trust"][0] == by_name(evidence, scored(7))[0, "p0", "customer_trust"][0]


def test_a_moment_needs_a_time_zone():
    with pytest.raises(ValueError, match="time zone"):
        score(small(), POLICY, datetime(2026, 1, 1))  # noqa: DTZ001 - what is tested
