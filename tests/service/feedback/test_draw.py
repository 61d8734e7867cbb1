"""Who is asked about whom: in balance, from shared work, the same for the same seed."""

import random
from collections import Counter
from datetime import date
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from service.feedback.rules import Crew, Drawn, Membership, Terms, draw, quarter_of, shown, without_colleagues


def person(number):
    return UUID(int=number + 1)


def group(number):
    return UUID(int=10_000 + number)


def crew(givers, receivers):
    return Crew(frozenset(map(person, givers)), frozenset(map(person, receivers)))


@st.composite
def organizations(draws):
    """Small organizations: groups with overlapping days, some who left, some who did not consent."""
    size = draws(st.integers(2, 14))
    numbers = st.integers(0, size - 1)
    memberships = []
    for number in range(draws(st.integers(0, 6))):
        project = group(number) if draws(st.booleans()) else None
        for who in draws(st.lists(numbers, max_size=8)):
            last = draws(st.integers(0, 100))
            memberships.append(Membership(group(number), project, person(who), last + draws(st.integers(0, 100)), last))
    there = crew(draws(st.sets(numbers)), draws(st.sets(numbers)))
    most = draws(st.integers(1, 6))
    return memberships, there, Terms(most, draws(st.integers(0, most)), draws(st.integers(0, 2**31)))


def worked_together(memberships):
    return {
        (a.person_id, b.person_id)
        for a in memberships
        for b in memberships
        if a.group_id == b.group_id and a.person_id != b.person_id and max(a.last, b.last) <= min(a.first, b.first)
    }


def most_with_at_most(pairs, most_of_giver, most_of_receiver):
    """The largest number of asks when no receiver gets more than so many: a flow of SciPy's."""
    givers, receivers = ({pair[side] for pair in pairs} for side in (0, 1))
    places = {("giver", g): n for n, g in enumerate(sorted(givers), 1)}
    places |= {("receiver", r): n for n, r in enumerate(sorted(receivers), len(places) + 1)}
    room = np.zeros((len(places) + 2,) * 2, dtype=np.int32)
    for giver, receiver in pairs:
        room[places["giver", giver], places["receiver", receiver]] = 1
    for (side, _), place in places.items():
        if side == "giver":
            room[0, place] = most_of_giver
        else:
            room[place, -1] = most_of_receiver
    return int(maximum_flow(csr_array(room), 0, len(room) - 1).flow_value)


def as_even_as_can_be(asks, pairs, most):
    """Whether no other draw of these pairs is more even: at each height as many asks lie under it as ever can."""
    counts = Counter(receiver for _, receiver in asks)
    heights = range(1, most + 1)
    under = [sum(min(count, height) for count in counts.values()) for height in heights]
    return under == [most_with_at_most(pairs, most, height) for height in heights]


@given(organizations())
def test_what_is_drawn_keeps_every_promise(organization):
    memberships, there, terms = organization
    asks = draw(memberships, there, terms)
    pairs = [(ask.giver_id, ask.receiver_id) for ask in asks]
    together = worked_together(memberships)
    colleagues = Counter(r for g, r in together if g in there.givers)
    assert len(set(pairs)) == len(pairs)
    for ask in asks:
        assert ask.giver_id != ask.receiver_id
        assert ask.giver_id in there.givers
        assert ask.receiver_id in there.receivers
        assert ask.shared == ((ask.giver_id, ask.receiver_id) in together)
        assert ask.shared or colleagues[ask.receiver_id] < terms.fewest
    assert max(Counter(giver for giver, _ in pairs).values(), default=0) <= terms.most
    assert max(Counter(receiver for _, receiver in pairs).values(), default=0) <= terms.most


@given(organizations())
def test_receivers_get_asks_as_evenly_as_shared_work_allows(organization):
    memberships, there, terms = organization
    asks = draw(memberships, there, Terms(terms.most, 0, terms.seed))
    pairs = {(g, r) for g, r in worked_together(memberships) if g in there.givers and r in there.receivers}
    assert as_even_as_can_be([(ask.giver_id, ask.receiver_id) for ask in asks], pairs, terms.most)


