"""Keeping what the door refused: an entry in the subject's chain that changes nothing, so that it can be shown."""

import structlog
from sqlalchemy import Engine, text

from states.errors import Attempt, RefusedError
from states.storage import ledger
from states.storage.database import transaction
from states.storage.write_buffer import WriteBuffer

LOG = structlog.get_logger()
REFUSED = "attempt-refused"
"""The event under which an attempt stands in the ledger; no chart knows it."""
PATIENCE = "SET LOCAL lock_timeout = '2s'"
"""How long the answer to a refused caller may wait for the chain."""


def keep(engine: Engine, error: RefusedError) -> None:
    """Keep a refused attempt, in a transaction of its own after the refusal was rolled back.

    Want of duty is not kept: it says nothing of the case. The caller was answered no already, and that answer stands
    whatever happens here: what cannot be kept is named in the log.
    """
    attempt = error.attempt
    if attempt is None or error.duty:
        return
    try:
        with transaction(engine) as session:
            session.execute(text(PATIENCE))
            stream = ledger.lock(session, [attempt.stream]).get(attempt.stream)
            if stream is None:
                return  # its subject came into being in the passage that was refused
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
    except Exception as problem:  # noqa: BLE001  # the refusal is answered, whatever went wrong with keeping it
        LOG.warning("attempt-not-kept", chart=attempt.chart, wanted=attempt.event, kind=type(problem).__name__)


def facts(attempt: Attempt, error: RefusedError) -> dict[str, object]:
    """Which event was wanted, and the rules that objected."""
    return {"event": attempt.event, "rules": [finding.rule for finding in error.findings]}
