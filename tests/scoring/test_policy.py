"""The policy: every number has its range in the docstring and in a rule, and every rule refuses what breaks it."""

import re
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.exchange.columns import PERSON_ROLES
from scoring.policy import (
    LEVEL_RULES,
    RESULTS_CAP_LIMIT,
    ROLES,
    RULES,
    STANDARD_LEVELS,
    WEIGHT_RULE,
    InvalidPolicy,
    Level,
    Policy,
    Reference,
    check,
    decode,
    digest,
    encode,
    succeeding,
)
from scoring.policy_rules import NO_WEIGHT, BrokenRule, check_reference

DESCRIBED = re.compile(r"^    (\w+) : [^,\n]+(?:, [^0-9\n-]+)?, (-?[0-9.]+) to (-?[0-9.]+)\. \S", re.MULTILINE)
MOMENT = datetime(2026, 5, 1, tzinfo=UTC)


def described(struct):
    return {name: (float(low), float(high)) for name, low, high in DESCRIBED.findall(struct.__doc__)}


def numeric(struct):
    return {field.name for field in msgspec.structs.fields(struct) if field.type in (int, float, float | None)}


def test_every_number_has_a_rule_and_its_docstring_gives_the_same_range():
    assert set(RULES) == numeric(Policy)
    assert set(LEVEL_RULES) == numeric(Level)
    assert described(Policy) == {**{name: rule[:2] for name, rule in RULES.items()}, "weights": WEIGHT_RULE[:2]}
    assert described(Level) == {name: rule[:2] for name, rule in LEVEL_RULES.items()}


@pytest.mark.parametrize("struct", [Policy, Level, Reference])
def test_every_field_has_its_meaning_in_the_docstring(struct):
    named = {
        name for line in re.findall(r"^    ([\w, ]+) : ", struct.__doc__, re.MULTILINE) for name in line.split(", ")
    }
    assert named == {field.name for field in msgspec.structs.fields(struct)}


def test_the_standard_policy_keeps_every_rule():
    assert check(Policy()) == Policy()
    assert RULES["results_cap"][1] == RESULTS_CAP_LIMIT == 0.30


def changed(**fields):
    return msgspec.structs.replace(Policy(), **fields)


@pytest.mark.parametrize("field", RULES)
@pytest.mark.parametrize("side", [0, 1])
def test_every_range_refuses_what_lies_outside_and_takes_its_ends(field, side):
    end = RULES[field][side]
    beyond = end + (1 if side else -1)
    check(changed(**{field: end}))
    with pytest.raises(InvalidPolicy, match=rf"^{field} is {beyond:g}, but must lie from") as refused:
        check(changed(**{field: beyond}))
    assert RULES[field][2] in str(refused.value)


@pytest.mark.parametrize("field", RULES)
def test_what_is_no_number_is_refused(field):
    with pytest.raises(InvalidPolicy, match=field):
        check(changed(**{field: float("nan")}))


def levels(*asked, **first):
    given = [Level(name=f"n{at}", name_fi=f"f{at}", stages=stages, low=low) for at, (stages, low) in enumerate(asked)]
    return (msgspec.structs.replace(given[0], **first), *given[1:]) if given else ()