def test_a_draw_that_takes_the_first_who_is_free_is_caught_by_that_measure():
    pairs = {(person(g), person(r)) for g, r in [(1, 11), (2, 11), (1, 12)]}
    hasty = [(person(1), person(11))]  # and nobody is left for the quiet one
    assert not as_even_as_can_be(hasty, pairs, 1)
    assert as_even_as_can_be([(person(2), person(11)), (person(1), person(12))], pairs, 1)


@settings(max_examples=25)
@given(st.integers(6, 30), st.integers(0, 1000), st.integers(1, 5))
def test_where_all_worked_together_everybody_gets_the_same(size, seed, most):
    together = [Membership(group(0), None, person(n), 50, 0) for n in range(size)]
    asks = draw(together, crew(range(size), range(size)), Terms(most, 0, seed))
    assert set(Counter(ask.receiver_id for ask in asks).values()) == {most}
    assert set(Counter(ask.giver_id for ask in asks).values()) == {most}


@given(organizations(), st.randoms())
def test_the_same_seed_draws_the_same_whatever_the_order_of_rows(organization, chance):
    memberships, there, terms = organization
    shuffled = chance.sample(memberships, len(memberships))
    assert draw(memberships, there, terms) == draw(shuffled, there, terms)


def test_another_seed_draws_otherwise():
    together = [Membership(group(0), None, person(n), 50, 0) for n in range(20)]
    there = crew(range(20), range(20))
    assert draw(together, there, Terms(3, 0, 1)) != draw(together, there, Terms(3, 0, 2))


def test_recent_colleagues_are_asked_first():
    old = [Membership(group(0), None, person(n), 170, 150) for n in range(10)]
    new = [Membership(group(1), group(1), person(n), 170, 0) for n in range(4)]
    asks = draw(old + new, crew(range(10), [0]), Terms(3, 0, 7))
    assert {ask.giver_id for ask in asks} == {person(1), person(2), person(3)}
    assert {ask.project_id for ask in asks} == {group(1)}


def test_work_at_different_times_is_not_shared():
    apart = [Membership(group(0), None, person(0), 100, 60), Membership(group(0), None, person(1), 59, 0)]
    assert draw(apart, crew([0, 1], [0, 1]), Terms(3, 0, 1)) == []


def test_who_has_too_few_colleagues_is_asked_about_by_others_and_that_is_said():
    pair = [Membership(group(0), None, person(n), 50, 0) for n in (0, 1)]
    asks = draw(pair, crew(range(9), [0]), Terms(8, 5, 1))
    assert Counter(ask.shared for ask in asks) == {True: 1, False: 4}
    assert without_colleagues(asks) == 1
    assert without_colleagues([Drawn(person(1), person(0), None, shared=True)]) == 0


def test_a_thousand_people_get_as_many_asks_each():
    chance = random.Random(3)  # noqa: S311 - an example that can be repeated
    memberships = [
        Membership(group(n // 12), None, person(n), 180, 0) for n in range(1000)
    ] + [
        Membership(group(1000 + p), group(1000 + p), person(n), 90, chance.randrange(60))
        for p in range(400)
        for n in chance.sample(range(1000), 10)
    ]  # fmt: skip
    asks = draw(memberships, crew(range(1000), range(1000)), Terms(8, 5, 1))
    assert set(Counter(ask.receiver_id for ask in asks).values()) == {8}


@pytest.mark.parametrize(
    ("day", "name", "first", "after"),
    [
        (date(2026, 1, 1), "standing-2026Q1", date(2026, 1, 1), date(2026, 4, 1)),
        (date(2026, 9, 30), "standing-2026Q3", date(2026, 7, 1), date(2026, 10, 1)),
        (date(2026, 12, 31), "standing-2026Q4", date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_a_day_lies_in_its_quarter(day, name, first, after):
    quarter = quarter_of(day)
    assert (quarter.name, quarter.first, quarter.after) == (name, first, after)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(3, 10))
def test_counts_are_shown_in_steps_that_name_nobody(people, answered, k):
    answered = min(answered, people)
    number = shown(people, answered, k)
    if number is not None:
        assert number % k == 0
        assert k <= number <= answered <= people - k
    nearly = answered < k or people - answered < k
    assert (number is None) == nearly
