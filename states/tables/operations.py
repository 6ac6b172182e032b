"""Operations."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, LargeBinary
from sqlmodel import Field, SQLModel

from states.tables.base import json_type


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
