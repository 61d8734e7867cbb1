"""Periods are cut as the organization's own calendar cuts them, half-open."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from scoring.model.period_blocks import open_blocks
from scoring.model.periods import micros, recent, since, until
from scoring.model.select import consented, select
from scoring.policy import Policy
from tests.scoring.small import day, small

HELSINKI = ZoneInfo("Europe/Helsinki")


def test_the_year_begins_at_midnight_of_the_organization():
    first = micros(datetime(2026, 1, 1, tzinfo=HELSINKI))
    assert recent(first, "Europe/Helsinki")[0].name == "year:2025"
    assert recent(first + 1, "Europe/Helsinki")[0].name == "year:2026"


def test_present_and_former_years_and_quarters_touch_without_a_gap():
    found = recent(micros(datetime(2026, 5, 20, tzinfo=UTC)), "Europe/Helsinki")
    assert [p.name for p in found] == ["year:2026", "year:2025", "year:2024", "quarter:2026Q2", "quarter:2026Q1",
                                       "month:2026-05", "month:2026-04"]  # fmt: skip
    assert (found[1].end, found[2].end, found[4].end) == (found[0].start, found[1].start, found[3].start)
    assert found[3].start == micros(datetime(2026, 4, 1, tzinfo=HELSINKI))  # summer time by then
    assert found[3].end == micros(datetime(2026, 7, 1, tzinfo=HELSINKI))


def test_the_quarter_before_the_first_is_last_years_last():
    found = recent(micros(datetime(2026, 2, 1, tzinfo=UTC)), "UTC")
    assert [p.name for p in found[3:]] == ["quarter:2026Q1", "quarter:2025Q4", "month:2026-01", "month:2025-12"]
    assert found[6].end == found[5].start
    assert found[4].end == found[3].start == micros(datetime(2026, 1, 1, tzinfo=UTC))


def test_a_period_holds_its_first_instant_and_not_its_end():
    rows = [{"giver": "ben", "receiver": "ada", "at": at} for at in (9.999, 10, 15, 20, 25)]
    evidence = select(small(kudos=rows), micros(day(30)))
    kept = since(until(evidence, micros(day(20))), micros(day(10)))
    assert kept.kudos.at.tolist() == [micros(day(10)), micros(day(15))]


def test_the_consents_of_today_hold_for_a_period_of_the_past():
    consents = [
        {"person": "ada", "source": "kudos", "given": 1, "at": 25},
        {"person": "ben", "source": "kudos", "given": 1, "at": 1},
        {"person": "ben", "source": "kudos", "given": 0, "at": 26},
    ]
    rows = [{"giver": "ben", "receiver": "ada", "at": 15}, {"giver": "ada", "receiver": "ben", "at": 15}]
    evidence = select(small(kudos=rows, consents=consents), micros(day(30)))
    kept = since(until(evidence, micros(day(20))), micros(day(10)))
    assert kept.kudos.receiver.tolist() == [0]
    assert np.array_equal(consented(kept, micros(day(20))), consented(evidence, micros(day(30))))


def test_trust_and_thanks_of_a_period_have_no_parts_for_nobody_asks_its_boards_why():
    word = {"project": "p", "contact": "kim", "kind": "survey", "aspect": "satisfaction", "value": 2, "at": 100}
    thank = {"giver": "ben", "receiver": "ada", "at": 100}
    members = [{"project": "p", "person": name} for name in ("ada", "ben")]
    moment = micros(day(120))
    found = open_blocks(select(small(signals=[word], kudos=[thank], members=members), moment), Policy(), moment)
    assert len(found.customers.people.parts.amount) > 0 < len(found.recognition.parts.amount)
    for each in found.periods[:1]:
        trusted, thanked = each.blocks
        assert (trusted.voices > 0).any()
        assert (thanked.voices > 0).any()
        assert len(trusted.parts.amount) == len(thanked.parts.amount) == 0
        assert trusted.estimate == pytest.approx(found.customers.people.estimate, abs=1e-9)
        assert thanked.estimate == pytest.approx(found.recognition.estimate, abs=1e-9)


def test_a_moment_needs_a_time_zone():
    with pytest.raises(ValueError, match="needs a time zone"):
        micros(datetime(2026, 1, 1))  # noqa: DTZ001 - what is tested
