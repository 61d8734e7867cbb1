"""Sizes that keep the house readable (house.md, 4.11); an exception stands here with its reason."""

import ast
from statistics import median

import pytest

from service.base import db
from tests.architecture import tree

LONG_MODULES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}
MANY_PARAMETERS: dict[str, str] = {}
INJECTED = ("tx", "me", "pool", "request", "self", "cls")


def test_no_function_is_longer_than_forty_lines():
    long = {f.where: f.lines for f in tree.functions() if f.lines > 40 and f.where not in LONG_FUNCTIONS}
    assert long == {}


def test_the_median_function_has_at_most_ten_lines():
    assert median(f.lines for f in tree.functions()) <= 10


def test_no_module_is_longer_than_three_hundred_lines():
    long = {tree.name(p): n for p in tree.files("*.py") if (n := len(p.read_text().splitlines())) > 300}
    assert long.keys() <= LONG_MODULES.keys(), long


def test_functions_take_at_most_five_parameters():
    many = {f.where: n for f in tree.functions() if not _is_route(f.node) and (n := _parameters(f.node)) > 5}
    assert many.keys() <= MANY_PARAMETERS.keys(), many


def test_no_query_is_longer_than_sixty_lines():
    queries = [(tree.name(path), q) for path in tree.files("*.sql", "service", "scoring") for q in db.load(path)]
    assert queries
    assert {f"{where}:{q.name}" for where, q in queries if len(q.sql.splitlines()) > 60} == set()


@pytest.mark.parametrize("folder", sorted(p for p in (tree.ROOT / "service").iterdir() if p.is_dir()), ids=str)
def test_a_feature_folder_has_at_most_eight_python_files(folder):
    modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= 8 or folder.name in {"base", "pages", "flows"}  # which are no features


def test_every_exception_is_still_needed():
    known = {f.where for f in tree.functions()} | {tree.name(path) for path in tree.files("*.py")}
    assert (LONG_MODULES | LONG_FUNCTIONS | MANY_PARAMETERS).keys() <= known


def _parameters(node: tree.FunctionNode) -> int:
    names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return len([name for name in names if name not in INJECTED])


def _is_route(node: tree.FunctionNode) -> bool:
    """Handlers' and commands' parameters are filled in from outside, one per field of a request."""
    calls = [d.func for d in node.decorator_list if isinstance(d, ast.Call)]
    names = {f.id if isinstance(f, ast.Name) else f.attr for f in calls if isinstance(f, ast.Name | ast.Attribute)}
    return bool(names & {"get", "post", "patch", "put", "delete", "command"})
