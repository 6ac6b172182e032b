"""Mutation of the code of the rules, one place at a time, to see whether a test notices: ``make mutants``.

This is mutmut (https://mutmut.readthedocs.io) with two additions: it changes what is
decorated too, for every rule is, and it forgets what was cached before each test and in each process that tries one.
"""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import libcst as cst
from mutmut.__main__ import cli
from mutmut.mutation import file_mutation
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.runners.harness import PytestRunner
from mutmut.stats import status_by_exit_code

AT_LEAST = 90
"""Percent of the changes that the tests must notice."""
NOTICED = {"killed", "timeout"}
DECORATORS = {"rule", "property", "cache", "contextmanager"}
"""Decorators of functions that may be changed; dataclass and the like decorate classes."""


def name_of(decorator: cst.Decorator) -> str:
    """The name of a decorator, with or without arguments."""
    node = decorator.decorator
    node = node.func if isinstance(node, cst.Call) else node
    return node.value if isinstance(node, cst.Name) else ""


def forget() -> None:
    """Empty every cache of the rules."""
    rooms = [vars(module) for name, module in list(sys.modules.items()) if name.startswith("rules.")]
    for found in (each for room in rooms for each in list(room.values())):
        if hasattr(found, "cache_clear"):
            found.cache_clear()


class Forgetting:
    """Makes each test compute everything again while mutmut records which test calls which function."""

    def pytest_runtest_setup(self) -> None:
        forget()


def widen() -> None:
    """Let mutmut change decorated functions, and empty the caches."""
    skipped = MutationVisitor._skip_node_and_children
    arrange = file_mutation.function_trampoline_arrangement
    execute = PytestRunner.execute_pytest

    def skip(self: MutationVisitor, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef) and {name_of(each) for each in node.decorators} <= DECORATORS:
            node = node.with_changes(decorators=[])
        return skipped(self, node)

    def arranged(function: cst.FunctionDef, *rest: Any, **named: Any) -> tuple[Any, ...]:
        before, (entrance, *copies), *after = arrange(function, *rest, **named)
        if {name_of(each) for each in function.decorators} <= DECORATORS:
            copies = [copy.with_changes(decorators=[]) for copy in copies]  # the wrapper alone is registered
        return before, [entrance, *copies], *after

    def run(self: PytestRunner, params: list[str], **kwargs: Any) -> int:
        learning = os.environ.get("MUTANT_UNDER_TEST") == "stats"
        return execute(self, params, plugins=[*kwargs.pop("plugins", []), *[Forgetting()] * learning], **kwargs)

    MutationVisitor._skip_node_and_children = skip
    file_mutation.function_trampoline_arrangement = arranged
    PytestRunner.execute_pytest = run
    os.register_at_fork(after_in_child=forget)


def results() -> dict[str, str]:
    """The result of each change by its name; ``mutmut show`` with that name shows it."""
    metas = [json.loads(path.read_text("utf-8")) for path in Path("mutants", "rules").rglob("*.meta")]
    return {name: status_by_exit_code[code] for meta in metas for name, code in meta["exit_code_by_key"].items()}


def main() -> int:
    """Try every change and return 1 if too many survive; arguments, such as show, are passed to mutmut."""
    widen()
    if len(sys.argv) > 1:
        cli()
    shutil.rmtree("mutants", ignore_errors=True)
    cli(["run", "--max-children", "2"], standalone_mode=False)
    found = results()
    survivors = sorted(name for name, status in found.items() if status not in NOTICED)
    score = 100 * (1 - len(survivors) / len(found))
    print(*survivors, sep="\n")
    print(f"{len(found) - len(survivors)} of {len(found)} changes of the code are noticed: {score:.1f} %.")
    return int(score < AT_LEAST)


if __name__ == "__main__":
    sys.exit(main())
