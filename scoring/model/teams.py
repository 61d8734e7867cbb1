"""Teams: what can be said of a team from what is known of its members, size being no advantage.

    x_j = c + τ_t + δ_j,   τ_t ~ N(0, σ_T²),   δ_j ~ N(0, σ² − σ_T²);   known of x_j: N(m_j, s_j²), prior N(c, σ²)

The evidence on a member alone has precision p_j = 1/s_j² − 1/σ². A team's level τ_t is estimated from all of them,
each weighed by v_j = h_tj · p_j / (1 + (σ² − σ_T²) p_j), where h_tj is the part of the member's time spent in t:

    τ_t = Σ_j h_tj (m_j − c) / s_j² / (1 + (σ² − σ_T²) p_j) / (V_t + 1/σ_T²)
    sd = (V_t + 1/σ_T²)^(−1/2),   V_t = Σ_j v_j

σ_T² by the moment estimator of DerSimonian & Laird (1986), Control. Clin. Trials 7, pulled toward a tenth of σ², the
usual between-team share (Bliese 2000, in Klein & Kozlowski, Multilevel Theory), as if `GUESS_TEAMS` teams had shown
it. Members' errors count as independent; what givers of one team share widens it only through s_j.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.block import SOURCES, Block, Parts, joined, merged
from scoring.model.evidence import DAY, FOREVER, MISSING_TIME, Evidence, Mask, Number, Time
from scoring.model.patterns import filled
from scoring.model.scores import Source
from scoring.policy import Policy

GUESS_SHARE = 0.1
GUESS_TEAMS = 4.0
_ALWAYS = 36_500 * DAY  # a membership without a beginning began this long ago
_LEAST = 1e-12  # of σ²: below it a precision is rounding


@dataclass(frozen=True, slots=True)
class _Level:
    """Levels of all teams in one dimension: `gain` (teams, people) turns m_j − c into τ_t."""

    gain: csr_array
    sd: Number
    spread: float


def present_teams(evidence: Evidence) -> Mask:
    """Say which teams have a member now: (teams,). `evidence` is what `select` left."""
    now = evidence.team_members.end == FOREVER
    return np.bincount(evidence.team_members.team[now], minlength=len(evidence.teams.ids)) > 0


def time_shares(evidence: Evidence, policy: Policy, as_of: int) -> csr_array:
    """Return the part of each person's time spent in each team, (teams, people); a person's parts add up to 1.

    A day of age t counts 2^(−t / half-life), as the evidence of that day does.
    """
    members = evidence.team_members
    shape = (len(evidence.teams.ids), len(evidence.people.ids))
    joined_at = evidence.people.joined[members.person]
    start = np.where(members.start == MISSING_TIME, joined_at, members.start)
    start = np.where(start == MISSING_TIME, as_of - _ALWAYS, start)
    length = policy.peer_half_life_days * DAY
    spent = _weight(np.minimum(members.end, as_of), as_of, length) - _weight(start, as_of, length)
    found = csr_array((np.maximum(spent, 0), (members.team, members.person)), shape=shape)
    found.sum_duplicates()
    total = np.asarray(found.sum(axis=0)).ravel()
    found.data = np.divide(found.data, total[found.indices], out=np.zeros_like(found.data), where=found.data > 0)
    return found


def team_block(people: Block, time: csr_array) -> Block:
    """Return every dimension of `people` for teams, in the same unit, with members' parts.

    `centre` and `spread` are those of true team levels.
    """
    levels = [_level(people, time, dimension) for dimension in range(len(people.dimensions))]
    deviation = people.estimate - people.centre
    found = [level.gain @ deviation[:, dimension] for dimension, level in enumerate(levels)]
    shape = (time.shape[0], len(levels))
    return Block(
        dimensions=people.dimensions,
        estimate=people.centre + np.array(found).T.reshape(shape),
        sd=np.array([level.sd for level in levels]).T.reshape(shape),
        voices=np.asarray(time @ people.voices).reshape(shape),
        centre=people.centre,
        spread=np.array([level.spread for level in levels]),
        parts=_parts(people, levels, shape),
        saying=people.saying,
    )


def _weight(moment: Time, as_of: int, half_life: float) -> Number:
    return np.asarray(np.exp2(-(as_of - moment) / half_life), np.float64)


def _level(people: Block, time: csr_array, dimension: int) -> _Level:
    variance, spread2 = people.sd[:, dimension] ** 2, float(people.spread[dimension] ** 2)
    if not time.shape[0]:
        return _Level(time, np.empty(0), float(np.sqrt(GUESS_SHARE * spread2)))
    precision = np.maximum(1 / variance - 1 / spread2, 0)
    precision[precision < _LEAST / spread2] = 0
    signal = (people.estimate[:, dimension] - people.centre[dimension]) / variance
    between = _between(time, precision, signal, spread2)
    damping = 1 / (1 + (spread2 - between) * precision)
    total = time @ (precision * damping) + 1 / between
    share = time.data * (damping / variance)[time.indices] * np.repeat(1 / total, np.diff(time.indptr))
    return _Level(filled(time, share), 1 / np.sqrt(total), float(np.sqrt(between)))


def _between(time: csr_array, precision: Number, signal: Number, spread2: float) -> float:
    """Estimate σ_T², in squared units of the dimension; under σ², and never 0 (module docstring)."""
    damping = 1 / (1 + spread2 * precision)
    weight = time @ (precision * damping)
    heard = weight > 0
    weight, mean = weight[heard], (time @ (signal * damping))[heard] / weight[heard]
    teams = float(len(weight))
    guess = GUESS_SHARE * spread2
    if teams < 2:
        return guess
    total = weight.sum()
    excess = (weight * (mean - (weight * mean).sum() / total) ** 2).sum() - (teams - 1)
    moment = max(0.0, excess / (total - (weight**2).sum() / total))
    pulled = (GUESS_TEAMS * guess + (teams - 1) * moment) / (GUESS_TEAMS + teams - 1)
    return float(min(pulled, 0.9 * spread2))


def _parts(people: Block, levels: list[_Level], shape: tuple[int, int]) -> Parts:
    """Parts of teams: each member's part by the member's gain; centres are no member's, they belong to the prior."""
    pieces = [_centres(people, levels)]
    for dimension, level in enumerate(levels):
        rows = np.flatnonzero(people.parts.dimension == dimension)
        pieces.append(_weighed(people.parts, rows[np.argsort(people.parts.subject[rows], kind="stable")], level.gain))
    return merged(joined(pieces), shape)


