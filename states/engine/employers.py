"""Employer directory: who succeeded which employer, and which employers a subject concerns.

An employer that was merged is represented by its successor everywhere.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from states.tables.application import Application
from states.tables.base import METADATA
from states.tables.loans import Objection
from states.tables.people import Organisation, Person

TIES = METADATA.tables["application_employer"]
EMPLOYERS = (
    select(TIES.c.application, TIES.c.organisation)
    .where(TIES.c.application.in_(bindparam("applications", expanding=True)))
    .order_by(TIES.c.application, TIES.c.position)
)
DUTIES = METADATA.tables["duty"]
EMPLOYED_AT = (
    select(DUTIES.c.organisation)
    .where(DUTIES.c.person == bindparam("person"), DUTIES.c.organisation != "")
    .order_by(DUTIES.c.organisation)
)
ORGANISATIONS = METADATA.tables["organisation"]
MERGED = select(ORGANISATIONS.c.id, ORGANISATIONS.c.successor).where(ORGANISATIONS.c.successor.is_not(None))


class EmployerDirectory:
    """Employers as one session sees them; what was read is kept until :meth:`clear`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._successors: dict[str, str] | None = None
        self._of_application: dict[str, list[str]] = {}

    def clear(self) -> None:
        """Forget what was read: a merger may have been committed since."""
        self._successors = None
        self._of_application = {}

    @property
    def successors(self) -> dict[str, str]:
        """The successor of each merged employer, by the employer's id."""
        if self._successors is None:
            rows = self._session.connection().execute(MERGED)
            self._successors = {row.id: row.successor for row in rows}
        return self._successors

    def current(self, organisation: str) -> str:
        """The employer that represents one today: itself, or the last successor in a row of mergers."""
        while organisation in self.successors:
            organisation = self.successors[organisation]
        return organisation

    def known_as(self, organisation: str | None) -> list[str]:
        """Every id under which rows name an employer: its own, and those of employers merged into it."""
        if organisation is None:
            return []
        return [organisation, *(merged for merged in self.successors if self.current(merged) == organisation)]

    def of_application(self, application: str) -> list[str]:
        """The employers of an application, each once; the first one takes the remainder of a split."""
        if not self._of_application.get(application):
            self.read([application])
        return self._of_application[application]

    def read(self, applications: Iterable[str]) -> None:
        """Read the employers of several applications at once, so that :meth:`of_application` does not ask for each."""
        found: dict[str, dict[str, None]] = {application: {} for application in applications}
        if not found:
            return
        for row in self._session.connection().execute(EMPLOYERS, {"applications": list(found)}):
            found[row.application][self.current(row.organisation)] = None
        self._of_application |= {application: list(employers) for application, employers in found.items()}

    def concerned_by(self, row: Any) -> list[str]:
        """The employers that a subject concerns: for a person, those at which the person holds a duty.

        None for an objection to the office's decision.
        """
        if isinstance(row, Organisation):
            return [self.current(row.id)]
        if isinstance(row, Person):
            held = self._session.connection().execute(EMPLOYED_AT, {"person": row.id}).scalars()
            return list(dict.fromkeys(map(self.current, held)))
        if isinstance(row, Objection):
            return [row.organisation] if row.organisation else []
        if isinstance(row, Application):
            return self.of_application(row.id)
        own = getattr(row, "organisation", None) or getattr(row, "payer", None)
        return [self.current(own)] if own else self.of_application(row.stream)
