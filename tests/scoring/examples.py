"""The worked examples of scoring/EXAMPLES.md as data: rows, equation, arithmetic and answers of each section."""

import ast
import re
from dataclasses import dataclass, replace
from math import asinh, exp, log, sqrt

import numpy as np
from scipy.special import digamma, ndtr, polygamma

from scoring.model.crossed import Variance
from tests.architecture import tree

TEXT = (tree.ROOT / "scoring" / "EXAMPLES.md").read_text()
NUMBER = r"-?\d+(?:\.\d+)?"
FIGURE = re.compile(rf"#\s*({NUMBER}|\[[^\]]*\](?:, \[[^\]]*\])*\]?)(?=[\s:]|$)")
ANSWER = re.compile(rf"^- Answer, (.+): ({NUMBER}(?: {NUMBER})*)$", re.MULTILINE)
WORDS = {
    "sqrt": sqrt, "log": log, "exp": exp, "asinh": asinh, "Phi": lambda x: float(ndtr(x)),
    "psi": lambda x: float(digamma(x)), "psi1": lambda x: float(polygamma(1, x)),
}  # fmt: skip


@dataclass(frozen=True)
class Example:
    """One section: `rows` as {column: text}, `equation` lines, `arithmetic` as Python, `answers` as {what: figures}."""

    rows: list[dict[str, str]]
    equation: list[str]
    arithmetic: str
    answers: dict[str, list[str]]

    def column(self, name, kind=float):
        """Values of a column, empty cells as NaN."""
        return [kind(row[name]) if row[name] else np.nan for row in self.rows]


def _example(text):
    table = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    head, rows = (cells[0], cells[2:]) if cells else ([], [])
    equation = re.findall(r"^    \S.*$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return Example(
        [dict(zip(head, row, strict=True)) for row in rows],
        equation,
        "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)),
        {what: figures.split() for what, figures in ANSWER.findall(text)},
    )


EXAMPLES = {
    heading: _example(text)
    for heading, text in re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
}


def figures(arithmetic):
    """Run the arithmetic; (line, what it says, what comes out) of every line with a figure behind its #, or given."""
    names, lines = dict(WORDS), arithmetic.splitlines()
    for node in ast.parse(arithmetic).body:
        exec(compile(ast.Module([node], []), "EXAMPLES.md", "exec"), names)  # noqa: S102 - our own text, plain sums
        line, target = lines[node.end_lineno - 1], node.targets[0]
        found = [names[each.id] for each in target.elts] if isinstance(target, ast.Tuple) else names[target.id]
        if told := FIGURE.search(line):
            yield line, ast.literal_eval(told[1]), found
        elif not any(isinstance(part, ast.BinOp | ast.Call | ast.Name) for part in ast.walk(node.value)):
            yield line, found, found  # given, not worked out


def hold(monkeypatch, *modules):
    """Hold the variances of modules at their guesses, as the text does."""
    for module in modules:
        for name, value in vars(module).copy().items():
            if isinstance(value, Variance) and value.guess is not None:
                monkeypatch.setattr(module, name, Variance(known=value.guess))


def with_column(example, name, values):
    """Return the example with other values in one column."""
    return replace(example, rows=[{**row, name: value} for row, value in zip(example.rows, values, strict=True)])
