"""Receipt of an application, which is never refused at this point."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field
from sqlmodel import Session, col, select

from rules.access.content_classes import ContentClass
from rules.core import date_rules
from rules.core.regulation import LegalBasis, PublicOffice
from rules.core.roles import Role
from rules.core.rule import OLDEST
from rules.core.translations import DatedFact, EarlierFact
from rules.procedure import eligibility, life_events
from states.charts.application import ENDS, Stage
from states.charts.people import PersonState
from states.engine.bodies import Body, Day, Email, Handle, Line, Reference, Text
from states.engine.event import EventContext
from states.errors import UnfitValueError
from states.events.application.base import ApplicationEvent
from states.events.application.office_dates import DATES, check_suspension, contradictions
from states.storage import name_index
from states.tables.application import Application, ApplicationEmployer, Measure
from states.tables.base import new_id
from states.tables.ledger import StreamKind
from states.tables.people import Duty, Language, Organisation, Person


class Channel(StrEnum):
    """How an application came in."""

    PORTAL = "portal"
    TELEPHONE = "telephone"
    E_MAIL = "e-mail"
    LETTER = "letter"


class NewApplication(Body):
    """An application: the applicant, the office, the employers and the home."""

    office: PublicOffice
    employers: Annotated[list[Handle], Field(min_length=1, max_length=6)]
    """The employers that pay; the first takes the remainder of a split."""
    applicant: Handle | None = None
    """The applicant's handle, if known; left out, a new one is made."""
    name: Annotated[Line, ContentClass.CONTACT]
    email: Annotated[Email, ContentClass.CONTACT]
    language: Language | None = None
    """The language of letters to the applicant; left out, the earlier choice, or else Dutch."""
    phone: Annotated[Line, ContentClass.CONTACT] | None = None
    home_address: Annotated[Line, ContentClass.DWELLING]
    household: Annotated[Text, ContentClass.DWELLING] | None = None
    received_on: Day | None = None
    """The legal day of receipt; left out, today."""
    received_via: Channel = Channel.PORTAL
    certain_since: Day
    """The day since which it is certain that the applicant holds or will hold the office."""
    in_office_until: Day | None = None
    acting_since: Day | None = None
    in_territory: bool = True
    exemption_on: Day | None = None
    follows: Reference | None = None
    """The application for the former home, after a move (REG x.9(6))."""
    new_facts: Annotated[Text, ContentClass.STATEMENT] | None = None
    """What is new since an earlier application was refused (Awb 4:6)."""
    office_suspended_since: Day | None = None
    """The first day of a suspension from office; the claims stay (BESL 3.2.18(2))."""
    office_suspended_until: Day | None = None
    remarks: Annotated[Text, ContentClass.STATEMENT] | None = None


