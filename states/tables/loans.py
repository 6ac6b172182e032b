"""Loans and objections: of an application, or of an official and one employer without an application."""

from datetime import date

from sqlmodel import Field

from rules.core.regulation import PublicOffice
from rules.core.roles import Role
from rules.procedure.objections import Against, ObjectionOutcome, Waiver
from states.charts.loan import LoanState
from states.charts.objection import ObjectionState
from states.tables.base import Subject, by_value, versioned


@versioned
class Loan(Subject, table=True):
    """One loan; what is lent lies in the vault.

    Its stream is its application's, or its own where it was asked for without one.
    """

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id", index=True)
    state: LoanState = Field(sa_type=by_value(LoanState))
    application: str | None = Field(default=None, foreign_key="application.id")
    person: str = Field(foreign_key="person.id", index=True)
    """The official."""
    organisation: str = Field(foreign_key="organisation.id", index=True)
    office: PublicOffice = Field(sa_type=by_value(PublicOffice))
    certain_since: date
    in_office_until: date | None = None
    acting_since: date | None = None
    urgent: bool = False
    requested_on: date
    decided_on: date | None = None
    """The day on which granting or declining was announced."""
    decided_by: str | None = None
    decision: str | None = None
    """The reference under which the employer keeps its decision."""
    lent_on: date | None = None
    due_back_on: date | None = None
    returned_on: date | None = None
    lost_on: date | None = None
    estate: bool = False
    """Whether the official died, so that it is got back through the estate."""


@versioned
class Objection(Subject, table=True):
    """One objection to one decision; grounds and reasons lie in the vault."""

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id", index=True)
    state: ObjectionState = Field(sa_type=by_value(ObjectionState))
    application: str | None = Field(default=None, foreign_key="application.id")
    loan: str | None = Field(default=None, foreign_key="loan.id", index=True)
    person: str = Field(foreign_key="person.id", index=True)
    """Who objects: the official."""
    organisation: str | None = Field(default=None, foreign_key="organisation.id", index=True)
    """The employer whose decision it is; None: the office's."""
    against: Against = Field(sa_type=by_value(Against))
    decision_seq: int
    """The entry of the stream that holds the decision."""
    decision_by: str
    """Who took that decision."""
    decides: Role = Field(sa_type=by_value(Role))
    """Whose work deciding is."""
    announced_on: date
    objection_until: date
    """The last day of the term to object (Awb 6:7)."""
    received_on: date
    late: bool
    excusable: bool | None = None
    """Whether a late one is excused (Awb 6:11); None until decided."""
    by_representative: bool = False
    committee: bool = False
    """Whether an advisory committee is set up (Awb 7:13)."""
    hearing_on: date | None = None
    heard_on: date | None = None
    waiver: Waiver | None = Field(default=None, sa_type=by_value(Waiver))
    put_off_from: date | None = None
    """The day on which the decision was due before it was put off."""
    decided_on: date | None = None
    decided_by: str | None = None
    outcome: ObjectionOutcome | None = Field(default=None, sa_type=by_value(ObjectionOutcome))
    reopened_at: str | None = None
    appeal_on: date | None = None
    court_case: str | None = None
    judged_on: date | None = None
    judgment: str | None = None
