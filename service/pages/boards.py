"""The pages of boards: who is level with whom, the teams' board of customers' trust first."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from dashboards import interval_board
from dashboards.interval_board import Row
from service.base import db
from service.base.errors import NotFound
from service.base.web import Me, Tx
from service.pages import shown
from service.pages.language import alphabetical
from service.pages.page import Seen, View, as_typed, data
from service.pages.shown import Option, Run, sql

chart = db.load(Path(interval_board.__file__).with_suffix(".sql"))
LONGEST = 420  # characters of a scope
TOP = 20  # ranked places shown at most
SCOPES = 100  # in the menu at most; others are found by typing
FEWEST = 3  # ranked subjects; fewer, in the end one person alone, are no board to stand on
FLAT = 0.005  # sd; a board whose estimates differ less shows nothing but where everyone starts


class Asked(msgspec.Struct, frozen=True):
    """Which board the reader asked for; what is empty is chosen for them."""

    board: str = ""
    scope: str = ""
    period: str = ""
    kind: str = ""
    where: str = ""  # typed: a part of a team's or a department's name


class Menu(msgspec.Struct, frozen=True):
    """What there is to choose from, and what is chosen."""

    boards: list[Option]
    scopes: list[Option]
    periods: list[Option]
    kinds: list[Option]
    more: bool  # there are more scopes than these
    chosen: Asked


class Line(msgspec.Struct, frozen=True):
    """A row of the table under the picture."""

    row: Row
    band: str  # CSS classes that draw the band
    ranks: str  # '1–3'; empty where no rank is shown
    gap: bool  # others stand between this row and the one before


@get("/boards")
async def show_boards(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen) -> Response[str]:
    """Show the board that the form asks for, or the first of all."""
    return await _show(tx, me, view, _asked(request))


@get("/boards/{board:str}")
async def show_board(
    request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen, board: FromPath[str]
) -> Response[str]:
    """Show one board."""
    return await _show(tx, me, view, msgspec.structs.replace(_asked(request), board=board))


def _asked(request: Request[Any, Any, Any]) -> Asked:
    """Read what the address asks for; what it does not name is chosen for the reader."""
    return Asked(**{name: request.query_params.get(name, "")[:LONGEST] for name in Asked.__struct_fields__})


async def _show(tx: Tx, me: Me, view: View, asked: Asked) -> Response[str]:
    run = await shown.newest_run(tx)
    if run is None:
        return view.page("board.html", run=None, menu=None)
    menu = await _menu(tx, view, run, asked)
    chosen = menu.chosen
    rows = await db.many(
        tx,
        chart.places,
        Row,
        run_id=run.id,
        board=chosen.board,
        scope=chosen.scope,
        period=chosen.period,
        subject_kind=chosen.kind,
        reader_id=me.person_id,
        most=TOP,
    )
    thin = _is_thin(rows)
    if thin and chosen.kind == "person":
        rows = [row for row in rows if row.mine]
    words = {**view.words.all(interval_board.WORDS), "measure": shown.unit(view.words, chosen.board)}
    figure = data(interval_board.figure(rows, words)) if rows else None
    return view.page(
        "board.html",
        run=run,
        menu=menu,
        lines=_lines(rows),
        figure=figure,
        flat=_is_flat(rows),
        thin=thin,
        instead=asked.kind if asked.kind in shown.KINDS and asked.kind != chosen.kind else "",
        kind_names=shown.KINDS,
        made=shown.made(view.words, chosen.board) if chosen.board else "",
    )


async def _menu(tx: db.Connection, view: View, run: Run, asked: Asked) -> Menu:
    """Read what there is; a board that is not there is refused, the rest falls back to what is."""
    words = view.words
    boards = await db.many(tx, sql.boards, Option, run_id=run.id)
    board = asked.board or _first(boards, shown.FIRST_BOARD)
    if board and board not in {one.key for one in boards}:
        raise NotFound("there is no such board")
    found = {"run_id": run.id, "board": board}
    scopes = await _scopes(tx, view, found, asked)
    scope = _first(scopes, "" if asked.where else asked.scope, "organization")
    periods = await db.many(tx, sql.periods, Option, **found, scope=scope)
    period = _first(periods, asked.period, "all")
    kinds = await db.many(tx, sql.kinds, Option, **found, scope=scope, period=period)
    kind = _first(kinds, asked.kind, "team")
    return Menu(
        _named(boards, lambda one: shown.board_name(words, one.key, one.name), list(shown.BOARDS)),
        _named(scopes[:SCOPES], lambda one: shown.scope_name(words, one), ["organization"]),
        [Option(one.key, shown.period_name(words, one.key)) for one in sorted(periods, key=_age)],
        _named(kinds, lambda one: words.say(shown.KINDS[one.key]), list(shown.KINDS)),
        len(scopes) > SCOPES or bool(asked.where),
        Asked(board, scope, period, kind),
    )


async def _scopes(tx: db.Connection, view: View, found: dict[str, Any], asked: Asked) -> list[Option]:
    """Return the scopes to choose from, and one more where there are more; all where nothing is called as typed."""
    me = view.me.person_id if view.me else None
    typed = {"asked": "" if asked.where else asked.scope.replace("\0", ""), "wanted": as_typed(asked.where)}
    scopes = await db.many(tx, sql.scopes, Option, reader_id=me, most=SCOPES + 1, **typed, **found)
    if scopes or not asked.where:
        return scopes
    return await _scopes(tx, view, found, msgspec.structs.replace(asked, where=""))


def _first(options: Sequence[Option], *wanted: str) -> str:
    """Return the first of `wanted` that there is, else the first there is, else nothing."""
    keys = [one.key for one in options]
    return next((key for key in wanted if key in keys), keys[0] if keys else "")


def _named(options: Sequence[Option], name: Callable[[Option], str], order: Sequence[str]) -> list[Option]:
    """Name the options; those in `order` first and in that order, the others by alphabet."""
    named = [Option(one.key, name(one)) for one in options]
    return sorted(
        named, key=lambda one: (order.index(one.key) if one.key in order else len(order), alphabetical(one.name))
    )


def _age(option: Option) -> tuple[bool, str, str]:
    """All time first, then years, quarters and months, the newest of each first."""
    kind, _, value = option.key.partition(":")
    newest_first = "".join(chr(0x10FFFF - ord(letter)) for letter in value)
    return kind != "all", {"year": "0", "quarter": "1"}.get(kind, "2"), newest_first


def _lines(rows: Sequence[Row]) -> list[Line]:
    """Say for each row whether it begins or ends a band, and which ranks it shows: those of the upper half only."""
    lines = []
    for number, row in enumerate(rows):
        before = rows[number - 1] if number else None
        after = rows[number + 1] if number + 1 < len(rows) else None
        classes = ["mine"] * row.mine
        if _level(row, before) or _level(row, after):
            classes += ["banded"] + ["first"] * (not _level(row, before)) + ["last"] * (not _level(row, after))
        gap = before is not None and not row.provisional and row.place > before.place + 1
        lines.append(Line(row, " ".join(classes), _ranks(row), gap))
    return lines


def _level(row: Row, other: Row | None) -> bool:
    """Tell whether two rows stand next to each other and are level: in one band, with nobody left out between."""
    return other is not None and row.band is not None and row.band == other.band and abs(row.place - other.place) == 1


def _ranks(row: Row) -> str:
    if row.provisional or row.rank_low is None or row.ranked < FEWEST or row.place > (row.ranked + 1) // 2:
        return ""
    return f"{row.rank_low}" if row.rank_low == row.rank_high else f"{row.rank_low}–{row.rank_high}"


def _is_thin(rows: Sequence[Row]) -> bool:
    """Tell whether too few are ranked, as this reader may see it, to say who stands before whom."""
    return bool(rows) and rows[0].ranked < FEWEST


def _is_flat(rows: Sequence[Row]) -> bool:
    """Tell whether nothing is known yet: everyone stands where everyone starts."""
    scores = [row.score for row in rows]
    return len(rows) > 1 and max(scores) - min(scores) < FLAT
