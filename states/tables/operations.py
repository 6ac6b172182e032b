"""Operations tables: idempotency keys, sign-ins in a browser, drafts and searches there, runs of flows, and timers."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, LargeBinary
from sqlmodel import Field, SQLModel

from states.tables.base import json_type


class IdempotencyKey(SQLModel, table=True):
    """The answer to a request with this key, sealed, stored for 24 hours."""

    __tablename__ = "idempotency_key"

    person: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    route: str
    body_mark: str
    status: int
    answer: bytes = Field(sa_type=LargeBinary)
    expires_at: datetime = Field(index=True)


class FlowRun(SQLModel, table=True):
    """The last completed run of a flow, and where; the clock runs a flow whose runs stop."""

    __tablename__ = "flow_run"

    flow: str = Field(primary_key=True)
    finished_at: datetime
    runner: str
    runs: int = Field(default=0, sa_type=BigInteger)


class Timer(SQLModel, table=True):
    """A flow of Prefect or a job of the clock with its schedule, as a clock recorded it."""

    name: str = Field(primary_key=True)
    kind: str
    """flow or tick."""
    schedule: dict[str, Any] = Field(sa_type=json_type())
    """``interval`` in seconds, or ``cron`` with its ``timezone``."""
    known_at: datetime


class Numbering(SQLModel, table=True):
    """Counters that must have no two holders, such as committed claims per pool."""

    name: str = Field(primary_key=True)
    count: int = 0


class PageSession(SQLModel, table=True):
    """A sign-in in a browser: whose, in which role, and until when; only a hash of its token is stored."""

    __tablename__ = "page_session"

    token_hash: str = Field(primary_key=True)
    """SHA-256 of the token in the cookie, in hexadecimal."""
    person: str = Field(index=True)
    role: str
    organisation: str = ""
    """The employer's id, or empty for roles of the advice office."""
    started_at: datetime
    seen_at: datetime
    """The last request, to within a minute."""
    ended_at: datetime | None = None


class Draft(SQLModel, table=True):
    """What a person began to fill in at a place and did not send, sealed."""

    person: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    saved_at: datetime = Field(index=True)


class KeptSearch(SQLModel, table=True):
    """What somebody searched for in one sign-in, sealed, so that the address of the results names nobody."""

    __tablename__ = "kept_search"

    id: str = Field(primary_key=True)
    session: str = Field(index=True)
    """The hash of the session's token; others cannot open it."""
    criteria: bytes = Field(sa_type=LargeBinary)
    made_at: datetime = Field(index=True)
