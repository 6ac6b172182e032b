"""Outbox of letters: written in the transaction of the event, sent afterwards, each with a stable Message-ID."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from states.errors import NotFoundError
from states.storage.content import content_of_subject, latest
from states.tables.base import new_id
from states.tables.letters import Outbox
from states.tables.people import Language, Person

LEASE = timedelta(minutes=2)
"""The time that a sender has for a letter before another sender may ask for its outcome."""
BACKOFF = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
"""The wait after each failed attempt that may succeed later."""


def post(
    session: Session,
    letter: str,
    *,
    application: str,
    recipient: str,
    facts: Mapping[str, Any],
    at: datetime,
) -> Outbox:
    """Put a letter in the outbox, in the reader's language; it is sent after the commit, or not at all.

    A letter to a deceased person is never sent.
    """
    reader = session.get(Person, recipient)
    key = new_id("letter", 16)
    row = Outbox(
        id=key,
        application=application,
        letter=letter,
        language=(reader and reader.language) or Language.NL,
        recipient=recipient,
        facts=dict(facts),
        created_at=at,
        next_at=at,
        message_id=f"<{key}@veiligadvies>",
        state="held-back" if reader and reader.deceased_on else "pending",
    )
    session.add(row)
    return row


def wanted(reader: Person, letter: str) -> bool:
    """Whether a person wants an optional letter."""
    return letter not in (reader.declined or ())


def hold_back(session: Session, person: str) -> None:
    """Hold back every pending letter to a person for good."""
    for row in session.exec(select(Outbox).where(Outbox.recipient == person, Outbox.state == "pending")):
        row.state = "held-back"


def lease(session: Session, *, at: datetime, limit: int) -> list[Outbox]:
    """Letters to send now, marked ``sending`` until the lease ends; no two senders get the same one.

    A letter with ``attempts`` above one was left ``sending`` by a sender that died: ask the channel for its outcome
    before sending it again.
    """
    query = (
        select(Outbox)
        .where(col(Outbox.state).in_(("pending", "sending")), Outbox.next_at <= at)
        .order_by(col(Outbox.next_at), col(Outbox.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = list(session.exec(query))
    for row in rows:
        row.attempts = 1 if row.state == "pending" else row.attempts + 1
        row.state = "sending"
        row.next_at = at + LEASE
    session.flush()
    return rows


def find(session: Session, key: str) -> Outbox:
    """One letter, locked.

    Raises:
        NotFoundError: there is none.
    """
    row = session.get(Outbox, key, with_for_update=True)
    if row is None:
        raise NotFoundError("letter", key)
    return row


def sent(session: Session, key: str, *, at: datetime) -> None:
    """Mark a letter as accepted by the channel."""
    row = find(session, key)
    row.state, row.sent_at, row.problem = "sent", at, None


def unknown(session: Session, key: str, *, at: datetime) -> None:
    """Mark a letter whose outcome is unknown; a person decides, and it is not resent automatically."""
    row = find(session, key)
    row.state, row.problem, row.next_at = (
        "outcome-unknown",
        "The connection was lost after the text was handed over.",
        at,
    )


def failed(session: Session, key: str, *, at: datetime, problem: str, final: bool) -> None:
    """Mark a letter as not accepted: retry later, or stop if a retry cannot help."""
    row = find(session, key)
    row.problem = problem[:200]
    row.failures += 1
    if final or row.failures > len(BACKOFF):
        row.state = "failed"
    else:
        row.state = "pending"
        row.next_at = at + BACKOFF[row.failures - 1]


def settle(session: Session, key: str, *, arrived: bool, at: datetime) -> Outbox:
    """Settle a letter with an unknown outcome by a person's word, or send a failed one again."""
    row = find(session, key)
    if row.state not in {"outcome-unknown", "failed"}:
        raise NotFoundError("letter whose outcome is open", key)
    if arrived:
        row.state, row.sent_at = "sent", at
    else:
        row.state, row.next_at, row.failures = "pending", at, 0
    return row


def address(session: Session, person: str) -> str:
    """The e-mail address of a person, from the vault.

    Raises:
        NotFoundError: the person is unknown or has no address.
    """
    row = session.get(Person, person)
    if row is None:
        raise NotFoundError("person", person)
    email = latest(content_of_subject(session, row.stream, person), "email")
    if not email:
        raise NotFoundError("e-mail address of", person)
    return str(email)
