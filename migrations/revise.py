"""Revise: write the next version from the difference between the tables and the existing versions.

``.venv/bin/python -m migrations.revise "Add the loan"`` starts a server of its own, so no office is affected.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command

from api.processes import embedded_postgres
from migrations.upgrade import configuration


def revise(message: str) -> None:
    """Upgrade an empty database, compare it with the tables, and write what is missing."""
    with tempfile.TemporaryDirectory(prefix="revise-") as folder:
        server = embedded_postgres.start(Path(folder) / "postgres")
        try:
            command.upgrade(configuration(server.url), "head")
            command.revision(configuration(server.url), message, autogenerate=True)
        finally:
            server.stop()


if __name__ == "__main__":
    revise(" ".join(sys.argv[1:]) or "Change the tables")
