"""Private files: folders and logs of the office that nobody but its own user can open."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

OWNER_ONLY = 0o700
TRAVERSABLE = 0o710
"""As root, the embedded database runs as another user of our group, who has to pass through the data folder."""


def private_folder(folder: Path, allowed: int = OWNER_ONLY) -> bool:
    """Make a folder and its missing parents for the owner only, or narrow it; returns whether it was open to others.

    An existing folder is narrowed and not refused: earlier versions of the office made it wider themselves, and its
    owner loses nothing.

    Args:
        folder: the folder.
        allowed: the widest mode.

    Raises:
        OSError: it cannot be made, or it belongs to another user and cannot be narrowed.
    """
    for missing in reversed([folder, *folder.parents]):
        missing.mkdir(mode=OWNER_ONLY, exist_ok=True)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if not mode & ~allowed & 0o777:
        return False
    folder.chmod(mode & allowed)
    return True


def append_privately(file: Path) -> BinaryIO:
    """Open a file to append to, readable by its owner only, also if it existed with a wider mode."""
    out = os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
    os.fchmod(out.fileno(), 0o600)
    return out
