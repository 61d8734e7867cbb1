"""Who plays a part in a scenario: circles, the bullied, those who invent customers, give too much or opt out."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoring.exchange.columns import SOURCES
from scoring.simulate.calendar import NEVER
from scoring.simulate.people import Character, Index, Mask, People
from scoring.simulate.settings import Settings

BULLIES = 2  # for each victim


@dataclass(frozen=True, slots=True)
class Cast:
    """Places of people, in no order but for `bullies`: (victims, 2). All empty where no scenario asks for them.

    `refused` (people, sources): what who opted out refuses; `isolated`, `hard`: places of teams.
    """

    loud: Index
    quiet: Index
    praising: Index
    inventors: Index
    victims: Index
    bullies: Index
    over_servers: Index
    part_timers: Index
    refused: Mask
    isolated: Index
    hard: Index

    @property
    def opted_out(self) -> Index:
        """Places of people who refuse a source."""
        return np.flatnonzero(self.refused.any(axis=1))


def cast(settings: Settings, rng: np.random.Generator, staff: People) -> Cast:
    """Pick from those who stay; nobody cheats in two ways."""
    order = rng.permutation(np.flatnonzero(staff.left >= NEVER))
    teams = rng.permutation(staff.teams)
    loud = order[np.argsort(_turn(staff.team[order]), kind="stable")][: settings.loud_circle]
    order = order[~np.isin(order, loud)]
    quiet = order[staff.team[order] == _largest(staff.team[order], staff.teams)][: settings.quiet_circle]
    order = order[~np.isin(order, quiet)]
    praising = np.flatnonzero(np.isin(staff.team, teams[: settings.praising_teams]))
    inventors, order = np.split(order, [min(settings.inventors, order.size)])
    victims, bullies = _bullied(settings.bullied, order, staff.team)
    size = staff.size
    return Cast(
        loud=loud,
        quiet=quiet,
        praising=praising,
        inventors=inventors,
        victims=victims,
        bullies=bullies,
        over_servers=rng.permutation(size)[: round(settings.over_servers * size)],
        part_timers=rng.permutation(size)[: round(settings.part_timers * size)],
        refused=_refused(rng.permutation(size)[: round(settings.opting_out * size)], size),
        isolated=teams[::-1][: settings.isolated_teams],
        hard=teams[: round(settings.hard_teams * staff.teams)],
    )


def _turn(team: Index) -> Index:
    """Count, for each, how many of their team came before: (people,)."""
    order = np.argsort(team, kind="stable")
    ordered = team[order]
    turn = np.empty(team.size, np.int64)
    turn[order] = np.arange(team.size) - np.searchsorted(ordered, ordered)
    return turn


def _largest(team: Index, teams: int) -> int:
    return int(np.bincount(team, minlength=teams).argmax())


def _bullied(wanted: int, order: Index, team: Index) -> tuple[Index, Index]:
    """Pick victims and two colleagues of each; (victims,) and (victims, 2)."""
    free = order.copy()
    victims: list[int] = []
    bullies: list[NDArray[np.int64]] = []
    for person in order:
        near = free[(team[free] == team[person]) & (free != person)][:BULLIES]
        if len(victims) < wanted and person in free and near.size == BULLIES:
            victims.append(int(person))
            bullies.append(near)
            free = free[~np.isin(free, [person, *near])]
    return np.array(victims, np.int64), np.array(bullies, np.int64).reshape(-1, BULLIES)


def _refused(people: Index, size: int) -> Mask:
    """Let each refuse one source, in turn: (people, sources)."""
    refused = np.zeros((size, len(SOURCES)), bool)
    refused[people, np.arange(people.size) % len(SOURCES)] = True
    return refused


def placed(staff: People, parts: Cast) -> People:
    """Let part-timers work every other day, and nobody move into or out of an isolated team."""
    part_time = np.zeros(staff.size, bool)
    part_time[parts.part_timers] = True
    stays = np.isin(staff.team, parts.isolated) | np.isin(staff.former_team, parts.isolated)
    return replace(
        staff,
        part_time=part_time,
        moved=np.where(stays, NEVER, staff.moved),
        former_team=np.where(stays, -1, staff.former_team),
    )


def averaged(character: Character, staff: People, parts: Cast) -> Character:
    """Shift the members of each praising team so that their mean quality is everybody's, by criterion."""
    quality = character.quality.copy()
    for team in np.unique(staff.team[parts.praising]):
        members = staff.team == team
        quality[members] += character.quality.mean(axis=0) - character.quality[members].mean(axis=0)
    return replace(character, quality=quality)
