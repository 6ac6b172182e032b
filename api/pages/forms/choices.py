"""Choices of fields that name a person, an employer or a part of the case by its id, as names."""

from collections.abc import Callable, Iterable

from sqlmodel import col, select

from api.access.employers import only_own_employer
from api.access.names import names_of_staff
from api.pages import wording
from api.pages.forms import texts
from api.pages.forms.fields import Options
from api.pages.visit import Visit
from api.routes import case_parts
from rules.core.dates import office_day
from rules.core.roles import Role
from rules.procedure.separation_of_duties import capacities
from states.charts.people import OrganisationState
from states.engine.event import EventContext
from states.engine.unit_of_work import UnitOfWork
from states.events.application import refusal
from states.tables.application import Application, ThreatSignal
from states.tables.deadlines import Term
from states.tables.people import Duty, Organisation

Reading = Callable[[Visit, Application | None], Options]


def people_with(*roles: Role) -> Reading:
    """Return the reading of the people who hold one of some roles; for who acts for an employer, of that employer."""

    def read(visit: Visit, _: Application | None) -> Options:
        if visit.by.role is Role.APPLICANT:
            return []  # officials do not know of each other
        query = select(Duty.person).where(col(Duty.role).in_(roles or (visit.by.role,)))
        query = query.where(Duty.organisation == (visit.by.organisation or "")) if not roles else query
        handles = sorted(set(visit.session.exec(query)))
        names = names_of_staff(visit.session, handles)
        return sorted(((handle, names.get(handle, handle)) for handle in handles), key=lambda each: each[1])

    return read


def employers(visit: Visit, _: Application | None) -> Options:
    """Return the employers that exist."""
    query = select(Organisation).where(Organisation.state == OrganisationState.ACTIVE).order_by(Organisation.name)
    return [(each.id, each.name) for each in visit.session.exec(query)]


def employers_of_case(visit: Visit, case: Application | None) -> Options:
    """Return the employers of the case, or those that exist where there is no case."""
    if case is None:
        return employers(visit, case)
    ids = visit.employers.of_application(case.id)
    found = visit.session.exec(select(Organisation).where(col(Organisation.id).in_(ids)))
    return [(each.id, each.name) for each in found]


def signals(visit: Visit, case: Application | None) -> Options:
    """Return the threat signals of the case by their moment and kind."""
    if case is None:
        return []
    query = select(ThreatSignal).where(ThreatSignal.stream == case.stream).order_by(col(ThreatSignal.recorded_at))
    return [
        (each.id, f"{wording.moment(each.recorded_at)}: {wording.kind(each.kind)}")
        for each in visit.session.exec(query)
    ]


def terms(visit: Visit, case: Application | None) -> Options:
    """Return the terms of the case that have not ended, each kind once."""
    if case is None:
        return []
    query = select(Term.kind).where(Term.application == case.id, col(Term.ended_on).is_(None)).distinct()
    query = only_own_employer(visit, query, Term)
    return [(kind, wording.capital(wording.term(kind))) for kind in sorted(visit.session.exec(query))]


def grounds(visit: Visit, case: Application | None) -> Options:
    """Return the rules that object to the application, each with its objection."""
    if case is None:
        return []
    unit = UnitOfWork(visit.session, visit.by, visit.at, directory=visit.employers)
    found = refusal.grounds(EventContext(unit, case, visit.by))
    return [(rule, finding.message_nl) for rule, finding in found.items()]


def measures(visit: Visit, case: Application | None) -> Options:
    """Return the measures of the case that the reader may see, by what they are."""
    if case is None:
        return []
    found = case_parts.measures(visit, case.id).items
    return [(each.id, each.description or wording.capital(wording.kind(each.legal_basis))) for each in found]


def capacities_for(visit: Visit, case: Application | None) -> Options:
    """Return the capacities in which an employer can decide about the office of the case."""
    found = capacities(case.office, office_day(visit.at)) if case is not None else []
    return [(each.value, texts.of_option(each.value)) for each in found]


COLLEAGUES = people_with()
GROUNDS: dict[tuple[str, str], Reading] = {("application", "intend-refusal"): grounds}
"""What is read for the field ``ground`` of an event where it is a rule."""
READINGS: dict[str, Reading] = {
    "adviser": people_with(Role.ADVISER),
    "officer": people_with(Role.OFFICER),
    "person": COLLEAGUES,
    "to": COLLEAGUES,
    "heard_by": people_with(Role.COORDINATOR, Role.OFFICER, Role.ADVISER, Role.HEAD),
    "employers": employers,
    "employer": employers,
    "organisation": employers_of_case,
    "signal": signals,
    "term": terms,
    "measure": measures,
    "decided_as": capacities_for,
}
"""What is read for the choices of a field, by its Python name."""


def choices_for(
    visit: Visit, event: tuple[str, str], names: Iterable[str], case: Application | None
) -> dict[str, Options]:
    """Return the choices of those of an event's fields that name a thing by its id."""
    readings = {**READINGS, **({"ground": GROUNDS[event]} if event in GROUNDS else {})}
    return {name: readings[name](visit, case) for name in names if name in readings}
