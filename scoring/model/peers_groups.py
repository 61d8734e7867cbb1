"""How unsure the effects of teams and circles are in a large organization, where no inverse is written down.

What a circle says inside tells of its effect c, but of its members' leniency too, which their words outside limit, and
of their quality, which others' words limit. So each circle is solved with its members alone, and all others stand
beside them as sure as their own neighbourhoods make them:

    [ L_gg  L_gc ] [g]
    [ L_cg  L_cc ] [c],      variance of c = (L⁻¹)_cc,  of its team's leniency t = (L⁻¹)_tt

g are the members' leniencies and their teams'. A member of two circles stands in each, so that no circle has to do with
another: L x = 1 at every c gives all their variances at once, by a few steps of conjugate gradients, and the cost is
that of the pairs inside. Exact where what lies outside is a tree (Gaussian belief propagation, Weiss & Freeman 2001,
Neural Comput. 13).
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from scoring.model.evidence import Number
from scoring.model.gradients import conjugate_gradients
from scoring.model.patterns import listed
from scoring.model.peers_equations import Equations
from scoring.model.peers_reduction import Reduced, reduce_states
from scoring.model.peers_rows import Places
from scoring.model.sorting import in_order, numbered

ROUGHLY = 1e-5  # of the right-hand side, where a search stops if only what is suspect is asked for


@dataclass(frozen=True, slots=True)
class Nearby:
    """What neighbourhoods tell of everybody.

    `free` (pairs,): variance of a giver's leniency but for what they said of this receiver. `precision` (receivers,
    width, width): of states. `of_giver` (pairs,): what a pair tells of its giver, the receiver as unsure as that.
    """

    free: Number
    precision: Number
    of_giver: Number


def ends_told(eq: Equations, inverse: Number) -> Number:
    """Compute u M⁻¹ u of each pair: (pairs,)."""
    return np.asarray(np.einsum("pw,pw->p", eq.along(inverse), eq.ends), np.float64)


def giver_of(eq: Equations) -> Places:
    """Return the giver of each pair: (pairs,), the first of its shared columns."""
    found: Places = eq.given.indices[eq.given.indptr[:-1]].astype(np.int64)
    return found


def precisions(eq: Equations, told: Number, diagonal: Number) -> tuple[Number, Number]:
    """Return `free` and `precision` of `Nearby`.

    `told` (pairs,): `ends_told` of the states alone; `diagonal`, of what is left of the equations without them.
    """
    free = 1 / (diagonal[giver_of(eq)] + told)
    return free, eq.state - (eq.links(free) @ eq.ends).reshape(eq.state.shape)


def nearby(eq: Equations, told: Number, diagonal: Number) -> Nearby:
    """Return it; arguments as of `precisions`."""
    free, precision = precisions(eq, told, diagonal)
    unsure = ends_told(eq, np.asarray(np.linalg.inv(precision), np.float64))
    return Nearby(free, precision, eq.pair - unsure / (1 + free * unsure))


@dataclass(frozen=True, slots=True)
class _Inside:
    """The equations of what is said inside of circles, which are the last of the shared columns.

    `team` (teams heard,): of these, `leniency` (teams heard,) is the column of their own circle's members' team.
    """

    eq: Equations
    team: Places
    leniency: Places


def group_variances(eq: Equations, givers: int, near: Nearby) -> Number:
    """Return posterior variances of teams' leniency, then of circles: (teams + circles,), squared rating points.

    The first circles are the teams' own. Of a team in which nobody speaks of another each giver's word counts alone,
    and a circle of which nobody speaks has its prior.
    """
    teams = len(eq.shift) - eq.circles - givers
    found = np.append(_of_givers(eq, givers, near), 1 / eq.shift[givers + teams :])
    if not (_circle_of(eq) >= 0).any():
        return found
    inside = _inside(eq, givers, near)
    left, columns = reduce_states(inside.eq), len(inside.eq.shift)
    found[teams:] = _variances(left, np.arange(columns - eq.circles, columns))
    found[inside.team] = _variances(left, inside.leniency)
    return found


def _variances(left: Reduced, which: Places) -> Number:
    """Return the posterior variances of columns no two of which have to do with one another: (which,)."""
    one, back = np.zeros(left.size), csr_array(left.across.T)
    one[which] = 1

    def times(x: Number) -> Number:
        return np.asarray(left.own @ x - back @ (left.through @ x), np.float64)

    return conjugate_gradients(times, one, left.diagonal(), (None, ROUGHLY))[0][which]


def _of_givers(eq: Equations, givers: int, near: Nearby) -> Number:
    """Return variances of teams by what each of their givers tells, Σ_i a_i / (1 + σ_ℓ² a_i): (teams,)."""
    teams, told = len(eq.shift) - eq.circles - givers, np.bincount(giver_of(eq), near.of_giver, givers)
    team = _teams_of(eq, givers)
    some = team >= 0
    each = told / (1 + told / eq.shift[:givers])
    return np.asarray(1 / (eq.shift[givers:][:teams] + np.bincount(team[some], each[some], teams)), np.float64)


def _inside(eq: Equations, givers: int, near: Nearby) -> _Inside:
    """Lay out what is said inside of circles.

    A receiver's state begins from what others' words tell of it. All that a member says outside is one more pair, which
    speaks of its giver alone.
    """
    circle, giver = _circle_of(eq), giver_of(eq)
    pairs = np.flatnonzero(circle >= 0)
    pairs = pairs[in_order(eq.receiver[pairs].astype(np.int64) * eq.circles + circle[pairs])]
    circle = circle[pairs]
    about, receiver = numbered(eq.receiver[pairs].astype(np.int64) * eq.circles + circle)
    member, of_member = numbered(circle * givers + giver[pairs])
    outside = np.bincount(giver, near.of_giver, givers)[member % givers]
    outside -= np.bincount(of_member, near.of_giver[pairs])
    given, shift, teams = _shared(eq, givers, member, (of_member, circle))
    count, criteria = len(member), eq.criteria
    local = replace(
        eq,
        state=near.precision[about // eq.circles],
        state_mean=np.zeros((len(about), eq.width, criteria)),
        ends=np.append(eq.ends[pairs], np.zeros((count, eq.width)), axis=0),
        receiver=np.append(receiver, np.full(count, len(about) - 1)).astype(np.int32),
        given=given,
        pair=np.append(eq.pair[pairs], np.maximum(outside, 0)),
        pair_mean=np.zeros((len(pairs) + count, criteria)),
        shift=shift,
        right_state=np.zeros((len(about), eq.width)),
        right_pair=np.zeros(len(pairs) + count),
    )
    # What is said inside is told as it is, not as if each of its givers stood alone.
    again = local.links(np.append(near.free[pairs], np.zeros(count))) @ local.ends
    own = np.flatnonzero(teams // len(eq.shift) == teams % len(eq.shift))
    whole = replace(local, state=local.state + again.reshape(local.state.shape))
    return _Inside(whole, teams[own] % len(eq.shift), count + own)


def _shared(
    eq: Equations, givers: int, member: Places, pairs: tuple[Places, Places]
) -> tuple[csr_array, Number, Places]:
    """Lay out members, their teams and circles as shared columns: of pairs inside, then of members' words outside.

    Returns `given`, `shift`, and circle · Z + team of each team's column.
    """
    of_member, circle = pairs
    team, count = _teams_of(eq, givers)[member % givers], len(member)
    some = np.flatnonzero(team >= 0)
    found, number = numbered(member[some] // givers * len(eq.shift) + team[some])
    column = np.full(count, -1)
    column[some] = count + number
    said_by = np.append(of_member, np.arange(count))
    known = np.flatnonzero(column[said_by] >= 0)
    rows = np.concatenate([np.arange(len(said_by)), known, np.arange(len(circle))])
    columns = np.concatenate([said_by, column[said_by[known]], count + len(found) + circle])
    shift = [
        eq.shift[member % givers],
        eq.shift[givers + found % len(eq.shift)],
        eq.shift[len(eq.shift) - eq.circles :],
    ]
    given = listed(rows, columns, (len(said_by), count + len(found) + eq.circles))
    return given, np.concatenate(shift), found


def _circle_of(eq: Equations) -> Places:
    """Return the circle of each pair, the last of its shared columns: (pairs,), negative where there is none."""
    found: Places = eq.given.indices[eq.given.indptr[1:] - 1].astype(np.int64) - (len(eq.shift) - eq.circles)
    return found


def _teams_of(eq: Equations, givers: int) -> Places:
    """Return each giver's team, the second of their pairs' shared columns: (givers,), -1 where there is none."""
    second = eq.given.indices[np.minimum(eq.given.indptr[:-1] + 1, eq.given.indptr[1:] - 1)].astype(np.int64)
    found = np.full(givers, -1)
    found[giver_of(eq)] = np.where((second >= givers) & (second < len(eq.shift) - eq.circles), second - givers, -1)
    return found
