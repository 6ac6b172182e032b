"""Building the batches that are due: one per employer with approved payables."""

from datetime import datetime

from sqlmodel import Session, select

from rules.roles import ENGINE
from states.charts.payable import PayableState
from states.door import fire
from states.tables.finance import Payable


def build_due(session: Session, *, at: datetime) -> list[str]:
    """Build a batch for every employer with approved payables; answers the batches' ids."""
    query = select(Payable.organisation).where(Payable.state == PayableState.APPROVED).distinct()
    employers = sorted(session.exec(query))
    return [
        fire(session, "payment-batch", None, "build", by=ENGINE, at=at, body={"employer": employer}).row.id
        for employer in employers
    ]
