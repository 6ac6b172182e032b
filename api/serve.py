"""The API's process: ``python -m api.serve``."""

import uvicorn

from api.app import create
from states import logging_setup
from states.deadlines.validation import check_dated_values
from states.settings import Configuration

GRACE = 3
"""Seconds that requests get to end when the process is asked to stop."""


def main() -> None:
    """Serve until stopped."""
    logging_setup.set_up("api")
    check_dated_values()
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
