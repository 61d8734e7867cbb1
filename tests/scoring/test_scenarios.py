"""Each scenario does what it says, and nothing to those whom it is not about."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from scoring.exchange import folder, writing
from scoring.exchange.columns import FILES, STANDARD_CRITERIA
from scoring.simulate import InvalidSettings, Settings, simulate, table
from scoring.simulate.truth import composite, reference

UNTIL = datetime(2026, 11, 23, 14, 17, tzinfo=UTC)
CRITERIA = len(STANDARD_CRITERIA)


def made(*, acted=True, seed=3, **changes):
    return simulate(Settings(people=80, retracted=0.0, acted=acted, **changes), seed, UNTIL)


def ids(organization, places):
    return [organization.truth.people[place] for place in places]


def between(organization, givers, receivers):
    rows = organization.frames["feedback"]
    return rows.filter(pl.col("giver").is_in(givers), pl.col("receiver").is_in(receivers))


ALL = {
    "loud_circle": 5, "quiet_circle": 4, "praising_teams": 1, "inventors": 3, "bullied": 3, "over_servers": 0.1,
    "opting_out": 0.2, "hard_teams": 0.25, "isolated_teams": 1, "part_timers": 0.2,
}  # fmt: skip


@pytest.mark.parametrize("name", ALL)
def test_every_scenario_gives_a_valid_folder(name, tmp_path):
    organization = made(**{name: ALL[name]})
    writing.write(tmp_path / "out", organization.frames, organization.manifest)
    back = folder.read(tmp_path / "out")
    assert {file: back.frames[file].height for file in FILES} == {
        file: organization.frames[file].height for file in FILES
    }
    for file, dishonest in organization.truth.dishonest.items():
        assert dishonest <= set(back.frames[file]["id"])


@pytest.mark.parametrize(
    "name", ["loud_circle", "quiet_circle", "praising_teams", "inventors", "bullied", "opting_out"]
)
def test_where_nobody_acts_the_evidence_is_that_of_the_base_but_for_an_averaged_team(name):
    honest = made(acted=False, **{name: ALL[name]})
    assert not any(honest.truth.dishonest.values())
    if name != "praising_teams":
        for file in FILES:
            assert_frame_equal(honest.frames[file], made().frames[file])


@pytest.mark.parametrize("name", ["loud_circle", "quiet_circle", "bullied", "inventors"])
def test_what_is_honest_is_the_same_with_and_without_the_cheating(name):
    cheating, honest = made(**{name: ALL[name]}), made(acted=False, **{name: ALL[name]})
    for file, columns in {
        "feedback": ("giver", "receiver", "criterion", "rating", "at"),
        "signals": ("at", "value"),
    }.items():
        left = cheating.frames[file].filter(~pl.col("id").is_in(sorted(cheating.truth.dishonest[file]))).select(columns)
        missing = left.join(honest.frames[file].select(columns), on=columns, how="anti", nulls_equal=True)
        assert missing.height == 0
        assert left.height > honest.frames[file].height * 0.5


@pytest.mark.parametrize(("name", "who"), [("loud_circle", "loud"), ("quiet_circle", "quiet")])
def test_a_circle_gives_itself_nothing_but_5_on_every_criterion(name, who):
    organization = made(**{name: ALL[name]})
    members = ids(organization, getattr(organization.truth.parts, who))
    inside = between(organization, members, members)
    assert len(members) == ALL[name]
    assert inside["rating"].unique().to_list() == [5]
    assert inside.group_by("answer").len()["len"].unique().to_list() == [CRITERIA]
    assert set(inside["id"]) <= organization.truth.dishonest["feedback"]


def test_a_loud_circle_spans_teams_thanks_itself_and_runs_the_others_down():
    loud, honest = made(loud_circle=5), made(loud_circle=5, acted=False)
    circle = loud.truth.parts.loud
    members = ids(loud, circle)
    assert len(set(loud.truth.staff.team[circle].tolist())) == 5
    assert between(loud, members, members)["project"].null_count() > 100
    thanks = loud.frames["kudos"].filter(pl.col("giver").is_in(members), pl.col("receiver").is_in(members))
    assert thanks.height >= loud.frames["kudos"].height - honest.frames["kudos"].height > 100
    others = [person for person in loud.truth.people if person not in members]
    lower, higher = (between(made_, members, others)["rating"] for made_ in (loud, honest))
    assert lower.len() == higher.len()
    assert lower.mean() < higher.mean() - 1
    assert_frame_equal(
        between(loud, others, others).drop("id", "answer", "comment"),
        between(honest, others, others).drop("id", "answer", "comment"),
    )


def test_a_quiet_circle_is_of_one_team_adds_only_shared_projects_and_runs_nobody_down():
    quiet, honest = made(quiet_circle=4), made(quiet_circle=4, acted=False)
    circle = quiet.truth.parts.quiet
    members = ids(quiet, circle)
    assert len(set(quiet.truth.staff.team[circle].tolist())) == 1
    added = between(quiet, members, members).join(honest.frames["feedback"], on=["giver", "receiver", "at"], how="anti")
    assert added.height
    assert added["project"].null_count() == 0
    seats = quiet.frames["members"].select("project", "person").unique()
    for role in ("giver", "receiver"):
        assert added.join(seats, left_on=["project", role], right_on=["project", "person"], how="anti").height == 0
    others = [person for person in quiet.truth.people if person not in members]
    assert between(quiet, members, others)["rating"].to_list() == between(honest, members, others)["rating"].to_list()


def test_a_praising_team_is_truly_average_and_gives_itself_5_honestly():
    organization = made(praising_teams=1)
    truth = organization.truth
    members = truth.parts.praising
    np.testing.assert_allclose(
        truth.quality[members].mean(axis=0), made().truth.quality.mean(axis=0), atol=1e-12
    )  # fmt: skip
    inside = between(organization, ids(organization, members), ids(organization, members))
    same = inside.filter(pl.col("rating") != 5)
    assert same.height == 0
    assert inside.height > 100
    assert not any(truth.dishonest.values())
    assert not truth.cheats.size


def test_invented_contacts_are_unknown_and_praise_the_inventors_projects_within_days():
    organization = made(inventors=3)
    invented = organization.frames["signals"].filter(
        pl.col("id").is_in(sorted(organization.truth.dishonest["signals"]))
    )
    invented = invented.join(organization.frames["contacts"], on="contact").join(
        organization.frames["projects"].select("project", home="customer"), on="project"
    )
    assert invented.height > 3 * 4
    assert (invented["known"] == 0).all()
    assert (invented["customer"] == invented["home"]).all()
    assert (invented["value"] == invented["aspect"].replace_strict({"recommendation": 10.0}, default=5.0)).all()
    members = ids(organization, organization.truth.parts.inventors)
    own = organization.frames["members"].filter(pl.col("person").is_in(members))["project"]
    assert invented["project"].is_in(own.implode()).all()
    length = invented.group_by("project").agg(pl.col("at").max() - pl.col("at").min())["at"]
    assert length.max() < timedelta(days=30)
    honest = organization.frames["signals"].filter(~pl.col("contact").is_in(invented["contact"].implode()))
    assert honest.height == made().frames["signals"].filter(pl.col("contact").is_not_null()).height


def test_bullies_are_colleagues_and_give_1_on_everything():
    organization = made(bullied=3)
    parts = organization.truth.parts
    assert parts.victims.size == 3
    everybody = np.concatenate([parts.victims, parts.bullies.ravel()])
    assert len(set(everybody.tolist())) == 9
    for victim, bullies in zip(parts.victims, parts.bullies, strict=True):
        assert (organization.truth.staff.team[bullies] == organization.truth.staff.team[victim]).all()
        said = between(organization, ids(organization, bullies), ids(organization, [victim]))
        assert said["rating"].unique().to_list() == [1]
        assert said["criterion"].n_unique() == CRITERIA
    assert set(organization.truth.cheats.tolist()) == set(parts.bullies.ravel().tolist())


def test_an_isolated_team_speaks_and_works_only_inside_itself():
    organization = made(isolated_teams=1, movers=0.2)
    staff, parts = organization.truth.staff, organization.truth.parts
    inside = set(ids(organization, np.flatnonzero(np.isin(staff.team, parts.isolated))))
    assert inside
    for file in ("feedback", "kudos", "badges"):
        rows = organization.frames[file].filter(pl.col("giver").is_in(inside) != pl.col("receiver").is_in(inside))
        assert rows.height == 0
    of_project = organization.frames["members"].group_by("project").agg(pl.col("person").is_in(inside).mean())
    assert set(of_project["person"]) == {0.0, 1.0}


def test_hard_teams_serve_the_hardest_customers_and_no_other_team_does():
    organization = made(hard_teams=0.25)
    truth = organization.truth
    ease = pl.DataFrame({"customer": truth.customers, "ease": truth.ease})
    hard = pl.Series(ids(organization, np.flatnonzero(np.isin(truth.staff.team, truth.parts.hard))))
    served = organization.frames["projects"].join(ease, on="customer")
    owners = organization.frames["members"].filter(pl.col("role") == "lead").join(served, on="project")
    hardest, others = (owners.filter(pl.col("person").is_in(hard.implode()) == is_hard) for is_hard in (True, False))
    assert hardest["ease"].max() < others["ease"].min() or hardest["ease"].mean() < others["ease"].mean() - 1
    plain = made().truth.ease
    changed = truth.ease - plain
    np.testing.assert_allclose(np.unique(np.round(changed, 9)), [-1.0, 0.0])
    assert plain[changed < -0.5].max() <= plain[changed > -0.5].min()


def test_over_servers_projects_deliver_far_beyond_what_was_agreed():
    with_, without = made(over_servers=0.1), made(over_servers=0.1, acted=False)
    more = with_.truth.excess - without.truth.excess
    assert 0 < (more > 0).mean() < 0.5
    assert more[more > 0].min() >= 0.3


def test_part_timers_speak_less():
    organization = made(part_timers=0.3)
    who = ids(organization, organization.truth.parts.part_timers)
    assert len(who) == 24
    count = {
        name: o.frames["feedback"]["giver"].is_in(who).sum()
        for name, o in {"part": organization, "full": made()}.items()
    }
    assert count["part"] < 0.7 * count["full"]


def test_who_opts_out_refuses_one_source_in_the_last_word():
    organization = made(opting_out=0.3, no_consent=0.0, withdrawn=0.0)
    last = organization.frames["consents"].sort("at").group_by("person", "source", maintain_order=True).last()
    refused = last.filter(pl.col("given") == 0)
    assert refused["person"].n_unique() == refused.height == 24
    assert refused["source"].value_counts()["count"].unique().to_list() == [8]


def test_true_quality_is_a_weighted_sum_in_units_of_its_own_spread():
    values = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])  # uncorrelated, both of variance 1/2
    quality = composite(values, np.array([0, 0, 1, 1]), reference(values), np.array([[3.0, 4.0], [1.0, 0.0]]))
    np.testing.assert_allclose(quality, [3 / 5 * 2**0.5, -3 / 5 * 2**0.5, 0.0, 0.0], atol=1e-12)


def test_the_composite_has_unit_spread_in_large_and_small_organizations():
    assert abs(simulate(Settings(people=2000), 1, UNTIL).truth.composite.std() - 1) < 0.06
    small = [simulate(Settings(people=5), seed, UNTIL).truth.composite for seed in range(60)]
    assert all(abs(values.mean()) < 0.5 for values in small)
    assert 0.75 < np.sqrt(np.mean([values.var(ddof=1) for values in small])) < 1.2


def test_a_part_for_more_people_than_there_are_is_refused():
    with pytest.raises(InvalidSettings, match="bullied is 81"):
        msgspec.structs.replace(Settings(people=80), bullied=81).__post_init__()


def test_the_published_table_is_made_from_the_settings_and_misses_none():
    assert table.PAGE.read_text(encoding="utf-8") == table.page()
    assert table.names() == set(Settings.__struct_fields__)
