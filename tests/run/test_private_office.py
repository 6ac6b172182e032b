"""Private office: its data folder is closed to other users of the machine before anything is started in it."""

import os
import socket
import stat
from io import StringIO
from pathlib import Path

import pytest
import rich.console

from api.processes import supervisor
from api.processes.console import Console
from api.processes.instance import OfficeError
from states.settings import Configuration


def modes_after_a_start(home: Path) -> tuple[dict[str, int], str]:
    """The modes of the office's folders after a start that goes no further, and what it says."""
    out = StringIO()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        configuration = Configuration(home=home, PORT=taken.getsockname()[1])
        with pytest.raises(OfficeError, match="is in use"):
            supervisor.run(configuration, Console(rich.console.Console(file=out, width=500)))
    folders = (home, *(folder for folder in home.iterdir() if folder.is_dir()))
    return {folder.name: stat.S_IMODE(folder.stat().st_mode) for folder in folders}, out.getvalue()


def test_a_new_office_is_private(home: Path) -> None:
    modes, said = modes_after_a_start(home)
    assert modes == {"home": 0o700, "bank": 0o700, "mailbox": 0o700}
    assert said == ""
    assert stat.S_IMODE((home / "run.lock").stat().st_mode) == 0o600


def test_an_office_that_was_open_to_others_is_closed_and_says_so(home: Path) -> None:
    for folder in (home, home / "bank", home / "mailbox"):
        folder.mkdir()
        folder.chmod(0o755)
    modes, said = modes_after_a_start(home)
    passing = 0o710 if os.geteuid() == 0 else 0o700  # as root, the embedded database runs as another user
    assert modes == {"home": passing, "bank": 0o700, "mailbox": 0o700}
    assert said.count("was open to other users of this machine") == 3
