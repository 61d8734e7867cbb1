"""Names say something, and every module opens with one sentence (house.md, 4.9 and 5.1)."""

import ast
import re

import pytest

from tests.architecture import tree

BANNED = re.compile(r"(^|_)(manager|helpers?|utils?|common|data2|process)($|_)", re.IGNORECASE)
MODULES = [path for path in tree.files("*.py") if path.read_text().strip()]


def test_no_module_function_or_class_has_a_name_that_says_nothing():
    names = {tree.name(path): path.stem for path in MODULES}
    names |= {f.where: f.node.name for f in tree.functions()}
    for path in MODULES:
        nodes = ast.walk(ast.parse(path.read_text()))
        names |= {f"{tree.name(path)}:{n.name}": _snake(n.name) for n in nodes if isinstance(n, ast.ClassDef)}
    assert {where for where, name in names.items() if BANNED.search(name) or name.endswith("Service")} == set()


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@pytest.mark.parametrize("path", MODULES, ids=tree.name)
def test_a_module_opens_with_one_sentence(path):
    text = ast.get_docstring(ast.parse(path.read_text()))
    assert text
    assert re.match(r"[^\n]+(\n[^\n]+)?[.:]", text)
