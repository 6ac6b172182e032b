"""Runs of flows and processes: the last one of each, for readiness and for a clock that runs absent flows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from states.tables.operations import FlowRun, Timer


def record_runs(session: Session, *flows: str, at: datetime, runner: str) -> None:
    """Record that flows completed, or that a process is alive."""
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


def last_runs(session: Session) -> dict[str, FlowRun]:
    """The last run of every flow and process, by name."""
    return {row.flow: row for row in session.exec(select(FlowRun))}


def record_schedules(session: Session, kind: str, schedules: Mapping[str, Mapping[str, Any]], *, at: datetime) -> None:
    """Record the schedules of flows or clock jobs; delete the stored schedules of this kind that are not given."""
    rows = [
        {"name": name, "kind": kind, "schedule": dict(schedules[name]), "known_at": at} for name in sorted(schedules)
    ]
    row = insert(Timer).values(rows)
    changed = {name: row.excluded[name] for name in ("kind", "schedule", "known_at")}
    session.execute(row.on_conflict_do_update(index_elements=["name"], set_=changed))
    gone = select(Timer).where(Timer.kind == kind, col(Timer.name).not_in(schedules))
    for found in session.exec(gone):
        session.delete(found)


def recorded_timers(session: Session) -> list[Timer]:
    """The schedules that a clock recorded."""
    return list(session.exec(select(Timer).order_by(col(Timer.kind), col(Timer.name))))
