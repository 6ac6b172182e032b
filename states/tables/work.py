"""Work, terms, reminders, letters to send, and what keeps repeated requests harmless."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Index, LargeBinary, String, text
from sqlmodel import Field, SQLModel

from rules.queue.order import Standing
from states.tables.base import json_type

OPEN = text("done_at IS NULL")


class WorkItem(SQLModel, table=True):
    """One thing that a person must do next."""

    __tablename__ = "work_item"
    __table_args__ = (
        # The queue's order stands in the index: the claim's cost does not grow with the backlog.
        Index(
            "ix_work_item_order",
            "role",
            "organisation",
            "skill",
            "lane",
            "start_by",
            "created_at",
            "id",
            postgresql_where=text("done_at IS NULL AND assignee IS NULL"),
        ),
        Index(
            "ix_work_item_overdue",
            "role",
            "organisation",
            "skill",
            "start_by",
            "created_at",
            "id",
            postgresql_where=text("done_at IS NULL AND assignee IS NULL"),
        ),
        Index(
            "ix_work_item_undispatched",
            "lane",
            "start_by",
            "created_at",
            "id",
            postgresql_where=text("done_at IS NULL AND dispatched_at IS NULL"),
        ),
        # Which classes of work wait in a pool is read off this index, without a look at each item.
        Index(
            "ix_work_item_class",
            "role",
            "organisation",
            "skill",
            "not_by",
            postgresql_where=text("done_at IS NULL AND assignee IS NULL"),
        ),
        Index("ix_work_item_in_hand", "assignee", postgresql_where=text("done_at IS NULL AND assignee IS NOT NULL")),
        Index(
            "ix_work_item_returns",
            "returns_at",
            postgresql_where=text("done_at IS NULL AND assignee IS NOT NULL AND returns_at IS NOT NULL"),
        ),
        Index("ix_work_item_calendar", "subject", postgresql_where=text("action = 'extend-calendar'")),
        Index("uq_work_item_open", "subject", "action", unique=True, postgresql_where=OPEN),
        Index("ix_work_item_application_open", "application", postgresql_where=OPEN),
    )

    id: str = Field(primary_key=True)
    application: str = Field(index=True)
    chart: str
    subject: str
    action: str
    role: str
    organisation: str = ""
    lane: int
    """1 acute, 2 urgent, 3 elevated, 4 routine."""
    start_by: datetime
    created_at: datetime
    estimate: int
    """Minutes of work."""
    skill: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The one skill that it asks for, such as ``domain:digital`` or ``region:overijssel``; or empty."""
    not_by: list[str] = Field(default_factory=list, sa_type=ARRAY(String), sa_column_kwargs={"server_default": "{}"})
    """Persons of the pool who did an earlier step that must be in other hands."""
    assignee: str | None = None
    claimed_at: datetime | None = None
    returns_at: datetime | None = None
    """When it goes back to the queue unless its holder worked on it."""
    dispatched_at: datetime | None = None
    dispatched_by: str | None = None
    """The run that offered it."""
    done_at: datetime | None = None
    explanation: dict[str, Any] | None = Field(default=None, sa_type=json_type())

    @property
    def pool(self) -> tuple[str, str]:
        """Whose work it is: a role, and the employer where the role acts for one."""
        return self.role, self.organisation

    @property
    def standing(self) -> Standing:
        """Where it stands in the queue."""
        return Standing(self.lane, self.start_by, self.created_at, self.id)


class ReserveCount(SQLModel, table=True):
    """How many claims that were not acute a class of work has seen since the reserve had its turn.

    A class is all work of a pool that the same people may take: the one skill it asks for, and who is barred from it.
    """

    __tablename__ = "reserve_count"

    role: str = Field(primary_key=True)
    organisation: str = Field(primary_key=True)
    skill: str = Field(primary_key=True)
    not_by: tuple[str, ...] = Field(primary_key=True, sa_type=ARRAY(String, as_tuple=True))
    count: int


class WorkProposal(SQLModel, table=True):
    """That someone who has other work in hand was asked to take acute work first; nobody's work is interrupted else."""

    __tablename__ = "work_proposal"
    __table_args__ = (
        Index(
            "uq_work_proposal_open", "person", "work_item", unique=True, postgresql_where=text("answered_at IS NULL")
        ),
    )

    id: str = Field(primary_key=True)
    work_item: str = Field(foreign_key="work_item.id", index=True)
    person: str
    proposed_at: datetime
    answered_at: datetime | None = None
    accepted: bool | None = None


class WorkAlarm(SQLModel, table=True):
    """That a pool cannot take work that it must: since when, why, and until when."""

    __tablename__ = "work_alarm"
    __table_args__ = (
        Index(
            "uq_work_alarm_rings", "role", "organisation", "kind", unique=True, postgresql_where=text("until IS NULL")
        ),
    )

    id: str = Field(primary_key=True)
    role: str
    organisation: str
    kind: str
    """capacity-full, nobody-there or nobody-may; see :mod:`states.queue.alarms`."""
    since: datetime
    until: datetime | None = None
    waiting: int
    """Items that waited when it began to ring."""


