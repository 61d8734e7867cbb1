"""The scenarios of scoring.md, section 5: settings of the simulator, and whose gain is measured."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from scoring.simulate import Settings
from scoring.simulate.cast import Cast
from scoring.simulate.people import Index

# Consents and retractions are not what is measured: everybody allows everything, unless a scenario says otherwise.
MEASURED = Settings(no_consent=0.0, withdrawn=0.0, retracted=0.0)
_FEW: dict[str, Any] = {"asks_per_round": 2, "rounds_per_year": 1, "answered": 0.6, "spontaneous_per_person_year": 0.4}


@dataclass(frozen=True, slots=True)
class Scenario:
    """`changes` to `MEASURED`; `group` of the cast: whose gain against the counterfactual is measured.

    `organizations` : simulated for each seed, and counted as one; for organizations too small to tell much alone.
    """

    name: str
    title: str
    changes: dict[str, Any] = field(default_factory=dict)
    group: str = ""
    organizations: int = 1

    def settings(self, people: int, *, acted: bool = True) -> Settings:
        """Return the settings; a scenario may ask for a number of people of its own.

        Raises
        ------
        InvalidSettings : more people are asked to play a part than there are.
        """
        return msgspec.structs.replace(MEASURED, **({"people": people} | self.changes), acted=acted)

    def whose(self, parts: Cast) -> Index:
        """Places of the people of `group`; empty where there is none."""
        found: Index = getattr(parts, self.group) if self.group else np.empty(0, np.int64)
        return found


SCENARIOS = (
    Scenario("base", "nothing special"),
    Scenario("visibility", "the visible are chosen far more often", {"visibility_pull": 2.0}),
    Scenario("leniency", "givers differ much in leniency", {"leniency_sd": 1.4}),
    Scenario("circle_loud", "a loud praise circle across teams", {"loud_circle": 6}, "loud"),
    Scenario("circle_quiet", "a quiet praise circle inside one team", {"quiet_circle": 6}, "quiet"),
    Scenario("honest_team", "an average team that means its 5s", {"praising_teams": 1}, "praising"),
    Scenario("invented", "invented customers", {"inventors": 4}, "inventors"),
    Scenario("few_answers", "few answers", _FEW),
    Scenario("silent", "the unhappy customers say nothing", {"silent_unhappy": 1.0}),
    Scenario("hard_customers", "hard customers concentrated on some teams", {"hard_teams": 0.25}),
    Scenario("territory", "revenue is luck of territory", {"territory_sd": 1.5}),
    Scenario(
        "over_service", "satisfaction bought by over-service", {"over_servers": 0.15, "over_service_pull": 1.6},
        "over_servers",
    ),
    Scenario("part_timers", "many part-timers", {"part_timers": 0.3}),
    Scenario("newcomers", "many newcomers", {"newcomers": 0.4}),
    Scenario("leavers", "many leavers", {"leavers": 0.3}),
    Scenario("mostly_4_5", "nearly all ratings are 4 or 5", {"generosity": 1.8}),
    Scenario("drift", "quality changes quickly", {"drift_sd": 0.6}),
    Scenario("bullying", "two colleagues bully each victim", {"bullied": 6}, "victims"),
    Scenario("bullying_few", "bullying where there are few answers", {"bullied": 6} | _FEW, "victims"),
    Scenario("isolated_team", "a team that rates only inside itself", {"isolated_teams": 1}),
    Scenario("five", "organizations of 5", {"people": 5}, organizations=10),
    Scenario("opting_out", "some refuse a source", {"opting_out": 0.3}, "opted_out"),
)  # fmt: skip
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
