"""Registration of employers and people."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from sqlalchemy import func
from sqlmodel import Session, select

from rules.access import authority
from rules.access.content_classes import ContentClass
from rules.core.regulation import Province
from rules.core.roles import Role
from rules.core.wording import wording
from rules.payments.amounts import valid_iban
from rules.procedure import grants
from states.charts.people import ORGANISATION, PERSON, OrganisationState, PersonState
from states.engine.bodies import Body, Code, Day, Email, Handle, Line
from states.engine.event import Event, EventContext
from states.engine.patterns import ACCOUNT_NAME, DEBTOR_IBAN
from states.errors import UnfitValueError
from states.events.application.handlers import cases_of, check_successor, hand_over, locked, streams_handled
from states.events.application.interviewers import streams_of
from states.events.registry.duties import NewDuty, check_grants, grant, hold, open_proposals
from states.payments.payees import can_be_paid
from states.storage import name_index
from states.tables.ledger import StreamKind
from states.tables.people import Duty, EmployerKind, Language, Organisation, Person


class NewOrganisation(Body):
    """An employer with its debtor account and the accounts of its books."""

    id: Handle
    kind: EmployerKind
    name: Annotated[str, Field(pattern=ACCOUNT_NAME), AfterValidator(can_be_paid)]
    debtor_iban: str = Field(pattern=DEBTOR_IBAN)
    ledger_account: Code
    cost_centre: Code
    bank_account: Code
    risk_inventory: Code | None = None
    province: Province | None = None
    """Where the employer is; for a water board, the province of its seat."""


class RegisterOrganisation(Event[Organisation, NewOrganisation]):
    """Register an employer."""

    chart, table, name, title = ORGANISATION, Organisation, "register", "Register an employer"
    body, creates = NewOrganisation, True

    def extra_locks(self, session: Session, key: str, body: NewOrganisation) -> Iterable[str]:
        """Locks no extra stream; serialises on the account, so that a second registration finds the first."""
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"debtor:{body.debtor_iban}", 0))))
        return ()

    def validate(self, context: EventContext[Organisation], body: NewOrganisation) -> None:
        """The id is free, and no other employer has the debtor account: a statement belongs to one employer."""
        if context.session.get(Organisation, body.id) is not None:
            raise UnfitValueError(
                [("id", wording("There is an employer {id} already; give the new one another id.", id=body.id))]
            )
        same = Organisation.debtor_iban == body.debtor_iban, Organisation.state == OrganisationState.ACTIVE
        if holders := context.rows(Organisation, *same):
            words = wording(
                "{id} is paid from this account; give each employer an account of its own.", id=holders[0].id
            )
            raise UnfitValueError([("debtorIban", words)])

    def create(self, context: EventContext[Organisation], body: NewOrganisation) -> Organisation:
        """An employer with its own stream."""
        if not valid_iban(body.debtor_iban):
            raise UnfitValueError([("debtorIban", "This is not a valid IBAN; its check digits or length are wrong.")])
        stream = f"organisation:{body.id}"
        context.unit.open_stream(stream, StreamKind.ORGANISATION)
        return Organisation(stream=stream, state=OrganisationState.ACTIVE, **body.model_dump())


class Inventory(Body):
    """The employer's risk inventory and plan of action (RI&E)."""

    risk_inventory: Code


class RecordInventory(Event[Organisation, Inventory]):
    """Record the employer's risk inventory, which is evidence for tax-exempt bookings."""

    chart, table, name, title = ORGANISATION, Organisation, "record-inventory", "Record the risk inventory"
    body = Inventory

    def apply(self, context: EventContext[Organisation], body: Inventory) -> None:
        """Store the reference."""
        context.row.risk_inventory = body.risk_inventory

    def example(self, context: EventContext[Organisation]) -> dict[str, Any]:
        """A reference."""
        return {"riskInventory": "RIE-2026"}


class Location(Body):
    """The province of an employer; for a water board, that of its seat."""

    province: Province


class Locate(Event[Organisation, Location]):
    """Record the province of an employer, which decides the region of a visit."""

    chart, table, name, title = ORGANISATION, Organisation, "locate", "Record the province"
    body = Location

    def apply(self, context: EventContext[Organisation], body: Location) -> None:
        """Store the province."""
        context.row.province = body.province

    def example(self, context: EventContext[Organisation]) -> dict[str, Any]:
        """Overijssel."""
        return {"province": "overijssel"}


class NewPerson(Body):
    """A new person; the name and address go to the vault."""

    id: Handle
    name: Annotated[Line, ContentClass.PERSON]
    email: Annotated[Email, ContentClass.PERSON]
    duties: list[NewDuty] = Field(min_length=1)
    language: Language = Language.NL
    """The language of letters to this person."""


