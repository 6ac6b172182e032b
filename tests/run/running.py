"""Running office: started from the command line as a user does, with a folder and port of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from api.http import authentication
from api.processes import embedded_postgres, instance
from rules.core.roles import Role
from states.settings import Configuration
from states.storage.database import transaction
from states.storage.office_key import open_office

ROOT = Path(__file__).parents[2]
COMMAND = str(Path(sys.executable).parent / "veiligadvies")
START_TIMEOUT = 240.0
IGNORED_SETTINGS = ("DATABASE_URL", "PREFECT_API_URL", "VEILIGADVIES_DEMONSTRATION")
"""Settings of the user who runs the tests, which this office must not use."""
Start = Callable[..., subprocess.Popen[bytes]]
"""Starts a process of flows/ by its module name, with the URL of a Prefect server if there is one."""


class Running:
    """The demonstration office; it can be stopped and started again on the same data."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = instance.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {key: value for key, value in os.environ.items() if key not in IGNORED_SETTINGS}
        self.environment = environment | {"VEILIGADVIES_HOME": str(home), "PORT": str(self.port)}
        self._output = home.with_name(f"{home.name}.log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it reports that it is ready."""
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [COMMAND, "run"],
                env=self.environment,
                cwd=ROOT,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT
        while "ready in" not in self._output.read_text():
            assert self._process.poll() is None, self._output.read_text()
            assert time.monotonic() < deadline, self._output.read_text()
            time.sleep(0.2)

    def stop(self) -> None:
        """Ask it to stop, and wait for its end."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            embedded_postgres.stop(self.home / "postgres")
            raise
        finally:
            self._process = None

    def token(self, role: Role, person: str | None = None) -> str:
        """A bearer token, as the command line issues it."""
        configuration = Configuration(home=self.home)
        engine = open_office(instance.read(self.home).database, configuration.key_file, pool_size=1)
        try:
            with transaction(engine) as session:
                return authentication.issue(session, configuration, role, person, at=datetime.now(UTC))
        finally:
            engine.dispose()

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command from the root of the checkout, in the environment of this office."""
        return subprocess.run(
            arguments,
            env=self.environment | {"API": self.url},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def letters(self, *words: str) -> int:
        """The number of letters in the mailbox with all of these words in their headers."""
        found = (file.read_text().partition("\n\n")[0] for file in (self.home / "mailbox").glob("*.eml"))
        return sum(all(word in headers for word in words) for headers in found)
