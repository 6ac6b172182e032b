"""What follows by itself from what happened: the application moves on when its parts are done, and then work items,
terms and letters are brought up to date.
"""

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
from states.tables.application import Application, Measure, Takeover
from states.tables.payments import Payable
from states.work import synchronisation

BEFORE_PROVIDED = (MeasureState.ADVISED, MeasureState.TAKEN_OVER, MeasureState.ORDERED)
UNPAID = tuple(state for state in PayableState if state not in SETTLED)

DONE: dict[str, frozenset[str]] = {
    "domain-advice": frozenset({DomainState.ADOPTED}),
    "takeover": TAKEOVER.final,
    "measure": MEASURE.final | {MeasureState.PROVIDED, MeasureState.SETTLED},
    "payable": frozenset(map(str, SETTLED)),
}
"""The states of a part in which it no longer holds the application's stage."""


def run_reactions(unit: UnitOfWork) -> None:
    """Let the applications of this passage move on, then refresh work, terms and letters."""
    for application in applications(unit):
        while advance_application(unit, application):
            pass
    lifecycle.apply_to_deadlines(unit)
    reorder_log.record_reordering(unit, synchronisation.synchronise_work(unit))
    triggers.post_letters(unit)


def applications(unit: UnitOfWork) -> list[Application]:
    """The applications of which a part was done just now."""
    found = {}
    for transition in unit.transitions:
        if transition.after not in DONE.get(transition.chart, ()) or transition.before == transition.after:
            continue
        application = unit.application_of(transition.row)
        if application is not None:
            found[application.id] = application
    return list(found.values())


def advance_application(unit: UnitOfWork, application: Application) -> bool:
    """Move an application one stage on where every part that it waits for is done; whether it moved."""
    event = {
        Stage.TAKEOVER: "begin-provision",
        Stage.PROVISION: "begin-settlement",
        Stage.SETTLEMENT: "begin-booking",
    }.get(application.state)
    if event is None or waits(unit, application):
        return False
    unit.follow_up(unit, "application", application, event)
    return True


def waits(unit: UnitOfWork, application: Application) -> bool:
    """Whether a part still holds the application in its stage."""
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
