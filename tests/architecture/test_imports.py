"""Who may import whom is declared in pyproject.toml and checked here."""

import subprocess
import sysconfig
from pathlib import Path

from tests.architecture import tree


def test_every_import_contract_is_kept():
    program = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run(
        [program, "--no-cache"], cwd=tree.ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_feature_is_in_the_contracts():
    contracts = (tree.ROOT / "pyproject.toml").read_text().partition("[tool.importlinter]")[2]
    other = {"base", "pages", "flows", "__pycache__"}
    features = {p.name for p in (tree.ROOT / "service").iterdir() if p.is_dir()} - other
    assert {f for f in features if contracts.count(f'"service.{f}"') < 4} == set()
