"""Recipients of letters, by the subject and the event."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlmodel import select

from rules.core.roles import Role
from rules.threats.handoff import HandOffOutcome, HandOffStep
from states.charts.application import ENDS, Stage
from states.deadlines import term_query
from states.engine.parties import duty_holders
from states.engine.unit_of_work import Transition, UnitOfWork
from states.tables.application import Application, Takeover
from states.tables.deadlines import Term
from states.tables.loans import Loan
from states.tables.payments import PayableKind

Recipients = Callable[[UnitOfWork, Transition], list[str]]


def holders_at(unit: UnitOfWork, role: Role, organisations: Iterable[str]) -> list[str]:
    """The people who hold a duty at any of some employers, each once."""
    return sorted({person for key in organisations for person in duty_holders(unit.session, role, key)})


def application_of(unit: UnitOfWork, transition: Transition) -> Application:
    """The application that the changed subject belongs to."""
    application = unit.application_of(transition.row)
    assert application is not None
    return application


def applicant(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The official of the subject, and the official's representative in the case (Awb 2:1, 6:17)."""
    official, case = unit.official_of(transition.row), unit.application_of(transition.row)
    representative = case.representative if case is not None else None
    return [person for person in (official, representative) if person is not None]


def loan_of(transition: Transition) -> Loan:
    """The loan that an event changed."""
    assert isinstance(transition.row, Loan)
    return transition.row


def official_unless_deceased(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The official of a loan; none after a death."""
    return [] if loan_of(transition).estate else applicant(unit, transition)


def official_when_due_back(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The official, if lent goods are due back now."""
    return official_unless_deceased(unit, transition) if transition.after == "due-back" else []


def employer_of_deceased(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The employer, if lent goods of a deceased official are due back."""
    return employer(unit, transition) if loan_of(transition).estate and transition.after == "due-back" else []


def employer(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The people with the employer's duty at the subject's employer."""
    return duty_holders(unit.session, Role.EMPLOYER, unit.acting_employer_of(transition.row))


def employers(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The people with the employer's duty at an employer that was asked to take over."""
    query = select(Takeover.organisation).where(Takeover.stream == application_of(unit, transition).id)
    return holders_at(unit, Role.EMPLOYER, unit.session.exec(query))


def all_of(*groups: Recipients) -> Recipients:
    """Several groups of recipients together."""

    def found(unit: UnitOfWork, transition: Transition) -> list[str]:
        return [person for group in groups for person in group(unit, transition)]

    return found


def applicant_unless_lapsed(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The applicant, unless the case lapsed, which has its own letter."""
    return [] if application_of(unit, transition).state is Stage.LAPSED else applicant(unit, transition)


def term_of_event(unit: UnitOfWork, transition: Transition) -> Term | None:
    """The running term that a suspension or resumption names."""
    body: Any = transition.body  # it names a term, and an employer if there are several
    mine = unit.by.organisation or body.organisation
    return term_query.running(unit.session, str(transition.row.stream), body.term, mine)


def applicant_when_resumed(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The applicant, if the term has an end again."""
    term = term_of_event(unit, transition)
    return applicant(unit, transition) if term is not None and term.due_on is not None else []


def applicant_and_employer(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The applicant, and the employer of the term."""
    term = term_of_event(unit, transition)
    mine = duty_holders(unit.session, Role.EMPLOYER, term.organisation) if term else []
    return [*applicant(unit, transition), *mine]


def applicant_of_advance(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The applicant, if an advance received its last approval for the first time."""
    row: Any = transition.row  # a Payable
    first_time = row.kind is PayableKind.ADVANCE and row.return_reason is None and transition.after == "approved"
    return applicant(unit, transition) if first_time else []


def applicant_without_measures(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The applicant, if the adopted advice holds no measure."""
    return applicant(unit, transition) if transition.after == "no-measures" else []


def applicant_of_open_case(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The applicant of a case that has not ended."""
    return applicant(unit, transition) if application_of(unit, transition).state not in ENDS else []


def successor_employer(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The people with the employer's duty at the successor of a merged employer."""
    succession: Any = transition.body  # of the event succeed-employer
    return duty_holders(unit.session, Role.EMPLOYER, succession.successor)


def privacy_officers(unit: UnitOfWork, _: Transition) -> list[str]:
    """The privacy officers of the office."""
    return duty_holders(unit.session, Role.PRIVACY_OFFICER, "")


def consented_contacts(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The security contacts of the case's employers, once the official has consented to informing them."""
    body: Any = transition.body  # a HandOffRecord
    if body.step is not HandOffStep.SECURITY_CONTACT or body.outcome is not HandOffOutcome.DONE or not body.consent:
        return []
    case = application_of(unit, transition)
    return holders_at(unit, Role.SECURITY_CONTACT, unit.employers.of_application(case.id))
