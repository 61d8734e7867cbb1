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

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.block import SOURCES, Block, Parts, joined, merged, no_parts
from scoring.model.evidence import DAY, FOREVER, MISSING_TIME, Evidence, Mask, Number, Time
from scoring.model.patterns import filled, row_of
from scoring.model.scores import Source
from scoring.model.sorting import in_order
from scoring.policy import Policy

GUESS_SHARE = 0.1
GUESS_TEAMS = 4.0
_ALWAYS = 36_500 * DAY  # a membership without a beginning began this long ago
_LEAST = 1e-12  # of σ²: below it a precision is rounding


@dataclass(frozen=True, slots=True)
class _Levels:
    """Levels of all teams: `estimate` above the centre, `sd`, (teams, dimensions); `spread` (dimensions,).

    `pull` (people, dimensions) and `total` (teams, dimensions): m_j − c counts h_tj · pull / total in τ_t.
    """

    estimate: Number
    sd: Number
    spread: Number
    pull: Number
    total: Number


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
    levels = _levels(people, time)
    gains = [_gain(time, levels, dimension) for dimension in range(len(people.dimensions))]
    return replace(_told(people, time, levels), parts=_parts(people, gains, levels.estimate.shape))


def team_levels(people: Block, time: csr_array) -> Block:
    """Return the same without parts."""
    return _told(people, time, _levels(people, time))


def _told(people: Block, time: csr_array, levels: _Levels) -> Block:
    return Block(
        dimensions=people.dimensions,
        estimate=people.centre + levels.estimate,
        sd=levels.sd,
        voices=np.asarray(time @ people.voices).reshape(levels.sd.shape),
        centre=people.centre,
        spread=levels.spread,
        parts=no_parts(),
        saying=people.saying,
    )


def _weight(moment: Time, as_of: int, half_life: float) -> Number:
    return np.asarray(np.exp2(-(as_of - moment) / half_life), np.float64)


def _levels(people: Block, time: csr_array) -> _Levels:
    """Estimate teams' levels, all dimensions at once."""
    shape = (time.shape[0], len(people.dimensions))
    variance, spread2 = people.sd**2, people.spread**2
    precision = np.maximum(1 / variance - 1 / spread2, 0)
    precision[precision < _LEAST / spread2] = 0
    signal = (people.estimate - people.centre) / variance
    between = _between(time, precision, signal, spread2)
    damping = 1 / (1 + (spread2 - between) * precision)
    total = np.asarray(time @ (precision * damping)).reshape(shape) + 1 / between
    estimate = np.asarray(time @ (signal * damping)).reshape(shape) / total
    return _Levels(estimate, 1 / np.sqrt(total), np.sqrt(between), damping / variance, total)


def _gain(time: csr_array, levels: _Levels, dimension: int) -> csr_array:
    """Return what turns m_j − c into τ_t in one dimension: (teams, people)."""
    row = 1 / levels.total[:, dimension]
    return filled(time, time.data * levels.pull[time.indices, dimension] * np.repeat(row, np.diff(time.indptr)))


def _between(time: csr_array, precision: Number, signal: Number, spread2: Number) -> Number:
    """Estimate σ_T², (dimensions,), in squared units of each; under σ², and never 0 (module docstring)."""
    damping = 1 / (1 + spread2 * precision)
    shape = (time.shape[0], len(spread2))
    weight = np.asarray(time @ (precision * damping)).reshape(shape)
    heard = weight > 0
    weight, told = np.where(heard, weight, 0.0), np.asarray(time @ (signal * damping)).reshape(shape)
    mean = np.divide(told, weight, out=np.zeros(shape), where=heard)
    teams, total = heard.sum(axis=0), weight.sum(axis=0)
    some = teams > 1
    whole = np.where(some, total, 1.0)
    excess = (weight * (mean - (weight * mean).sum(axis=0) / whole) ** 2).sum(axis=0) - (teams - 1)
    room = np.where(some, whole - (weight**2).sum(axis=0) / whole, 1.0)
    moment = np.maximum(0.0, excess / room)
    guess = GUESS_SHARE * spread2
    pulled = (GUESS_TEAMS * guess + (teams - 1) * moment) / np.where(some, GUESS_TEAMS + teams - 1, 1.0)
    return np.where(some, np.minimum(pulled, 0.9 * spread2), guess)


def _parts(people: Block, gains: list[csr_array], shape: tuple[int, ...]) -> Parts:
    """Parts of teams: each member's part by the member's gain; centres are no member's, they belong to the prior."""
    pieces = [_centres(people, gains, shape[0])]
    for dimension, gain in enumerate(gains):
        rows = np.flatnonzero(people.parts.dimension == dimension)
        pieces.append(_weighed(people.parts, rows[in_order(people.parts.subject[rows])], gain))
    return merged(joined(pieces), (shape[0], shape[1]))


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


def _centres(people: Block, gains: list[csr_array], teams: int) -> Parts:
    given = [np.bincount(row_of(gain), gain.data, teams) for gain in gains]
    amount = [centre * (1 - each) for centre, each in zip(people.centre, given, strict=True)]
    every = np.tile(np.arange(teams, dtype=np.int32), len(gains))
    dimension = np.repeat(np.arange(len(gains), dtype=np.int32), teams)
    none = np.full_like(every, -1)
    prior = np.full_like(every, SOURCES.index(Source.PRIOR))
    return Parts(every, dimension, prior, none, np.concatenate(amount) if amount else np.empty(0))
