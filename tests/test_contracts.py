"""Import contracts: each one in pyproject.toml is reported as broken when an import breaks it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"
ROOMS = ("rules", "states", "notifications", "flows", "api")
FORBIDDEN = {
    "packages: each imports only those below it; api and flows do not import each other": (
        "rules.core.roles",
        "api.app",
    ),
    "rules have no clock, no database, no network": ("rules.core.dates", "sqlalchemy"),
    "states have no web and no Prefect": ("states.settings", "httpx"),
    "rules: core at the bottom, reporting and forecast on top": ("rules.core.translations", "rules.queue.order"),
    "states: charts at the bottom, jobs on top": ("states.charts.advice", "states.storage.vault"),
    "events do not import work, priority or queue": ("states.events.catalogue", "states.queue.pools"),
    "events: the case at the bottom, registry and objections on top": (
        "states.events.application.intake",
        "states.events.catalogue",
    ),
    "formats read and write files; no database": ("states.formats.sepa_text", "sqlmodel"),
    "api: http at the bottom, app, command line and processes on top": ("api.http.urls", "api.routes.events"),
    "routes do not import each other": ("api.routes.timers", "api.routes.events"),
    "the clock and the plain jobs need no Prefect": ("flows.clock", "prefect"),
}
"""For each contract an import that breaks it: the module that imports, and what it imports."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of import-linter on a copy of the product with every forbidden import written into it."""
    # Wide enough that no name of a contract is wrapped.
    copy = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    for importer, imported in FORBIDDEN.values():
        with (copy / (importer.replace(".", "/") + ".py")).open("a", encoding="utf-8") as module:
            module.write(f"\nimport {imported}\n")
    done = subprocess.run(
        [str(LINT_IMPORTS), "--no-cache"],
        cwd=copy,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


def test_every_contract_has_an_import_that_breaks_it() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert sorted(contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]) == sorted(FORBIDDEN)


@pytest.mark.parametrize("contract", FORBIDDEN)
def test_a_broken_contract_is_reported_with_the_import_that_breaks_it(report: str, contract: str) -> None:
    summary, _, details = report.partition("Broken contracts")
    assert f"{contract} BROKEN" in summary.splitlines()
    sections = re.split(r"\n(?=[^\n]+\n-+\n)", details)
    (section,) = [section for section in sections if section.startswith(f"{contract}\n")]
    importer, imported = FORBIDDEN[contract]
    assert f"{importer} -> {imported} " in section
