"""Candidates for a work item: the rules that exclude a person."""

from collections.abc import Collection

from sqlmodel import Session

from rules.core.rule import Finding
from rules.core.wording import wording
from rules.queue import assignment
from rules.queue.order import ACUTE
from states.errors import UnfitValueError
from states.queue.availability import Availability
from states.tables.application import Application
from states.tables.loans import Loan
from states.tables.people import Person
from states.tables.work import WorkItem


def reasons_not_to_assign(
    session: Session, item: WorkItem, person: str, available: Availability | None, in_hand: int | None = None
) -> list[Finding]:
    """The objections to assigning an item to a person; empty if there are none."""
    return objections(item, person, available, in_hand, officials=officials_of(session, item))


def objections(
    item: WorkItem,
    person: str,
    available: Availability | None,
    in_hand: int | None = None,
    *,
    officials: Collection[str],
) -> list[Finding]:
    """As :func:`reasons_not_to_assign`, for a caller who has asked whom the item is about."""
    pool = {"role": item.role, "organisation": item.organisation}
    found = [
        assignment.in_pool(person=person, holds=available is not None, **pool),
        assignment.no_interest(person=person, own=person in officials, earlier=person in item.not_by),
    ]
    if available is not None:
        held = available.in_hand if in_hand is None else in_hand
        found += [
            assignment.present(person=person, absent_until=available.absent_until),
            assignment.skilled(person=person, skill=item.skill, skills=available.skills),
            assignment.within_limit(person=person, in_hand=held, limit=available.limit, acute=item.lane == ACUTE),
        ]
    return [finding for finding in found if finding is not None]


def officials_of(session: Session, item: WorkItem) -> set[str]:
    """The people whom an item is about: the applicant and the representative, or the borrower of a loan."""
    case = session.get(Application, item.application)
    if case is not None:
        return {person for person in (case.applicant, case.representative) if person}
    loan = session.get(Loan, item.application)
    return {loan.person} if loan is not None else set()


def require_person(session: Session, person: str, field: str = "person") -> None:
    """Check that a person, named in a field of a body, exists.

    Raises:
        UnfitValueError: there is no such person.
    """
    if session.get(Person, person) is None:
        words = wording("There is no person {person}; GET /v1/work-items/people says who there are.", person=person)
        raise UnfitValueError([(field, words)])