def _weighed(parts: Parts, rows: NDArray[np.int64], gain: csr_array) -> Parts:
    """Give every part of a person to each of the person's teams. `rows` are those of one dimension, by subject."""
    person, teams = gain.indices, np.repeat(np.arange(gain.shape[0], dtype=np.int32), np.diff(gain.indptr))
    first = np.searchsorted(parts.subject[rows], np.arange(gain.shape[1] + 1))
    count = np.diff(first)[person]
    start = np.repeat(first[person] - (np.cumsum(count) - count), count)
    chosen = rows[start + np.arange(len(start))]
    amount = parts.amount[chosen] * np.repeat(gain.data, count)
    team = np.repeat(teams, count)
    return Parts(team, parts.dimension[chosen], parts.source[chosen], parts.project[chosen], amount)


def _centres(people: Block, levels: list[_Level]) -> Parts:
    teams = levels[0].gain.shape[0] if levels else 0
    gains = [np.asarray(level.gain.sum(axis=1)).ravel() for level in levels]
    amount = [centre * (1 - gain) for centre, gain in zip(people.centre, gains, strict=True)]
    every = np.tile(np.arange(teams, dtype=np.int32), len(levels))
    dimension = np.repeat(np.arange(len(levels), dtype=np.int32), teams)
    none = np.full_like(every, -1)
    prior = np.full_like(every, SOURCES.index(Source.PRIOR))
    return Parts(every, dimension, prior, none, np.concatenate(amount) if amount else np.empty(0))
