"""Work, terms, reminders, letters to send, and what keeps repeated requests harmless."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Index, String, text
from sqlmodel import Field, SQLModel

from rules.queue.order import QueuePosition
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
    def position(self) -> QueuePosition:
        """Where it stands in the queue."""
        return QueuePosition(self.lane, self.start_by, self.created_at, self.id)


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
