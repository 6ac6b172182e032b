"""People and organisations: their duties, skills, hours and absences; names and addresses are in the vault."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field

from rules.core.regulation import Province
from rules.core.roles import Role
from states.charts.people import OrganisationState, PersonState
from states.tables.base import Recorded, Subject, by_value, json_type, versioned


class EmployerKind(StrEnum):
    """The three kinds of employer (REG 2.9, 3.9, 4.9)."""

    PROVINCE = "province"
    MUNICIPALITY = "municipality"
    WATER_BOARD = "water-board"


class Language(StrEnum):
    """The languages of letters; Dutch unless the person chose otherwise (Awb 2:6)."""

    NL = "nl"
    EN = "en"


@versioned
class Organisation(Subject, table=True):
    """An employer, with its own debtor account and books."""

    __table_args__ = (
        # A bank statement belongs to one employer, so an account may occur only once.
        Index("ix_organisation_account", "debtor_iban", unique=True, postgresql_where=text("state = 'active'")),
    )

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id")
    state: OrganisationState = Field(sa_type=by_value(OrganisationState))
    kind: EmployerKind = Field(sa_type=by_value(EmployerKind))
    name: str
    debtor_iban: str
    ledger_account: str
    cost_centre: str
    bank_account: str
    risk_inventory: str | None = None
    """Reference of the risk inventory and plan of action (RI&E), evidence for the tax-exempt booking."""
    successor: str | None = Field(default=None, foreign_key="organisation.id")
    """The employer into which it was merged."""
    merged_on: date | None = None
    province: Province | None = Field(default=None, sa_type=by_value(Province))
    """Its province; None for an employer that was registered before this was asked."""


@versioned
class Person(Subject, table=True):
    """Someone known by a handle; name and e-mail address lie in the vault of the person's own stream."""

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id")
    state: PersonState = Field(sa_type=by_value(PersonState))
    deceased_on: date | None = None
    """No letters are sent to the person from this day on."""
    language: Language | None = Field(default=None, sa_type=by_value(Language))
    """The language of letters to this person; None means Dutch, for people registered before this was asked."""
    declined: list[str] | None = Field(default=None, sa_type=json_type())
    """The letters that the person does not want, of those that may be declined; None while nothing was chosen."""


class Duty(Recorded, table=True):
    """A role that a person holds, for an employer where the role asks for one."""

    person: str = Field(primary_key=True, foreign_key="person.id")
    role: Role = Field(primary_key=True, sa_type=by_value(Role))
    organisation: str = Field(primary_key=True, default="")
    """The employer's id, or empty for roles of the advice office."""


class ProposedDuty(Recorded, table=True):
    """A role that takes two people to grant: proposed by one, and confirmed or declined by another."""

    __tablename__ = "proposed_duty"
    __table_args__ = (
        Index(
            "uq_proposed_duty_open",
            "person",
            "role",
            "organisation",
            unique=True,
            postgresql_where=text("decided_by IS NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id")
    person: str = Field(foreign_key="person.id")
    role: Role = Field(sa_type=by_value(Role))
    organisation: str = ""
    """The employer's id, or empty for roles of the advice office."""
    proposed_by: str
    decided_by: str | None = None
    """Who confirmed or declined it; None while it waits."""
    granted: bool = False


class WorkArrangement(Recorded, table=True):
    """The skills, working hours and work limit of a person, for every pool."""

    __tablename__ = "work_arrangement"

    person: str = Field(primary_key=True, foreign_key="person.id")
    stream: str = Field(foreign_key="stream.id")
    skills: list[str] = Field(sa_type=json_type())
    """Skills of ``rules.queue.skills``; empty for every skill."""
    hours: dict[str, Any] = Field(sa_type=json_type())
    """By weekday, 1 for Monday: start and end in local time; empty for the office's hours."""
    limit: int | None = None
    """How many items the person may hold; None for the office's dated value."""


class Absence(Recorded, table=True):
    """Days on which a person takes no work; the reason is private and not recorded."""

    __table_args__ = (Index("ix_absence_person_until", "person", "until"),)

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id")
    person: str = Field(foreign_key="person.id")
    since: date
    until: date
    """The last day of the absence."""
