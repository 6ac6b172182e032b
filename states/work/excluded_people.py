"""Excluded people of a work item (separation of duties), fixed when it is created so that claims skip it.

The rules refuse the same people when they act (rules/procedure/separation_of_duties.py); a test asserts that both
sides agree. Excluding them here keeps work that they would be refused out of their hands.
"""

from typing import Any

from states.engine.past_acts import people_of
from states.engine.unit_of_work import UnitOfWork
from states.tables.application import Application


def excluded(unit: UnitOfWork, chart: str, action: str, row: Any, application: Application | None) -> list[str]:
    """People who may not do a piece of work: the official, the official's representative, and people who did an earlier
    step that the same person may not do. People outside the pool are left out when the item is written.
    """
    found: set[str | None] = {unit.official_of(row)}
    if application is not None:
        found |= {application.applicant, application.representative}
    for people in people_of(unit, chart, action, row).values():
        found |= set(people)
    return sorted(person for person in found if person)
