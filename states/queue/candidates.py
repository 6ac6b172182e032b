"""Candidates."""

from sqlmodel import Session

from rules.core.rule import Finding
from rules.queue import assignment
from rules.queue.order import ACUTE
from states.errors import MalformedError
from states.queue.availability import Availability
from states.tables.application import Application
from states.tables.loans import Loan
from states.tables.people import Person
from states.tables.work import WorkItem


def reasons_not_to_assign(
    session: Session, item: WorkItem, person: str, there: Availability | None, in_hand: int | None = None
) -> list[Finding]:
    """Every rule against someone having an item; empty where the person may."""
    pool = {"role": item.role, "organisation": item.organisation}
    found = [
        assignment.in_pool(person=person, holds=there is not None, **pool),
        assignment.no_interest(person=person, own=is_own(session, item, person), earlier=person in item.not_by),
    ]
    if there is not None:
        hands = there.in_hand if in_hand is None else in_hand
        found += [
            assignment.present(person=person, absent_until=there.absent_until),
            assignment.skilled(person=person, skill=item.skill, skills=there.skills),
            assignment.limit_in_hand(person=person, in_hand=hands, limit=there.limit, acute=item.lane == ACUTE),
        ]
    return [finding for finding in found if finding is not None]


def is_own(session: Session, item: WorkItem, person: str) -> bool:
    """Whether an item is about someone: as applicant, as who represents the applicant, or as whom a loan is for."""
    case = session.get(Application, item.application)
    if case is not None:
        return person in {case.applicant, case.representative}
    loan = session.get(Loan, item.application)
    return loan is not None and loan.person == person


def known(session: Session, person: str, field: str = "person") -> None:
    """Ask that there is such a person, who was named in a field of a body.

    Raises:
        MalformedError: there is none.
    """
    if session.get(Person, person) is None:
        words = f"There is no person {person}; GET /v1/work-items/people says who there are."
        raise MalformedError([(field, words)])