class Term(SQLModel, table=True):
    """A term on an application: a row with what starts it, when it is due and what ends it."""

    __table_args__ = (
        Index("uq_term_running", "subject", "kind", unique=True, postgresql_where=text("ended_on IS NULL")),
        Index("ix_term_provisional", "due_on", postgresql_where=text("provisional AND ended_on IS NULL")),
    )

    id: str = Field(primary_key=True)
    application: str = Field(index=True)
    subject: str
    kind: str
    article: str
    owner: str
    organisation: str = ""
    started_on: date
    """The day of the event that starts it; the term runs from the day after."""
    started_at: datetime | None = None
    """The moment from which a service level of the house counts its working hours; None for a term in days."""
    amount: int
    unit: str
    due_on: date | None = None
    """None while a suspension is running."""
    noticed_on: date | None = None
    """The day on which a notice of delay was announced (Awb 4:14)."""
    extended_until: date | None = None
    """The day that the notice named."""
    provisional: bool = False
    suspendable: bool
    reasons: list[str] = Field(sa_type=json_type())
    ended_on: date | None = None
    ended_by: str | None = None


class TermSuspension(SQLModel, table=True):
    """An interval in which one named term does not run."""

    __tablename__ = "term_suspension"

    id: str = Field(primary_key=True)
    term: str = Field(foreign_key="term.id", index=True)
    since: date
    until: date | None = None
    """The last suspended day; None while it runs."""
    ground: str
    article: str
    attributed_to: str


class Threshold(SQLModel, table=True):
    """A moment on or after a term at which someone is told, or at which it lapses; found by the clock, passed once."""

    __table_args__ = (
        # The tick reads this index only: a million running terms cost it nothing.
        Index("ix_threshold_due", "due_at", postgresql_where=text("passed_at IS NULL AND due_at IS NOT NULL")),
    )

    term: str = Field(primary_key=True, foreign_key="term.id")
    name: str = Field(primary_key=True)
    due_at: datetime | None = None
    passed_at: datetime | None = None
    late: bool = False


class Reminder(SQLModel, table=True):
    """That one recipient was reminded of one threshold; there can be no second row."""

    term: str = Field(primary_key=True, foreign_key="term.id")
    threshold: str = Field(primary_key=True)
    recipient: str = Field(primary_key=True)
    application: str = Field(index=True)
    at: datetime
    outbox: str


class Outbox(SQLModel, table=True):
    """A letter to be sent, written in the transaction of the event that asks for it; facts only."""

    __table_args__ = (Index("ix_outbox_to_send", "next_at", postgresql_where=text("state IN ('pending', 'sending')")),)

    id: str = Field(primary_key=True)
    application: str = Field(index=True)
    letter: str
    language: str = "nl"
    recipient: str
    """The handle of the person who gets it; the address is looked up when it is sent."""
    facts: dict[str, Any] = Field(sa_type=json_type())
    created_at: datetime
    state: str = "pending"
    """pending, sending, sent, outcome-unknown, failed, or held-back where the recipient died."""
    next_at: datetime
    attempts: int = 0
    """How often it was handed to a sender since it was last pending."""
    failures: int = 0
    """How often it was surely not taken."""
    message_id: str = Field(unique=True)
    sent_at: datetime | None = None
    problem: str | None = None


class Digest(SQLModel, table=True):
    """That the work of a person was looked at on a day, for the daily digest; there can be no second row."""

    person: str = Field(primary_key=True, foreign_key="person.id")
    day: date = Field(primary_key=True)
    at: datetime
    outbox: str | None = None
    """The letter; None where there was nothing to tell, or the person does not want it."""


class IdempotencyKey(SQLModel, table=True):
    """What a request with this key was answered, kept for 24 hours; the answer is sealed."""

    __tablename__ = "idempotency_key"

    person: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    route: str
    body_mark: str
    status: int
    answer: bytes = Field(sa_type=LargeBinary)
    expires_at: datetime = Field(index=True)


class FlowRun(SQLModel, table=True):
    """When each flow last ran to its end, and where: the clock steps in when a flow stays away."""

    __tablename__ = "flow_run"

    flow: str = Field(primary_key=True)
    finished_at: datetime
    runner: str
    runs: int = Field(default=0, sa_type=BigInteger)


class Timer(SQLModel, table=True):
    """What runs on time by itself: a flow of Prefect, or a job of the clock; put down by whichever clock knows it."""

    name: str = Field(primary_key=True)
    kind: str
    """flow or tick."""
    schedule: dict[str, Any] = Field(sa_type=json_type())
    """``interval`` in seconds, or ``cron`` with its ``timezone``."""
    known_at: datetime
