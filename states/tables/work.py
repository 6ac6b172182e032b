"""Work tables: work items, the counts of the reserve, proposals and alarms."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Index, String, text
from sqlmodel import Field, SQLModel

from rules.queue.order import QueuePosition
from states.tables.base import json_type

OPEN = text("done_at IS NULL")


class WorkItem(SQLModel, table=True):
    """One task that a person must do next."""

    __tablename__ = "work_item"
    __table_args__ = (
        # The index has the queue's order, so the cost of a claim does not grow with the backlog.
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
        # The list of a pool's open work has this order, and reads one page of it.
        Index(
            "ix_work_item_list", "role", "organisation", "lane", "start_by", "created_at", "id", postgresql_where=OPEN
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
        # The classes of waiting work are read from this index, without reading each item.
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
    """The one skill that it requires, such as ``domain:digital`` or ``region:overijssel``; or empty."""
    not_by: list[str] = Field(default_factory=list, sa_type=ARRAY(String), sa_column_kwargs={"server_default": "{}"})
    """People of the pool who are excluded, because they did an earlier step (separation of duties)."""
    assignee: str | None = None
    claimed_at: datetime | None = None
    returns_at: datetime | None = None
    """When it returns to the queue, unless the assignee works on it before."""
    dispatched_at: datetime | None = None
    dispatched_by: str | None = None
    """The run that offered it."""
    done_at: datetime | None = None
    explanation: dict[str, Any] | None = Field(default=None, sa_type=json_type())

    @property
    def pool(self) -> tuple[str, str]:
        """The pool of the item: a role, and the employer if the role acts for one."""
        return self.role, self.organisation

    @property
    def position(self) -> QueuePosition:
        """The position of the item in the queue."""
        return QueuePosition(self.lane, self.start_by, self.created_at, self.id)


class ReserveCount(SQLModel, table=True):
    """How many claims that were not acute a class of work counted since the reserve's last turn.

    A class is all work of a pool that the same people may take: the skill it requires, and who is excluded.
    """

    __tablename__ = "reserve_count"

    role: str = Field(primary_key=True)
    organisation: str = Field(primary_key=True)
    skill: str = Field(primary_key=True)
    not_by: tuple[str, ...] = Field(primary_key=True, sa_type=ARRAY(String, as_tuple=True))
    count: int


class WorkProposal(SQLModel, table=True):
    """A question to a person who holds other work, whether to take acute work first."""

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
    """A pool that cannot take work that it must: since when, why, and until when."""

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
    """How many items waited when it was raised."""