class Receive(ApplicationEvent[NewApplication]):
    """Receive an application. It is always accepted: the intake decides whether the applicant is eligible."""

    name, title = "receive", "Receive an application"
    body, creates = NewApplication, True

    def validate(self, context: EventContext[Application], body: NewApplication) -> None:
        """The dates are possible, and the employers fit the office."""
        received = body.received_on or context.on
        context.check(date_rules.not_in_future, what=DatedFact.RECEIPT, day=received, on=context.on)
        context.check(
            date_rules.not_before,
            what=DatedFact.RECEIPT,
            day=received,
            earlier=EarlierFact.FIRST_SCHEME,
            earliest=OLDEST,
        )
        problems = contradictions(body.model_dump(include=set(DATES)))
        for position, employer in enumerate(body.employers):
            if context.session.get(Organisation, employer) is None:
                words = "There is no such employer; GET /v1/organisations lists those there are."
                problems.append((f"employers.{position}", words))
        if len(set(body.employers)) != len(body.employers):
            problems.append(("employers", "Name each employer once."))
        if problems:
            raise UnfitValueError(problems)
        if body.follows is not None:
            # One that does not exist is answered as one of another official: neither is the applicant's to know.
            earlier = context.unit.get(Application, body.follows)
            applicant = context.by.person if context.by.role is Role.APPLICANT else body.applicant
            own = earlier is not None and applicant == earlier.applicant
            same_office = own and earlier is not None and body.office is earlier.office
            context.check(life_events.follows_own, same_official=own, same_office=same_office)
        for employer in body.employers:
            context.check_employer_active(employer)
        kinds = tuple(str(context.get(Organisation, employer).kind) for employer in body.employers)
        context.check(eligibility.employer_fits, office=body.office, kinds=kinds, count=len(kinds))
        if body.exemption_on is not None:
            context.check(date_rules.not_in_future, what=DatedFact.EXEMPTION, day=body.exemption_on, on=context.on)
        check_suspension(context, body.office, body.office_suspended_since)

    def create(self, context: EventContext[Application], body: NewApplication) -> Application:
        """The application, with a reference that reveals nothing, and its applicant."""
        reference = f"VA-{context.on.year}-{new_id('', 8)[1:].upper()}"
        context.unit.open_stream(reference, StreamKind.APPLICATION)
        person = context.by.person if context.by.role is Role.APPLICANT else body.applicant
        if person is None or context.session.get(Person, person) is None:
            person = person or new_id("applicant", 8)
            duties = [{"role": Role.APPLICANT}]
            spoken = {"language": body.language} if body.language else {}
            known = {"id": person, "name": body.name, "email": body.email, "duties": duties}
            context.trigger("person", None, "register", **known, **spoken)
        elif context.session.get(Duty, (person, Role.APPLICANT, "")) is None:
            # A colleague of the office or of an employer applies: this person is from here on also an applicant.
            context.session.add(Duty(person=person, role=Role.APPLICANT, organisation=""))
        resembles, repeats = similar_applications(context.session, person, body)
        return Application(
            id=reference,
            stream=reference,
            state=Stage.RECEIVED,
            applicant=person,
            received_on=body.received_on or context.on,
            created_at=context.at,
            changed_at=context.at,
            resembles=resembles,
            repeats=repeats,
            new_facts=body.new_facts is not None,
            discretionary=was_provided(context.session, body.follows),
            **body.model_dump(
                include={
                    "office",
                    "certain_since",
                    "in_office_until",
                    "acting_since",
                    "in_territory",
                    "exemption_on",
                    "follows",
                    "office_suspended_since",
                    "office_suspended_until",
                },
            ),
        )

    def apply(self, context: EventContext[Application], body: NewApplication) -> None:
        """Link the employers, and set the requested language of letters."""
        context.session.flush()
        reader = context.get(Person, context.row.applicant)
        spoken = reader.language or Language.NL
        if body.language not in (None, spoken) and reader.state is PersonState.ACTIVE:
            context.unit.lock_stream(reader.stream)
            context.trigger("person", reader, "choose-language", language=body.language)
        for position, employer in enumerate(body.employers):
            row = ApplicationEmployer(application=context.row.id, organisation=employer, position=position)
            context.session.add(row)

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """A mayor of a fictional municipality."""
        return {
            "office": "mayor",
            "employers": ["gemeente-zilverdam"],
            "name": "A. Voorbeeld",
            "email": "a.voorbeeld@zilverdam.example",
            "homeAddress": "Voorbeeldlaan 1, 1234 AB Zilverdam",
            "household": "Two adults, one child",
            "receivedVia": "telephone",
            "certainSince": "2024-06-01",
            "inTerritory": True,
        }


def similar_applications(session: Session, person: str, body: NewApplication) -> tuple[str | None, str | None]:
    """An open application that may be the same one, and the newest refused one that this one repeats.

    The search covers applications of the same person, or of a person of the same name, for the same office and a
    shared employer. A later application for another home (par. 6) is neither.
    """
    if body.follows is not None:
        return None, None
    people = {person, *name_index.find_people(session, body.name)}
    shared = select(ApplicationEmployer.application).where(col(ApplicationEmployer.organisation).in_(body.employers))
    query = select(Application).where(
        col(Application.applicant).in_(people),
        col(Application.id).in_(shared),
        Application.office == body.office,
    )
    found = session.exec(query.order_by(col(Application.created_at).desc(), col(Application.id))).all()
    running = next((row.id for row in found if row.state not in ENDS), None)
    refused = next((row.id for row in found if row.state is Stage.REFUSED), None)
    return running, refused


def was_provided(session: Session, reference: str | None) -> bool:
    """Whether a measure was provided for a former home."""
    if reference is None:
        return False
    query = select(Measure.id).where(
        Measure.stream == reference,
        Measure.legal_basis == LegalBasis.HOME_MEASURE,
        col(Measure.provided_on).is_not(None),
    )
    return session.exec(query.limit(1)).first() is not None