class RegisterPerson(Event[Person, NewPerson]):
    """Register a person. A role that reaches far is only proposed, and another person confirms it."""

    chart, table, name, title = PERSON, Person, "register", "Register a person"
    body, creates = NewPerson, True

    def validate(self, context: EventContext[Person], body: NewPerson) -> None:
        """The id is free, and people can hold the duties."""
        if context.session.get(Person, body.id) is not None:
            raise UnfitValueError(
                [("id", wording("There is a person {id} already; give the new one another id.", id=body.id))]
            )
        check_grants(context, body.duties, "duties.{}.organisation")

    def create(self, context: EventContext[Person], body: NewPerson) -> Person:
        """A person with their own stream."""
        stream = f"person:{body.id}"
        context.unit.open_stream(stream, StreamKind.PERSON)
        return Person(id=body.id, stream=stream, state=PersonState.ACTIVE, language=body.language)

    def apply(self, context: EventContext[Person], body: NewPerson) -> None:
        """Give or propose each duty once, and index the name."""
        context.session.flush()
        name_index.index_name(context.session, body.id, body.name)
        for duty in dict.fromkeys(body.duties):
            self.give(context, duty)

    def give(self, context: EventContext[Person], duty: NewDuty) -> None:
        """Give a duty, or propose it where it takes a second person."""
        grant(context, duty)


class FirstPerson(NewPerson):
    """One of the first people of an office, whom whoever installs the office registers."""

    demonstration: bool = False
    """Whether the office is the demonstration office, in which everyone is fictional and anyone gets a token."""


class RegisterFirstPerson(RegisterPerson):
    """Register one of the first people of an office, while it has no administrator who could do it."""

    name, title, body = "register-first", "Register one of the first people of an office", FirstPerson

    def extra_locks(self, session: Session, key: str, body: NewPerson) -> Iterable[str]:
        """Locks no extra stream; serialises first people, so that a second administrator finds the first."""
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("first people", 0))))
        return ()

    def validate(self, context: EventContext[Person], body: NewPerson) -> None:
        """The office has no administrator."""
        held = context.rows(Duty, Duty.role == Role.ADMINISTRATOR, order=Duty.person)
        if context.check(grants.first_people, administrators=len(held)):
            super().validate(context, body)

    def give(self, context: EventContext[Person], duty: NewDuty) -> None:
        """Give a duty; there is nobody yet who could confirm it."""
        hold(context, duty)


class Departure(Body):
    """The day of death, if that is the reason, and the colleague who takes over the cases."""

    deceased_on: Day | None = None
    successor: Handle | None = None
    """Left out, the cases go to the pool."""


class ChosenLanguage(Body):
    """A language of letters."""

    language: Language


class ChooseLanguage(Event[Person, ChosenLanguage]):
    """Choose the language of future letters; letters that are already written keep theirs."""

    chart, table, name, title = PERSON, Person, "choose-language", "Choose the language of letters"
    body = ChosenLanguage

    def validate(self, context: EventContext[Person], body: ChosenLanguage) -> None:
        """Applicants choose for themselves only."""
        context.check(authority.own_language, role=context.by.role, person=context.by.person, reader=context.row.id)

    def apply(self, context: EventContext[Person], body: ChosenLanguage) -> None:
        """Store the choice."""
        context.row.language = body.language

    def example(self, context: EventContext[Person]) -> dict[str, Any]:
        """English."""
        return {"language": "en"}


class DepartPerson(Event[Person, Departure]):
    """Record that a person leaves: no duty stays, no work in hand, and no open case."""

    chart, table, name, title = PERSON, Person, "depart", "Let a person depart"
    body = Departure

    def extra_locks(self, session: Session, key: str, body: Departure) -> Iterable[str]:
        """The streams of the cases that the person handles, and of the colleague."""
        yield from streams_handled(session, key)
        yield from streams_of(session, [body.successor])

    def validate(self, context: EventContext[Person], body: Departure) -> None:
        """The colleague can take over the cases."""
        if body.successor is not None:
            check_successor(context, body.successor, cases_of(context.session, context.row.id))

    def apply(self, context: EventContext[Person], body: Departure) -> None:
        """Hand over the cases, remove the duties and what was proposed; work in hand returns to the queue."""
        context.row.deceased_on = body.deceased_on
        hand_over(context, locked(context, cases_of(context.session, context.row.id)), body.successor)
        for proposal in open_proposals(context):
            proposal.decided_by = context.by.person
        for duty in context.rows(Duty, Duty.person == context.row.id, order=Duty.role):
            context.session.delete(duty)
