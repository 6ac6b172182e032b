"""When each flow and process last showed itself: readiness reads it, and the clock steps in when a flow stays away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from states.tables.operations import FlowRun, Timer


def finished(session: Session, *flows: str, at: datetime, runner: str) -> None:
    """Record that some flows ran to their end, or that a process is alive."""
    if not flows:
        return
    rows = [{"flow": flow, "finished_at": at, "runner": runner, "runs": 1} for flow in sorted(flows)]
    row = insert(FlowRun).values(rows)
    session.execute(
        row.on_conflict_do_update(
            index_elements=["flow"],
            set_={"finished_at": at, "runner": runner, "runs": col(FlowRun.runs) + 1},
        ),
    )


def last(session: Session) -> dict[str, FlowRun]:
    """What is known of every flow and process, by name."""
    return {row.flow: row for row in session.exec(select(FlowRun))}


def plan(session: Session, kind: str, schedules: Mapping[str, Mapping[str, Any]], *, at: datetime) -> None:
    """Put down what runs on time by itself, and how often; what is gone from the plan is gone here too."""
    rows = [
        {"name": name, "kind": kind, "schedule": dict(schedules[name]), "known_at": at} for name in sorted(schedules)
    ]
    row = insert(Timer).values(rows)
    changed = {name: row.excluded[name] for name in ("kind", "schedule", "known_at")}
    session.execute(row.on_conflict_do_update(index_elements=["name"], set_=changed))
    gone = select(Timer).where(Timer.kind == kind, col(Timer.name).not_in(schedules))
    for found in session.exec(gone):
        session.delete(found)


def timers(session: Session) -> list[Timer]:
    """What runs on time by itself, as a clock put it down."""
    return list(session.exec(select(Timer).order_by(col(Timer.kind), col(Timer.name))))
