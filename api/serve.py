"""Serve: the entry point of the API process, ``python -m api.serve``."""

import uvicorn

from api.app import create
from api.http.connections import OPTIONS, LimitedProtocol
from states import logging_setup
from states.deadlines.validation import check_dated_values
from states.settings import Configuration

GRACE = 3
"""Seconds that running requests get to finish after a stop signal."""


def main() -> None:
    """Serve the API until the process is stopped."""
    logging_setup.set_up("api")
    check_dated_values()
    configuration = Configuration()
    uvicorn.run(
        create(configuration),
        host=configuration.host,
        port=configuration.port,
        log_config=None,  # keep the logging that was just set up
        access_log=False,  # the IP address of a caller is personal data
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        http=LimitedProtocol,
        **OPTIONS,
    )


if __name__ == "__main__":
    main()
