"""Page sessions: sign-ins in a browser, kept in the database under a hash of the token in the cookie."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from rules.access.sign_in import session_ends
from rules.core.roles import Actor, Role
from states.tables.operations import PageSession
from states.tables.people import Duty

SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last request is kept; each change is a write."""


def hash_of(token: str) -> str:
    """Return the hash under which a session is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """Return the text that a form must send back; only pages of this session can hold it."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


def begin(session: Session, by: Actor, *, at: datetime, began: datetime | None = None) -> str:
    """Begin a session and return its token; ``began`` is the start of the session that it continues in another role."""
    token = secrets.token_urlsafe(32)
    session.add(
        PageSession(
            token_hash=hash_of(token),
            person=by.person,
            role=by.role,
            organisation=by.organisation or "",
            started_at=began or at,
            seen_at=at,
        )
    )
    return token


def actor_of(session: Session, token: str, *, at: datetime) -> Actor | None:
    """Return who is signed in with a token; None if the session ended or the person no longer holds the role."""
    row = session.get(PageSession, hash_of(token))
    if row is None or row.ended_at is not None or at >= session_ends(started_at=row.started_at, seen_at=row.seen_at):
        return None
    if session.get(Duty, (row.person, row.role, row.organisation)) is None:
        return None
    if at - row.seen_at >= SEEN_EVERY:
        row.seen_at = at
    return Actor(row.person, Role(row.role), row.organisation or None)


def end(session: Session, token: str, *, at: datetime) -> datetime | None:
    """End a session, and return when it began."""
    row = session.get(PageSession, hash_of(token))
    if row is not None and row.ended_at is None:
        row.ended_at = at
    return row.started_at if row is not None else None


def end_all(session: Session, person: str, *, at: datetime) -> None:
    """End every session of a person."""
    running = update(PageSession).where(col(PageSession.person) == person, col(PageSession.ended_at).is_(None))
    session.exec(running.values(ended_at=at))


def duties_of(session: Session, person: str) -> list[Actor]:
    """Return the roles in which a person may act, for each employer."""
    query = select(Duty).where(Duty.person == person, Duty.role != Role.ENGINE)
    found = session.exec(query.order_by(col(Duty.role), col(Duty.organisation)))
    return [Actor(duty.person, Role(duty.role), duty.organisation or None) for duty in found]
