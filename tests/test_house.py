"""House rules: imports between rooms, sizes, docstrings and exceptions in the product, and the form of its tests."""

import ast
import importlib
import io
import re
import subprocess
import sys
import tokenize
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
ROOMS = ("rules", "states", "notifications", "flows", "api")
PRODUCT = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
LONGEST_MODULE = 400
"""Lines of a module of the product."""
MOST_MODULES = 20
"""Modules of the product in one folder."""
MOST_IGNORED_TYPES = 12
LONGEST_TEST_FILE = 500
"""Lines of a test file."""
EXPECTING = ("raises", "warns")
"""Calls that fail when the expected error does not happen; helpers of our own begin with ``expect_``."""
HINTS = "states/storage/database.py"
"""The module that keeps wake-up hints in ``session.info`` until the commit."""


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


# Style, layout and types are checked by `make check`, which `.ci/run` runs before the tests: mypy alone takes a minute
# and a half of processor time. The contracts take seconds and are checked here too, so that `make test` notices them.
def test_rooms_import_only_the_rooms_below_them() -> None:
    done = subprocess.run(
        [str(BIN / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_the_product_is_checked_before_it_is_tested() -> None:
    commands = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert commands.index("make check") < commands.index("make test")


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_comes_from_this_checkout(room: str) -> None:
    found = importlib.import_module(room).__file__
    assert found is not None
    assert Path(found).resolve() == ROOT / room / "__init__.py"


@pytest.mark.parametrize("room", ROOMS)
def test_no_init_module_imports_anything(room: str) -> None:
    for path in (ROOT / room).rglob("__init__.py"):
        code = [line for line in path.read_text("utf-8").splitlines() if line.startswith(("import ", "from "))]
        assert code == [], path


def test_no_module_of_the_product_is_too_long() -> None:
    assert [named(path) for path in PRODUCT if len(path.read_text("utf-8").splitlines()) > LONGEST_MODULE] == []


def test_no_folder_of_the_product_holds_too_many_modules() -> None:
    modules = Counter(named(path.parent) for path in PRODUCT if path.name != "__init__.py")
    assert {folder: count for folder, count in modules.items() if count > MOST_MODULES} == {}


def is_one_sentence(line: str) -> bool:
    return bool(line) and re.search(r"[.?!] +[A-Z]", line) is None


def test_each_module_of_the_product_begins_with_one_sentence_on_one_line() -> None:
    wrong = {}
    for path in PRODUCT:
        first = path.read_text("utf-8").partition("\n")[0]
        found = re.fullmatch(r'"""([A-Z].*\.)(""")?', first)
        if found is None or not is_one_sentence(found[1]):
            wrong[named(path)] = first
    assert wrong == {}


def comments(path: Path) -> list[tuple[int, str]]:
    """Each comment of a module with its line number; text in a string is no comment."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def test_a_type_error_is_ignored_seldom_and_with_its_kind_and_a_reason() -> None:
    ignored = {
        f"{named(path)}:{line}": comment
        for path in PRODUCT
        if "type: ignore" in path.read_text("utf-8")
        for line, comment in comments(path)
        if "type: ignore" in comment
    }
    assert len(ignored) <= MOST_IGNORED_TYPES, ignored
    assert [
        place for place, comment in ignored.items() if not re.search(r"type: ignore\[[\w,-]+\]  # \w", comment)
    ] == []


def imports_inside(tree: ast.Module) -> list[int]:
    """The lines of imports inside a function."""
    return [
        inner.lineno
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def test_an_import_inside_a_function_gives_its_reason() -> None:
    wrong = []
    for path in PRODUCT:
        text = path.read_text("utf-8")
        if re.search(r"^[ ]+(from|import) ", text, re.MULTILINE):
            lines = text.splitlines()
            wrong += [
                f"{named(path)}:{line}"
                for line in imports_inside(parsed(path))
                if not re.search(r"  # noqa: PLC0415  # \w", lines[line - 1])
            ]
    assert wrong == []


def test_no_state_is_hidden_in_a_session_except_wake_up_hints() -> None:
    """``session.info`` is found by its name and not by its type, so the name ``info`` is not used for anything else."""
    found = {
        f"{named(path)}: {use}"
        for path in PRODUCT
        for use in re.findall(r"\w+\.info\b(?!\()(?:\.\w+\(\"\w+\"|.*)", path.read_text("utf-8"))
    }
    assert found == {f'{HINTS}: session.info.{method}("hints"' for method in ("pop", "setdefault")}


def test_every_test_file_has_a_unique_name_and_imports_nothing_from_a_conftest() -> None:
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
        f"{named(path)}::{node.name}"
        for path in TESTS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not expects(node)
    ] == []


def test_no_test_file_is_too_long() -> None:
    assert [path for path in TESTS if len(path.read_text("utf-8").splitlines()) > LONGEST_TEST_FILE] == []


def test_no_test_file_imports_another() -> None:
    """What two of them need is in a helper module next to them."""
    assert [path for path in TESTS if re.search(r"^(from|import) test_", path.read_text("utf-8"), re.MULTILINE)] == []


def test_every_test_file_begins_with_one_sentence() -> None:
    wrong = {}
    for path in TESTS:
        first = (ast.get_docstring(parsed(path)) or "").partition("\n\n")[0]
        if not is_one_sentence(" ".join(first.split())):
            wrong[named(path)] = first
    assert wrong == {}
