"""Help across departments: how much more than usual people are thanked by colleagues of other departments.

The same gamma-Poisson measure as recognition (kudos.py), of thanks that cross departments alone: y_j counts distinct
givers of other departments, E_j what would be expected from the projects shared with them and from their habits. Only
open evidence, kudos and badges given by people: who rated whom stays confidential. It is told of teams, by the partial
pooling of teams.py, so that neither a team's size nor one member alone makes it helpful. Weakness: help that nobody
thanks for is not seen. Not for comparing people.
"""

from dataclasses import replace

import numpy as np

from scoring.model.block import Block
from scoring.model.evidence import Evidence, Index, Mask
from scoring.model.kudos import recognition
from scoring.model.peers_rows import teams_of
from scoring.model.select import rows
from scoring.policy import Policy

HELP = "help"


def help_across(evidence: Evidence, policy: Policy, as_of: int) -> Block:
    """Return the block of dimension `help` over all people, in sd of true help; the prior without departments.

    `evidence` is selected (`select`); `as_of` in microseconds.
    """
    return replace(recognition(crossing(evidence), policy, as_of), dimensions=(HELP,))


def crossing(evidence: Evidence) -> Evidence:
    """Keep thanks between departments, and as opportunity the projects: team mates are of one department."""
    of = departments(evidence)
    teams = evidence.team_members
    return replace(
        evidence,
        kudos=rows(evidence.kudos, _apart(of, evidence.kudos.giver, evidence.kudos.receiver)),
        badges=rows(evidence.badges, _apart(of, evidence.badges.giver, evidence.badges.receiver)),
        team_members=rows(teams, np.zeros(len(teams.team), np.bool_)),
    )


def departments(evidence: Evidence) -> Index:
    """Return everybody's department, that of the latest team: (people,), -1 where none is known."""
    team = teams_of(evidence)
    return np.append(evidence.teams.department, np.int32(-1))[team].astype(np.int32)


def _apart(of: Index, giver: Index, receiver: Index) -> Mask:
    known: Mask = (giver >= 0) & (of[giver] >= 0) & (of[receiver] >= 0) & (of[giver] != of[receiver])
    return known
