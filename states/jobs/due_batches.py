"""Due batches: build one payment batch per employer with approved payables."""

from datetime import datetime

from sqlmodel import Session, select

from rules.core.roles import ENGINE
from states.charts.payable import PayableState
from states.commands.fire import fire
from states.errors import RefusedError
from states.tables.payments import Payable


def build_due(session: Session, *, at: datetime) -> list[str]:
    """Build a batch for every employer with approved payables; return the ids of the batches.

    Safe with any number of callers: an employer is skipped if another caller has just taken its payables.
    """
    query = select(Payable.organisation).where(Payable.state == PayableState.APPROVED).distinct()
    built = []
    for employer in sorted(session.exec(query)):
        try:
            batch = fire(session, "payment-batch", None, "build", by=ENGINE, at=at, body={"employer": employer}).row
        except RefusedError as refusal:
            if {finding.rule for finding in refusal.findings} != {"batch.not-empty"}:
                raise
        else:
            built.append(batch.id)
    return built
