"""Values check before a start: dated values that do not fit are refused by every program."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rules.core.dated_values import FOLDER

PYTHON = Path(sys.executable)
STARTS = {
    "values": [str(PYTHON.parent / "veiligadvies"), "values"],
    "run": [str(PYTHON.parent / "veiligadvies"), "run"],
    **{name: [str(PYTHON), "-m", name] for name in ("api.serve", "flows.clock", "flows.dispatcher", "flows.worker")},
}
"""Everything that starts with dated values."""
SHARE = ("statistics.toml", "value = 0.8", "value = 80.0")
RESERVE = ("queue.toml", "[[reserve_every.versions]]\nvalue = 5", "[[reserve_every.versions]]\nvalue = 0")


def start(name: str, values: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Start one of our programs with other dated values; nothing else of the environment counts."""
    environment = {**os.environ, "VEILIGADVIES_VALUES": str(values), "VEILIGADVIES_HOME": str(home)}
    environment.pop("VEILIGADVIES_GATE", None)
    return subprocess.run(STARTS[name], env=environment, capture_output=True, text=True, check=False, timeout=60)


def changed(tmp_path: Path, page: str, before: str, after: str) -> Path:
    """A copy of the dated values with one change."""
    folder = tmp_path / "values"
    shutil.copytree(FOLDER, folder)
    text = (folder / page).read_text("utf-8")
    assert text.count(before) == 1
    (folder / page).write_text(text.replace(before, after), "utf-8")
    return folder


def test_the_values_of_the_repository_fit(tmp_path: Path) -> None:
    assert start("values", FOLDER, tmp_path).stdout.endswith("dated values fit.\n")


def test_a_reminder_after_the_end_is_refused_with_its_field_and_what_would_be_right(tmp_path: Path) -> None:
    before, after = (f"view = {{at = [0.5, {share}], after = []}}" for share in ("1.0", "1.2"))
    found = start("values", changed(tmp_path, "terms.toml", before, after), tmp_path)
    assert (found.returncode, found.stdout) == (1, "")
    assert "reminder_ladders, the version from 2026-12-01: view.at.1: 1.2 lies after the end of" in found.stderr
    assert "Give at most 1.0, the last day" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_file_that_is_no_toml_is_refused_by_its_name(tmp_path: Path) -> None:
    found = start("values", changed(tmp_path, "terms.toml", "view = {at = [0.5, 1.0], after = []}", "view ="), tmp_path)
    assert found.returncode == 1
    assert "terms.toml is no TOML" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_reserve_of_none_is_refused(tmp_path: Path) -> None:
    found = start("values", changed(tmp_path, *RESERVE), tmp_path)
    assert found.returncode == 1
    assert "reserve_every is 0; give a whole number of at least 2" in found.stderr


@pytest.mark.parametrize("name", STARTS)
def test_nothing_starts_with_a_value_that_cannot_work(name: str, tmp_path: Path) -> None:
    found = start(name, changed(tmp_path, *SHARE), tmp_path / "home")
    assert found.returncode != 0
    assert "at_risk_share is 80.0; give a share between 0 and 1" in found.stderr + found.stdout
