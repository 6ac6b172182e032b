"""Logging setup: one JSON object per line on standard error, in UTC, without the texts of errors."""

import logging
import sys
import traceback
from typing import Any

import structlog
from structlog.types import EventDict, WrappedLogger

LOGGER = "veiligadvies"
"""The standard library's logger for the lines of this application; of other loggers only warnings are shown."""
MAX_FRAMES = 6
"""How many frames of a traceback are logged, counted from the innermost."""


def drop_error_text(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Log the type of an error and its frames, but not its text, which may quote a row, an address or a letter."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
        event["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def set_up(process: str) -> None:
    """Send structlog and the standard library's loggers to the same handler; every line names the process."""

    def named(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        named,
        drop_error_text,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=lambda *_: logging.getLogger(LOGGER),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        ),
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(LOGGER).setLevel(logging.INFO)
