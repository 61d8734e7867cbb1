"""What the README, the locks and the repository promise."""

import re
import subprocess
import tomllib

import msgspec
import pytest

from service.base import errors
from service.base.config import Settings
from tests.architecture import tree

README = (tree.ROOT / "README.md").read_text()
LOCKS = ("requirements.lock", "requirements-test.lock")
INDEX_HOST = re.compile(r"index[-]url|https?://[^\s\"']+/simple|https?://[^\s\"']+\.(whl|tar\.gz)", re.IGNORECASE)
MACHINE_PATH = re.compile(r"(?<![\w.-])/(wo\x72k|ro\x6ft|ho\x6de/\w+)/")
BINARY = re.compile(r"\.(mo|so|whl|min\.js|min\.css|pyc|sqlite)$")
SOURCES = (".py", ".sql", ".toml", ".md", ".js", ".css", ".jinja", ".po", ".lock", "run")


def committed() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=tree.ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [line for line in listed.stdout.splitlines() if (tree.ROOT / line).exists()]


def test_no_file_names_a_package_indexs_host_or_a_path_of_one_machine():
    texts = {path: (tree.ROOT / path).read_text() for path in committed() if path.endswith(SOURCES)}
    assert len(texts) > 50
    assert {path for path, text in texts.items() if INDEX_HOST.search(text) or MACHINE_PATH.search(text)} == set()


def test_nothing_built_or_third_party_is_committed():
    assert [path for path in committed() if BINARY.search(path)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_its_hashes(lock):
    entries = re.split(r"\n(?=\S)", (tree.ROOT / lock).read_text().strip())
    assert len(entries) > 20
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_what_is_declared_is_locked():
    project = tomllib.loads((tree.ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for lock, wanted in zip(LOCKS, (project["dependencies"] + extras["build"], extras["test"]), strict=True):
        text = (tree.ROOT / lock).read_text()
        assert [pin for pin in wanted if "==" in pin and f"{pin} " not in text] == []


def test_every_setting_is_in_the_readme():
    missing = [f for f in Settings.__struct_fields__ if f"`TALKOOT_{f.upper()}`" not in README]
    assert missing == []


def test_every_error_code_is_documented():
    text = (tree.ROOT / "service" / "README.md").read_text()
    for path in tree.files("*.py"):
        if "AppError" in (source := path.read_text()) or "Refused" in source or "Invalid" in source:
            for code in re.findall(r'^    code(?:: str)? = "([a-z_]+)"', source, re.MULTILINE):
                assert f"`{code}`" in text, f"{tree.name(path)}: {code}"


@pytest.mark.parametrize("room", [*tree.ROOMS, "tests"])
def test_every_top_folder_has_a_page_about_itself(room):
    lines = (tree.ROOT / room / "README.md").read_text().splitlines()
    assert 5 < len(lines) <= 80


def test_no_migration_is_missing_a_number():
    numbers = [int(path.name[:4]) for path in tree.files("*.sql", "migrations")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_one_error_shape_has_three_fields():
    assert errors.ErrorBody.__struct_fields__ == ("code", "message", "detail")
    assert msgspec.json.encode(errors.ErrorBody("a", "b", {})) == b'{"code":"a","message":"b","detail":{}}'