BROKEN_LEVELS = [
    (levels(), "the first asks for 0 stages"),
    (levels((1, None)), "the first asks for 0 stages"),
    (levels((0, 0.0)), "the first asks for 0 stages and no bound"),
    (levels((0, None), (2, None), (2, None)), "n2 must ask for more stages than n1"),
    (levels((0, None), (5, None), (2, None)), "n2 must ask for more stages than n1"),
    (levels((0, None), (2, 0.5), (5, 0.4)), "n2 must not ask for less trust than n1"),
    (levels((0, None), (2, 0.5), (5, None)), "n2 must not ask for less trust than n1"),
    (levels((-1, None)), "stages of n0 is -1"),
    (levels((0, None), (1001, None)), "stages of n1 is 1001"),
    (levels((0, None), (1, -3.1)), "low of n1 is -3.1"),
    (levels((0, None), (1, 1.3)), "low of n1 is 1.3"),
    (levels((0, None), name=""), "names: '' must be 1 to 60 letters"),
    (levels((0, None), name_fi="x" * 61), "Finnish names"),
    (levels((0, None), (1, None), name="n1"), "names: none may be given twice"),
    (levels((0, None), freedoms=("",)), "freedoms of n0: '' must be 1 to 200 letters"),
    (levels((0, None), freedoms=(" mentor",)), "without blanks around"),
    (levels((0, None), freedoms=("open\na project",)), "on one line"),
    (levels((0, None), freedoms=("x" * 201,)), "1 to 200 letters"),
    (levels((0, None), freedoms=("mentor", "mentor")), "none may be given twice"),
    (levels((0, None), freedoms_fi=("",)), "Finnish freedoms of n0: '' must be 1 to 200 letters"),
    (levels((0, None), freedoms=("a", "b"), freedoms_fi=("a",)), "freedoms of n0: 1 in Finnish, but 2 in English"),
    (levels((0, None), freedoms=tuple(map(str, range(21)))), "21 are given, but there may be 20"),
]


@pytest.mark.parametrize(("given_levels", "rule"), BROKEN_LEVELS)
def test_levels_that_break_a_rule_are_refused_by_it(given_levels, rule):
    with pytest.raises(InvalidPolicy, match=rule):
        check(changed(levels=given_levels))


BROKEN_WEIGHTS = [
    ({}, "the role `other` is missing"),
    ({"seller": {"care": 1.0}}, "the role `other` is missing"),
    ({"other": {"care": 1.0}, "boss": {"care": 1.0}}, "there is no role 'boss'"),
    ({"other": {}}, "at least one above 0"),
    ({"other": {"care": 0.0}}, "at least one above 0"),
    ({"other": {"care": -0.1}}, "weights of other: care is -0.1"),
    ({"other": {"care": 10.1}}, "weights of other: care is 10.1"),
    *(({"other": {"care": 1.0, name: 1.0}}, f"{name} has no weight in quality") for name in NO_WEIGHT),
]


@pytest.mark.parametrize(("weights", "rule"), BROKEN_WEIGHTS)
def test_weights_that_break_a_rule_are_refused_by_it(weights, rule):
    with pytest.raises(InvalidPolicy, match=rule):
        check(changed(weights=weights))


def reference(**fields):
    whole = {"dimensions": ("a", "b"), "mean": (4.0, 0.0), "sd": (0.5, 1.0), "correlation": ((1.0, 0.5), (0.5, 1.0))}
    return Reference(**{**whole, **fields})


BROKEN_REFERENCES = [
    ({"dimensions": ("a", "a")}, "none may be given twice"),
    ({"dimensions": ("a", "")}, "dimensions: ''"),
    ({"mean": (4.0,)}, "one entry for each dimension"),
    ({"sd": (0.5, 1.0, 1.0)}, "one entry for each dimension"),
    ({"correlation": ((1.0, 0.5),)}, "one entry for each dimension"),
    ({"correlation": ((1.0,), (0.5,))}, "one entry for each dimension"),
    ({"mean": (float("inf"), 0.0)}, r"mean of a is inf, but must lie within 1e\+06 of 0"),
    ({"mean": (float("nan"), 0.0)}, "mean of a is nan"),
    ({"sd": (0.0, 1.0)}, r"sd of a is 0, but must lie from 1e-06 to 1e\+06"),
    ({"sd": (0.5, float("nan"))}, "sd of b is nan"),
    ({"sd": (0.5, 1e-200)}, "sd of b is 1e-200"),
    ({"sd": (1e300, 1.0)}, r"sd of a is 1e\+300"),
    ({"correlation": ((1.0, 0.5), (0.4, 1.0))}, "is given as two"),
    ({"correlation": ((0.9, 0.5), (0.5, 1.0))}, "correlation 1 with itself"),
    ({"correlation": ((1.0, 1.1), (1.1, 1.0))}, "contradict one another"),
]


