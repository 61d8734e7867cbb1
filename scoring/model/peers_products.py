"""How alike ratings are that share something: sums of products of their errors, which variances are made of.

Sums over all pairs of rows of a group are squares of sums, so that each costs one pass over the rows, and groups lie
within one another: an occasion in a pair, that among a team's pairs with one receiver, those among a receiver's rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from scoring.model.crossed_blocks import TILE
from scoring.model.evidence import Index, Number
from scoring.model.peers_rows import Heard, parts
from scoring.model.threads import at_once


@dataclass(frozen=True, slots=True)
class Products:
    """Products of two ratings that share something, summed: `of` them and their `count`, (cells, cells) or ()."""

    of: Number
    count: Number

    def __sub__(self, other: "Products") -> "Products":
        return Products(self.of - other.of, self.count - other.count)

    def __add__(self, other: "Products") -> "Products":
        return Products(self.of + other.of, self.count + other.count)

    @property
    def mean(self) -> float:
        """Mean over all pairs of ratings; 0 where there is none."""
        count = float(self.count.sum())
        return float(self.of.sum()) / count if count > 0.5 else 0.0

    def total(self) -> "Products":
        """All cells as one."""
        return Products(np.asarray(self.of.sum()), np.asarray(self.count.sum()))


@dataclass(frozen=True, slots=True)
class Alike:
    """Products of errors of ratings that share a receiver, team of givers and receiver, pair, occasion, row: by cell.

    A cell is a criterion in a class of age; (cells, cells). `giver`, `team`: as one. `unrelated`: their mean product.
    `within`: squares of what is over each occasion's mean, and how many are free.
    """

    receiver: Products
    nearby: Products
    pair: Products
    occasion: Products
    row: Products
    giver: Products
    team: Products
    unrelated: float
    within: Products


def alike(told: Heard, age: Index, classes: int) -> Alike:
    """Sum products of errors, less each criterion's mean, by criterion and class of `age`, (occasions,). Linear."""
    e, cell = _errors(told), told.criterion * classes + age[told.occasion]
    seen = np.flatnonzero(np.bincount(cell, minlength=told.criteria * classes))
    place = np.zeros(told.criteria * classes, np.int32)
    place[seen] = np.arange(len(seen))
    return _laid_out(_among(told, place[cell], e, len(seen)), seen, told.criteria * classes)


def _laid_out(alike: Alike, seen: NDArray[np.intp], width: int) -> Alike:
    """Give cells of which nobody was rated their place, with nothing in it."""
    if len(seen) == width:
        return alike

    def wide(of: Products) -> Products:
        tables = np.zeros((2, width, width))
        tables[:, seen[:, None], seen] = of.of, of.count
        return Products(*tables)

    return replace(
        alike,
        receiver=wide(alike.receiver),
        nearby=wide(alike.nearby),
        pair=wide(alike.pair),
        occasion=wide(alike.occasion),
        row=wide(alike.row),
    )


def _among(told: Heard, cell: Index, e: Number, width: int) -> Alike:
    """Sum products of the errors `e` of rows by `cell`, (rows,), 0..width-1."""
    giver = told.giver[told.row_pair]
    alone = told.teams + np.arange(len(told.givers))
    team = np.where(told.team < 0, alone, told.team).astype(np.int32)
    ends = np.cumsum([len(part.y) for part in parts(told)])[:-1]
    pieces = zip(parts(told), np.split(cell, ends), np.split(e, ends), strict=True)
    works = [partial(_nested, part, team, (cells, errors, width)) for part, cells, errors in pieces]
    heard, nearby, pair, occasion = map(_total, zip(*at_once(works, len(e)), strict=True))
    giving, in_team = _whole(giver, e), _whole(team[giver], e)
    own = Products(np.diag(np.bincount(cell, e * e, width)), np.diag(np.bincount(cell, minlength=width) * 1.0))
    related = heard.total() + in_team - nearby.total()
    free = float(len(e)) ** 2 - float(related.count)
    unrelated = -float(related.of) / free if free > 0.5 else -float(related.of) / max(len(e), 1) ** 2
    return Alike(heard, nearby, pair, occasion, own, giving, in_team, unrelated, _within(told, e))


def _within(told: Heard, e: Number) -> Products:
    """Sum squares of the errors `e` of rows over the mean of their occasion, which all that it shares leaves out."""
    count, total = np.bincount(told.occasion), np.bincount(told.occasion, e)
    explained = (total**2 / np.maximum(count, 1)).sum()
    return Products(np.asarray((e * e).sum() - explained), np.asarray(float(len(e) - (count > 0).sum())))


def _nested(part: Heard, team: Index, what: tuple[Index, Number, int]) -> tuple[Products, ...]:
    """Products of ratings that share a receiver, also the giver's team, the giver, the occasion; of some receivers."""
    pair = part.row_pair
    receiver = part.receiver[pair]
    nearby: NDArray[np.integer] = pair
    if part.teams:  # without, every giver is a team of their own
        near = part.receiver.astype(np.int64) * (int(team.max(initial=0)) + 1) + team[part.giver]
        nearby = np.unique(near, return_inverse=True)[1][pair]
    return tuple(_products(group, *what) for group in (receiver, nearby, pair, part.occasion))


def _total(products: Sequence[Products]) -> Products:
    """Add up parts, in order."""
    return Products(
        sum((each.of for each in products), np.zeros(())), sum((each.count for each in products), np.zeros(()))
    )


def _errors(told: Heard) -> Number:
    """Take each criterion's mean off its ratings: (rows,)."""
    count = np.maximum(np.bincount(told.criterion, minlength=told.criteria), 1)
    mean = np.bincount(told.criterion, told.y, told.criteria) / count
    return np.asarray(told.y - mean[told.criterion], np.float64)


def _products(group: NDArray[np.integer], cell: Index, e: Number, width: int) -> Products:
    """Sum products over all pairs of rows of one group, by the cells of the two: (width, width).

    A row that is alone in its group meets itself only: where those are most, no table is made of them.
    """
    size = np.bincount(group)
    alone = size[group] < 2
    if 2 * np.count_nonzero(alone) <= len(group):
        return _of_groups(group, cell, e, width)
    number = np.cumsum(size > 1) - 1
    shared = ~alone
    own = cell[alone]
    single = Products(np.diag(np.bincount(own, e[alone] ** 2, width)), np.diag(np.bincount(own, minlength=width) * 1.0))
    return single + _of_groups(number[group[shared]], cell[shared], e[shared], width)


def _of_groups(group: NDArray[np.integer], cell: Index, e: Number, width: int) -> Products:
    """Sum the same by a table of groups and cells."""
    groups = int(group.max(initial=-1)) + 1
    key = group.astype(np.int64) * width + cell
    told = np.bincount(key, e, groups * width).astype(np.float64, copy=False)
    count = np.bincount(key, np.ones(len(key)), groups * width).astype(np.float64, copy=False)
    return Products(_squared(told.reshape(groups, width)), _squared(count.reshape(groups, width)))


def _squared(table: Number) -> Number:
    """Return tableᵀ table, in tiles so small that BLAS never shares them over threads (`crossed_blocks.py`)."""
    rows, width = table.shape
    full = rows // TILE * TILE
    tiles = table[:full].reshape(-1, TILE, width)
    rest = table[full:]
    return np.asarray((tiles.swapaxes(1, 2) @ tiles).sum(axis=0) + rest.T @ rest.copy(), np.float64)


def _whole(group: NDArray[np.integer], e: Number) -> Products:
    return Products(np.asarray((np.bincount(group, e) ** 2).sum()), np.asarray((np.bincount(group) ** 2.0).sum()))
