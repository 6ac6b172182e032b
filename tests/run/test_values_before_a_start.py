"""Dated values that do not fit are refused before anything starts with them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from rules.core.dated_values import FOLDER


def judged(folder: Path) -> subprocess.CompletedProcess[str]:
    around = {**os.environ, "VEILIGADVIES_VALUES": str(folder)}
    command = [str(Path(sys.executable).parent / "veiligadvies"), "values"]
    return subprocess.run(command, env=around, capture_output=True, text=True, check=False)


def test_a_reminder_after_the_end_is_refused_with_its_field_and_what_would_be_right(tmp_path: Path) -> None:
    folder = tmp_path / "values"
    shutil.copytree(FOLDER, folder)
    assert judged(folder).stdout.endswith("dated values fit.\n")
    page = folder / "terms.toml"
    said = page.read_text("utf-8")
    changed = said.replace("view = {at = [0.5, 1.0], after = []}", "view = {at = [0.5, 1.2], after = []}")
    assert changed != said
    page.write_text(changed, "utf-8")
    found = judged(folder)
    assert (found.returncode, found.stdout) == (1, "")
    assert "reminder_ladders, the version from 2026-12-01: view.at.1: 1.2 lies after the end of" in found.stderr
    assert "Give at most 1.0, the last day" in found.stderr
    assert "Traceback" not in found.stderr
