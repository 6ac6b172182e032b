"""Threat alerts: every threat signal in an acute case rings by itself, whatever rang before.

It tells who is at work (or, if nobody is, everyone who is not absent), the officer of the case, and the coordinators.
The letter is posted with the signal, so it waits for no offer and for no alarm of a pool.
"""

from rules.core.roles import Role
from rules.queue.priority import SIGNAL
from rules.threats.urgency import Urgency
from states.engine.parties import duty_holders, holds_duty
from states.engine.unit_of_work import UnitOfWork
from states.letters import outbox
from states.queue.availability import availability_in_pool
from states.storage.database import wake
from states.tables.application import Application

LETTER = "acute-case"


def alert(unit: UnitOfWork) -> None:
    """Post the alert of each threat signal that this unit of work recorded in an acute case."""
    for transition in unit.transitions:
        row = transition.row
        if (transition.chart, transition.event) != ("application", SIGNAL) or not isinstance(row, Application):
            continue
        if row.urgency is Urgency.ACUTE:
            wake(unit.session, "letters")
            for person in people_to_tell(unit, row):
                outbox.post(unit.session, LETTER, application=row.id, recipient=person, facts={}, at=unit.at)


def people_to_tell(unit: UnitOfWork, case: Application) -> list[str]:
    """Who is told of a threat in an acute case, each once; never the official or the representative themselves."""
    session = unit.session
    there = [one for one in availability_in_pool(session, Role.OFFICER, None, at=unit.at) if one.absent_until is None]
    people = {one.person for one in there if one.at_work} or {one.person for one in there}
    people |= set(duty_holders(session, Role.COORDINATOR, ""))
    if case.officer is not None and holds_duty(session, case.officer, Role.OFFICER):
        people.add(case.officer)
    return sorted(people - {case.applicant, case.representative})
