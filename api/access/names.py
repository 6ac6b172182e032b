"""Names of people and employers, for pages; an id is shown to people only where no name is known."""

from collections.abc import Iterable

from sqlmodel import Session, col, or_, select

from rules.core.roles import Role
from states.storage.content import content_of_subjects, latest
from states.tables.people import Duty, Organisation, Person, ProposedDuty


def names_of_staff(session: Session, handles: Iterable[str | None]) -> dict[str, str]:
    """Return the names of those people who act for the office or an employer, or are proposed to, by handle.

    Officials have no name here: it is content of their cases. Whoever is shown a handle may know this name.
    """
    asked = {handle for handle in handles if handle}
    if not asked:
        return {}
    acting = select(Duty.person).where(Duty.role != Role.APPLICANT)
    proposed = select(ProposedDuty.person).where(ProposedDuty.role != Role.APPLICANT)
    staff = or_(col(Person.id).in_(acting), col(Person.id).in_(proposed))
    rows = session.exec(select(Person).where(col(Person.id).in_(asked), staff)).all()
    found = content_of_subjects(session, {row.id: row.stream for row in rows})
    return {handle: name for handle, entries in found.items() if (name := latest(entries, "name"))}


def names_of_employers(session: Session, ids: Iterable[str | None]) -> dict[str, str]:
    """Return the names of employers, by id."""
    asked = {one for one in ids if one}
    if not asked:
        return {}
    rows = session.exec(select(Organisation.id, Organisation.name).where(col(Organisation.id).in_(asked)))
    return dict(rows.all())