@pytest.mark.parametrize(("fields", "rule"), BROKEN_REFERENCES)
def test_a_scale_that_there_cannot_be_is_refused(fields, rule):
    with pytest.raises(InvalidPolicy, match=rule):
        check(changed(reference=reference(**fields)))


@given(st.integers(1, 5), st.integers(0, 10_000))
def test_correlations_are_possible_where_no_eigenvalue_is_negative(size, seed):
    drawn = np.tril(np.random.default_rng(seed).uniform(-1, 1, (size, size)), -1)
    matrix = drawn + drawn.T + np.eye(size)
    least = np.linalg.eigvalsh(matrix)[0]
    given = [f"d{at}" for at in range(size)], [0.0] * size, [1.0] * size, matrix.tolist()
    if least > 1e-6:
        check_reference(*given)
    if least < -1e-6:
        with pytest.raises(BrokenRule, match="contradict"):
            check_reference(*given)


def test_dimensions_that_are_one_may_be_told_as_two():
    check_reference(("a", "b"), (0.0, 0.0), (1.0, 1.0), ((1.0, 1.0), (1.0, 1.0)))
    with pytest.raises(BrokenRule, match="contradict"):
        check_reference("abc", (0.0,) * 3, (1.0,) * 3, ((1.0, 1.0, 0.5), (1.0, 1.0, 0.4), (0.5, 0.4, 1.0)))


def test_the_moment_of_levels_needs_a_time_zone():
    check(changed(levels_from=MOMENT))
    with pytest.raises(InvalidPolicy, match="levels_from: a moment needs a time zone"):
        check(changed(levels_from=MOMENT.replace(tzinfo=None)))


def test_roles_are_those_of_the_exchange_folder():
    assert set(ROLES) == set(PERSON_ROLES)


def test_a_policy_stored_before_a_field_existed_is_read_with_its_value():
    assert decode("{}") == Policy()
    stored = '{"k": 4, "levels": [{"name": "N", "name_fi": "T", "stages": 0}]}'
    assert decode(stored) == changed(k=4, levels=(Level(name="N", name_fi="T", stages=0),))


@pytest.mark.parametrize("text", ["", "[]", '{"unknown": 1}', '{"k": "five"}', '{"k": 2}'])
def test_what_is_no_policy_is_refused(text):
    with pytest.raises(InvalidPolicy):
        decode(text)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('{"results_cap": 0.1, "results_cap": 0.2}', "'results_cap'"),
        ('{"results_cap": 0.1, "results\\u005fcap": 0.1}', "'results_cap'"),
        (
            '{"weights": {"other": {"collaboration": 1, "care": 1, "care": 2, "collaboration": 2}}}',
            "'collaboration', 'care'",
        ),
        ('{"levels": [{"name": "N", "name_fi": "T", "stages": 0, "name": "M"}]}', "'name'"),
    ],
)
def test_a_key_that_is_given_twice_is_refused(text, keys):
    with pytest.raises(InvalidPolicy, match=f"^{keys}: given more than once$"):
        decode(text)


def test_what_is_encoded_is_decoded_the_same():
    whole = changed(reference=reference(), levels_from=MOMENT, levels=levels((0, None), freedoms=("mentor",)))
    assert decode(encode(whole)) == whole
    assert digest(whole) == digest(decode(encode(whole))) != digest(Policy())


def test_levels_that_ask_for_something_else_do_so_from_their_publication():
    before = changed(levels_from=datetime(2025, 1, 1, tzinfo=UTC))
    assert succeeding(before, changed(k=4), MOMENT).levels_from == before.levels_from
    raised = (*STANDARD_LEVELS[:-1], msgspec.structs.replace(STANDARD_LEVELS[-1], low=0.9))
    assert succeeding(before, changed(levels=raised), MOMENT).levels_from == MOMENT
    renamed = (*STANDARD_LEVELS[:-1], msgspec.structs.replace(STANDARD_LEVELS[-1], freedoms=("mentor",)))
    assert succeeding(before, changed(levels=renamed), MOMENT).levels_from == before.levels_from
