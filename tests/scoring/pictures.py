"""Draws the pictures of scoring/MATHS.md from its formulas: `python -m tests.scoring.pictures` writes docs/maths_*.svg.

Plain Python and plain SVG, so that the files are text and change only when a formula does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs"
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 560, 300, 56, 190, 52, 46
INK, PALE, COLOURS = "#333333", "#dddddd", ("#1b6ca8", "#c4541b", "#5a7d2a")
STEPS = 120

# Usual variances, squared told points (scoring/model/peers_variances.py).
QUALITY, LENIENCY, PAIR, OCCASION, RESIDUAL = 0.26, 0.15, 0.15, 0.05, 0.35
Z80 = 1.281552


@dataclass(frozen=True)
class Axis:
    """What is told along an axis: its words, marks and ends."""

    words: str
    marks: Sequence[float]
    ends: tuple[float, float]

    def part(self, value: float) -> float:
        """Return where a value lies between the ends."""
        low, high = self.ends
        return (value - low) / (high - low)


@dataclass(frozen=True)
class Line:
    """A curve and what is written at its end."""

    words: str
    of: Callable[[float], float]


def picture(title: str, across: Axis, up: Axis, lines: Sequence[Line]) -> str:
    """Return a picture as SVG."""
    inner_width, inner_height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(value: float) -> float:
        return LEFT + inner_width * across.part(value)

    def y(value: float) -> float:
        return TOP + inner_height * (1 - up.part(value))

    parts = [_text(LEFT, 20, title, size=14)]
    for mark in across.marks:
        parts.append(_stroke([(x(mark), TOP), (x(mark), TOP + inner_height)], PALE, 1))
        parts.append(_text(x(mark), HEIGHT - BOTTOM + 16, f"{mark:g}", anchor="middle"))
    for mark in up.marks:
        parts.append(_stroke([(LEFT, y(mark)), (LEFT + inner_width, y(mark))], PALE, 1))
        parts.append(_text(LEFT - 8, y(mark) + 4, f"{mark:g}", anchor="end"))
    parts.append(_text(LEFT + inner_width / 2, HEIGHT - 10, across.words, anchor="middle"))
    parts.append(_text(LEFT, TOP - 6, up.words))
    for line, colour in zip(lines, COLOURS, strict=False):
        values = [across.ends[0] + (across.ends[1] - across.ends[0]) * at / STEPS for at in range(STEPS + 1)]
        points = [(x(value), y(line.of(value))) for value in values]
        parts.append(_stroke(points, colour, 2.5))
        parts.append(_text(points[-1][0] + 6, points[-1][1] + 4, line.words, colour=colour))
    body = "\n".join(parts)
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">\n{ground}\n{body}\n</svg>\n'


def _stroke(points: Sequence[tuple[float, float]], colour: str, width: float) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline fill="none" stroke="{colour}" stroke-width="{width}" points="{places}"/>'


def _text(x: float, y: float, words: str, *, size: int = 12, anchor: str = "start", colour: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def shrinkage() -> str:
    """How much of what colleagues say a figure takes, and what stays unknown, by how many spoke."""
    one = LENIENCY + PAIR + OCCASION + RESIDUAL
    return picture(
        "What n colleagues, one answer each, tell of one criterion",
        Axis("colleagues (n)", (0, 5, 10, 15, 20), (0, 20)),
        Axis("of 1", (0, 0.25, 0.5, 0.75, 1), (0, 1)),
        [
            Line("share taken over", lambda n: QUALITY / (QUALITY + one / n) if n else 0),
            Line("sd left, of the prior's", lambda n: sqrt(1 - (QUALITY / (QUALITY + one / n) if n else 0))),
        ],
    )


def copies() -> str:
    """What one giver's further answers add, beside as many givers'."""
    once = LENIENCY + PAIR + OCCASION + RESIDUAL
    return picture(
        "Ten answers of one colleague count about as two",
        Axis("answers", (1, 5, 10, 15, 20), (1, 20)),
        Axis("weight, in answers of different colleagues", (0, 5, 10, 15, 20), (0, 20)),
        [
            Line("of as many colleagues", lambda n: n),
            Line("of one colleague", lambda n: once / (LENIENCY + PAIR + (OCCASION + RESIDUAL) / n)),
        ],
    )


def end(reliability: float, side: float) -> float:
    """Return an end of the interval of whose evidence alone says 2 sd, estimate = r · 2."""
    if not reliability:
        return side * Z80
    root, estimate = sqrt(reliability), 2 * reliability
    share = min(0.75 * (1 / root - 1), reliability)
    odds = reliability / (1 - reliability)
    half = Z80 * sqrt(1 - reliability) * sqrt(1 + share**2 * odds)
    return estimate + min(share * estimate, 0.35 * half) + side * half


def intervals() -> str:
    """Where the interval of somebody at the edge lies: the truth of the best is further out than the estimate."""

    return picture(
        "Somebody of whom the evidence says 2 sd, the more the surer it is",
        Axis("reliability of the evidence (r)", (0, 0.25, 0.5, 0.75, 0.95), (0, 0.95)),
        Axis("sd of true quality", (-1, 0, 1, 2), (-1.4, 2.9)),
        [
            Line("high end", lambda r: end(r, 1)),
            Line("estimate", lambda r: 2 * r),
            Line("low end", lambda r: end(r, -1)),
        ],
    )


PICTURES = {"maths_voices.svg": shrinkage, "maths_copies.svg": copies, "maths_intervals.svg": intervals}


def main() -> None:
    """Write every picture."""
    for name, draw in PICTURES.items():
        (FOLDER / name).write_text(draw())


if __name__ == "__main__":
    main()
