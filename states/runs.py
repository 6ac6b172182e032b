"""When each flow and process last showed itself: readiness reads it, and the clock steps in when a flow stays away."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from states.tables.work import FlowRun


def finished(session: Session, flow: str, *, at: datetime, runner: str) -> None:
    """Record that a flow ran to its end, or that a process is alive."""
    row = insert(FlowRun).values(flow=flow, finished_at=at, runner=runner, runs=1)
    session.execute(
        row.on_conflict_do_update(
            index_elements=["flow"],
            set_={"finished_at": at, "runner": runner, "runs": col(FlowRun.runs) + 1},
        ),
    )


def last(session: Session) -> dict[str, FlowRun]:
    """What is known of every flow and process, by name."""
    return {row.flow: row for row in session.exec(select(FlowRun))}
