"""Private files: what the office keeps on disk is for its own user, also where it was open before."""

import os
import stat
from pathlib import Path

import pytest

from states.storage.private_files import OWNER_ONLY, TRAVERSABLE, append_privately, private_folder


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_and_its_missing_parents_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert private_folder(tmp_path / "home" / "bank") is False
    finally:
        os.umask(before)
    assert {mode_of(tmp_path / "home"), mode_of(tmp_path / "home" / "bank")} == {0o700}


@pytest.mark.parametrize(
    ("mode", "allowed", "narrowed", "after"),
    [
        (0o755, OWNER_ONLY, True, 0o700),
        (0o777, OWNER_ONLY, True, 0o700),
        (0o710, OWNER_ONLY, True, 0o700),
        (0o700, OWNER_ONLY, False, 0o700),
        (0o500, OWNER_ONLY, False, 0o500),
        (0o755, TRAVERSABLE, True, 0o710),
        (0o710, TRAVERSABLE, False, 0o710),
    ],
)
def test_an_existing_folder_is_narrowed_and_never_widened(
    tmp_path: Path, mode: int, allowed: int, narrowed: bool, after: int
) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    folder.chmod(mode)
    assert private_folder(folder, allowed) is narrowed
    assert mode_of(folder) == after


def test_a_log_is_private_also_if_it_was_open_and_keeps_its_lines(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("one\n")
    log.chmod(0o644)
    with append_privately(log) as out:
        out.write(b"two\n")
    assert log.read_text() == "one\ntwo\n"
    assert mode_of(log) == 0o600
