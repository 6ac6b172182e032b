"""The house itself: its layers, its style, its types, and the manners of its tests."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
LONGEST = 500
"""Lines of a test file."""
EXPECTING = ("raises", "warns")
"""Calls that fail by themselves where what is expected does not happen; helpers of ours begin with ``expect_``."""


def expect_success(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_rooms_import_only_the_rooms_below_them() -> None:
    expect_success(str(BIN / "lint-imports"), "--no-cache")


def test_the_style_is_kept() -> None:
    expect_success(str(BIN / "ruff"), "check", "--no-cache", "--quiet")


def test_the_layout_is_kept() -> None:
    expect_success(str(BIN / "ruff"), "format", "--check", "--no-cache", "--quiet")


def test_the_types_agree() -> None:
    expect_success(str(BIN / "mypy"))


@pytest.mark.parametrize("room", ["rules", "states", "notifications", "flows", "api"])
def test_each_room_comes_from_this_checkout(room: str) -> None:
    found = importlib.import_module(room).__file__
    assert found is not None
    assert Path(found).resolve() == ROOT / room / "__init__.py"


@pytest.mark.parametrize("room", ["rules", "states", "notifications", "flows", "api"])
def test_no_room_hands_names_on_in_its_init(room: str) -> None:
    for path in (ROOT / room).rglob("__init__.py"):
        code = [line for line in path.read_text("utf-8").splitlines() if line.startswith(("import ", "from "))]
        assert code == [], path


def test_every_test_file_has_a_name_of_its_own_and_hands_nothing_on_from_a_conftest() -> None:
    """Folders of tests are no packages, so two files of one name would be one module."""
    files = sorted((ROOT / "tests").rglob("*.py"))
    names = [path.name for path in files if path.name != "conftest.py"]
    assert sorted(names) == sorted(set(names))
    assert [
        path for path in files if re.search(r"^(from|import) conftest\b", path.read_text("utf-8"), re.MULTILINE)
    ] == []


def expects(test: ast.AST) -> bool:
    """Whether a test asserts something, or calls a helper that does."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in EXPECTING or name.startswith("expect_"):
                return True
    return False


def test_every_test_expects_something() -> None:
    assert [
        f"{path.relative_to(ROOT)}::{node.name}"
        for path in TESTS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not expects(node)
    ] == []


def test_no_test_file_is_longer_than_can_be_overseen() -> None:
    assert [path for path in TESTS if len(path.read_text("utf-8").splitlines()) > LONGEST] == []


def test_no_test_file_imports_another() -> None:
    """What two of them need is in a helper module next to them."""
    assert [path for path in TESTS if re.search(r"^(from|import) test_", path.read_text("utf-8"), re.MULTILINE)] == []
