"""Ended offices: a daily check that requests recording of an end of office whose date has passed."""

from datetime import datetime

from sqlmodel import Session, col, or_, select

from rules.core.dates import office_day
from rules.core.regulation import ProvisionForm
from rules.core.roles import ENGINE, Role
from states.charts.application import ENDS
from states.charts.measure import MeasureState
from states.engine.bodies import Body
from states.engine.unit_of_work import Transition, UnitOfWork
from states.storage import ledger
from states.tables.application import Application, Measure
from states.tables.work import WorkItem
from states.work.new_items import new_item
from states.work.work_by_state import Work

END_OF_OFFICE = Work("end-office", Role.OFFICER, 15, "intake")


def request_end_of_office(session: Session, *, at: datetime, limit: int) -> int:
    """Open a work item to record the end of office where its known last day has passed; return how many were opened.

    Safe with any number of clocks: the stream of the application is locked first, and an application that another
    clock has locked is skipped.
    """
    requested = select(WorkItem.subject).where(
        WorkItem.subject == Application.id,
        WorkItem.action == END_OF_OFFICE.action,
        col(WorkItem.done_at).is_(None),
    )
    running_measures = select(Measure.stream).where(
        Measure.stream == Application.stream,
        col(Measure.state).in_((MeasureState.PROVIDED, MeasureState.SETTLED)),
        or_(col(Measure.recurring), col(Measure.form) == ProvisionForm.LENT),
    )
    query = (
        select(Application)
        .where(
            col(Application.in_office_until) < office_day(at),
            col(Application.office_ended_on).is_(None),
            or_(col(Application.state).not_in(ENDS), running_measures.exists()),
            ~requested.exists(),
        )
        .order_by(col(Application.in_office_until), col(Application.id))
        .limit(limit)
    )
    opened = 0
    for application in session.exec(query).all():
        if ledger.lock_if_free(session, application.stream) is None:
            continue
        state = str(application.state)
        transition = Transition("application", application, "end-office", state, state, Body())
        unit = UnitOfWork(session, ENGINE, at)
        unit.buffer.new_work.append(new_item(unit, transition, END_OF_OFFICE))
        unit.buffer.write(at)
        opened += 1
    return opened
