"""The tree as the architecture tests see it: our files, their functions and their queries."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("service", "scoring", "dashboards", "migrations")
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def files(pattern: str, *rooms: str) -> list[Path]:
    """Our files of `rooms` (default: all), sorted."""
    return sorted(path for room in rooms or ROOMS for path in (ROOT / room).rglob(pattern))


def name(path: Path) -> str:
    """A path as it stands in messages."""
    return path.relative_to(ROOT).as_posix()


@dataclass(frozen=True, slots=True)
class Function:
    """A function of ours: where it stands and how long it is, without its docstring."""

    where: str
    lines: int
    node: FunctionNode


def functions() -> Iterator[Function]:
    """Every function and method of the product."""
    for path in files("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, FunctionNode):
                yield Function(f"{name(path)}:{node.name}", _length(node), node)


def _length(node: FunctionNode) -> int:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and ast.get_docstring(node)
    return lines - ((first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0)
