"""Refused attempts: recorded in the subject's chain, by an entry that changes nothing."""

import structlog
from sqlalchemy import Engine, text

from states.errors import Attempt, RefusedError
from states.storage import ledger
from states.storage.database import transaction
from states.storage.write_buffer import WriteBuffer

LOG = structlog.get_logger()
REFUSED = "attempt-refused"
"""The event name of such an entry; no chart has this event."""
LOCK_TIMEOUT = "SET LOCAL lock_timeout = '2s'"
"""How long the answer to the refused caller may wait for the chain."""


def record_attempt(engine: Engine, error: RefusedError) -> None:
    """Record a refused attempt, in its own transaction after the refused one was rolled back.

    A refusal for lack of a duty is not recorded: it says nothing about the case. Errors do not change the refusal; an
    attempt that cannot be recorded is logged.
    """
    attempt = error.attempt
    if attempt is None or error.duty:
        return
    try:
        with transaction(engine) as session:
            session.execute(text(LOCK_TIMEOUT))
            stream = ledger.lock(session, [attempt.stream]).get(attempt.stream)
            if stream is None:
                return  # its subject was created in the transaction that was rolled back
            buffer = WriteBuffer(session)
            buffer.append(
                stream,
                by=attempt.by,
                at=attempt.at,
                chart=attempt.chart,
                subject=attempt.subject,
                event=REFUSED,
                facts=facts(attempt, error),
                changes={},
                content={},
                receipt=attempt.receipt,
            )
            buffer.write(attempt.at)
    except Exception as problem:  # noqa: BLE001  # recording must not change the refusal
        LOG.warning("attempt-not-kept", chart=attempt.chart, wanted=attempt.event, kind=type(problem).__name__)


def facts(attempt: Attempt, error: RefusedError) -> dict[str, object]:
    """The refused event, and the rules that objected."""
    return {"event": attempt.event, "rules": [finding.rule for finding in error.findings]}
