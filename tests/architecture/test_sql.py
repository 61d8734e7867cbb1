"""SQL keeps its promises: it prepares, fits its Struct, and writes only what its folder owns."""

import ast
import importlib
import re
from collections import defaultdict

import msgspec
import pytest

from service.base import db
from tests.architecture import tree

SQL_FILES = tree.files("*.sql", "service", "scoring", "dashboards")
WRITES = re.compile(r"\b(?:insert\s+into|update|delete\s+from)\s+(?!skip\b)(?:only\s+)?([a-z_]+)", re.IGNORECASE)
OWNS = re.compile(r"^-- owns: (.+)$", re.MULTILINE)
COMMENT = re.compile(r"--.*$", re.MULTILINE)
NOT_TABLES = {"set", "of"}  # `do update set`, `for update of`

# The bulk path writes what the features own, in one statement per table (service/exchange/README.md).
BULK = "service/exchange"
# One transaction over what several features own (service/flows/README.md).
FLOWS = "service/flows"


def owned(path):
    found = OWNS.search(path.read_text())
    return set(re.split(r",\s*", found[1].strip())) if found else set()


def written(path):
    text = COMMENT.sub("", path.read_text())
    return {table.lower() for table in WRITES.findall(text)} - NOT_TABLES


@pytest.mark.parametrize("path", SQL_FILES, ids=tree.name)
def test_a_file_says_in_its_first_line_what_it_is(path):
    assert re.match(r"-- [A-Z].+", path.read_text())


@pytest.mark.parametrize("path", SQL_FILES, ids=tree.name)
def test_a_file_writes_only_the_tables_it_owns(path):
    temporary = {table for table in written(path) if table.startswith(("incoming", "new_", "tmp_"))}
    assert written(path) - temporary <= owned(path)


def test_a_table_is_owned_by_one_folder():
    owners = defaultdict(set)
    for path in SQL_FILES:
        for table in owned(path):
            owners[table].add(tree.name(path.parent))
    shared = {table: left for table, folders in owners.items() if len(left := folders - {BULK, FLOWS}) > 1}
    assert shared == {}


async def test_every_query_prepares_against_the_migrated_database(worker_pool):
    async with db.connection(worker_pool) as conn, conn.transaction():  # the temporary tables of a file end with it
        for path in SQL_FILES:
            if tree.name(path.parent) == BULK:
                continue  # they read temporary tables that only an import has; tests/service/exchange runs them all
            for query in db.load(path):
                if query.sql.lstrip().lower().startswith("create temporary table"):
                    await conn.execute(query.sql)
                else:
                    await conn.prepare(query.sql)


def struct_reads():
    """Every `many/one/maybe(tx, sql.query, Struct, …)` in the product, as (module, query, Struct)."""
    for path in tree.files("*.py", "service", "scoring", "dashboards"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _verb(node.func) in {"many", "one", "maybe"} and len(node.args) >= 3:
                query, row = node.args[1], node.args[2]
                if isinstance(query, ast.Attribute) and isinstance(query.value, ast.Name) and isinstance(row, ast.Name):
                    module = tree.name(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")
                    yield module, query.value.id, query.attr, row.id


def _verb(function):
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


async def test_every_query_returns_the_columns_of_its_struct(worker_pool):
    wrong, checked = [], 0
    async with db.connection(worker_pool) as conn:
        for module_name, queries, query_name, row_name in struct_reads():
            module = importlib.import_module(module_name)
            row = getattr(module, row_name, None)
            if not (isinstance(row, type) and issubclass(row, msgspec.Struct)):
                continue
            prepared = await conn.prepare(getattr(getattr(module, queries), query_name).sql)
            columns = tuple(attribute.name for attribute in prepared.get_attributes())
            if columns != row.__struct_fields__:
                wrong.append(f"{module_name}: {query_name} returns {columns}, {row_name} has {row.__struct_fields__}")
            checked += 1
    assert wrong == []
    assert checked > 5
