"""The API's process: ``python -m api.serve``."""

import uvicorn

from api.main import create
from states import logs
from states.configuration import Configuration

GRACE = 3
"""Seconds that requests get to end when the process is asked to stop."""


def main() -> None:
    """Serve until stopped."""
    logs.set_up("api")
    configuration = Configuration()
    uvicorn.run(
        create(configuration),
        host=configuration.host,
        port=configuration.port,
        log_config=None,  # ours stands
        access_log=False,  # an address of a caller is personal
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )


if __name__ == "__main__":
    main()
