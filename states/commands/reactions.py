"""Reactions to an event: advance the application if its parts are completed, then update deadlines, work, letters."""

from sqlmodel import col, select

from states.charts.advice import DomainState
from states.charts.application import Stage
from states.charts.measure import MEASURE, MeasureState
from states.charts.payable import SETTLED, PayableState
from states.charts.takeover import TAKEOVER
from states.deadlines import lifecycle
from states.engine.unit_of_work import UnitOfWork
from states.letters import triggers
from states.priority import reorder_log
from states.queue import hand_back, threat_alerts
from states.tables.application import Application, Measure, Takeover
from states.tables.payments import Payable
from states.work import synchronisation

BEFORE_PROVIDED = (MeasureState.ADVISED, MeasureState.TAKEN_OVER, MeasureState.ORDERED)
UNPAID = tuple(state for state in PayableState if state not in SETTLED)

COMPLETED_STATES: dict[str, frozenset[str]] = {
    "domain-advice": frozenset({DomainState.ADOPTED}),
    "takeover": TAKEOVER.final,
    "measure": MEASURE.final | {MeasureState.PROVIDED, MeasureState.SETTLED},
    "payable": frozenset(map(str, SETTLED)),
}
"""The states of a part in which the application's stage no longer waits for it."""


def run_reactions(unit: UnitOfWork) -> None:
    """Return work of people who left, advance the applications, then update deadlines, work and letters."""
    hand_back.return_work(unit)
    for application in applications_with_completed_parts(unit):
        while advance_application(unit, application):
            pass
    lifecycle.apply_to_deadlines(unit)
    reorder_log.record_reordering(unit, synchronisation.synchronise_work(unit))
    triggers.post_letters(unit)
    threat_alerts.alert(unit)


def applications_with_completed_parts(unit: UnitOfWork) -> list[Application]:
    """The applications of which this unit of work completed a part."""
    found = {}
    for transition in unit.transitions:
        if transition.after not in COMPLETED_STATES.get(transition.chart, ()) or transition.before == transition.after:
            continue
        application = unit.application_of(transition.row)
        if application is not None:
            found[application.id] = application
    return list(found.values())


def advance_application(unit: UnitOfWork, application: Application) -> bool:
    """Advance an application one stage if every part that it waits for is completed; returns whether it advanced."""
    event = {
        Stage.TAKEOVER: "begin-provision",
        Stage.PROVISION: "begin-settlement",
        Stage.SETTLEMENT: "begin-booking",
    }.get(application.state)
    if event is None or has_unfinished_parts(unit, application):
        return False
    unit.follow_up(unit, "application", application, event)
    return True


def has_unfinished_parts(unit: UnitOfWork, application: Application) -> bool:
    """Whether the application's stage still waits for a part."""
    session = unit.session
    if application.state is Stage.TAKEOVER:
        takeovers = select(Takeover).where(
            Takeover.stream == application.id,
            col(Takeover.state).not_in(TAKEOVER.final),
        )
        return session.exec(takeovers.limit(1)).first() is not None
    measures = select(Measure).where(Measure.stream == application.id)
    if application.state is Stage.PROVISION:
        open_measures = measures.where(col(Measure.state).in_(BEFORE_PROVIDED))
        return session.exec(open_measures.limit(1)).first() is not None
    unsettled = measures.where(
        col(Measure.state).in_((*BEFORE_PROVIDED, MeasureState.PROVIDED)),
        col(Measure.recurring).is_(False),
    )
    unpaid = select(Payable).where(Payable.stream == application.id, col(Payable.state).in_(UNPAID))
    return any(session.exec(query.limit(1)).first() is not None for query in (unsettled, unpaid))
