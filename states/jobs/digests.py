"""Digests: a daily letter to each person, within their working hours, about their work."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Row, String, bindparam, text
from sqlmodel import Session, col, select

from rules.access.authority import roles_of
from rules.core.dates import office_day
from states.letters import outbox
from states.queue.availability import is_within_hours
from states.tables.letters import Digest
from states.tables.people import Person

LETTER = "digest"
SOON = timedelta(days=7)
"""A term that ends within this period is counted in the digest."""
MAX_WAITING = 1000
"""Waiting work of a pool is counted up to this number."""
MAX_CASES = 100
"""How many cases are named at most."""
DUE_TODAY = text(
    """
    SELECT p.id, a.hours FROM person p LEFT JOIN work_arrangement a ON a.person = p.id
    WHERE p.state = 'active'
      AND EXISTS (SELECT FROM duty d WHERE d.person = p.id AND d.role = ANY(:roles))
      AND NOT EXISTS (SELECT FROM digest g WHERE g.person = p.id AND g.day = :day)
      AND NOT EXISTS (SELECT FROM absence b WHERE b.person = p.id AND b.until >= :day AND b.since <= :day)
    ORDER BY p.id
    """,
).bindparams(bindparam("roles", type_=ARRAY(String)))
CLAIM = text(
    """
    INSERT INTO digest (person, day, at) SELECT unnest(:people), :day, :at ORDER BY 1
    ON CONFLICT DO NOTHING RETURNING person
    """,
).bindparams(bindparam("people", type_=ARRAY(String)))
ASSIGNED = text(
    """
    SELECT w.assignee, count(*) AS held, count(*) FILTER (WHERE w.start_by < :at) AS late,
           array_agg(DISTINCT w.application) AS cases
    FROM work_item w WHERE w.assignee = ANY(:people) AND w.done_at IS NULL GROUP BY w.assignee
    """,
).bindparams(bindparam("people", type_=ARRAY(String)))
ENDING = text(
    """
    SELECT w.assignee, count(DISTINCT t.id) AS terms
    FROM work_item w JOIN term t ON t.application = w.application
    WHERE w.assignee = ANY(:people) AND w.done_at IS NULL AND t.ended_on IS NULL AND t.due_on <= :soon
    GROUP BY w.assignee
    """,
).bindparams(bindparam("people", type_=ARRAY(String)))
WAITING = text(
    """
    SELECT d.person, sum(c.found) AS waiting
    FROM duty d CROSS JOIN LATERAL (
        SELECT count(*) AS found FROM (
            SELECT FROM work_item w WHERE w.role = d.role AND w.organisation = d.organisation
            AND w.done_at IS NULL AND w.assignee IS NULL AND NOT d.person = ANY(w.not_by) LIMIT :many
        ) w
    ) c
    WHERE d.person = ANY(:people) GROUP BY d.person
    """,
).bindparams(bindparam("people", type_=ARRAY(String)))


def post_due(session: Session, *, at: datetime, limit: int) -> int:
    """Post the digests of people who are at work now and got none today.

    People without work and absent people get no digest. A person is handled once a day, with any number of clocks and
    whatever happened to an earlier digest.

    Returns:
        How many people were handled.
    """
    day = office_day(at)
    roles = [str(role) for role in roles_of("work", "claim")]
    due = session.connection().execute(DUE_TODAY, {"roles": roles, "day": day})
    present = [row.id for row in due if is_within_hours(row.hours or {}, at)][:limit]
    if not present:
        return 0
    claimed = list(session.connection().execute(CLAIM, {"people": present, "day": day, "at": at}).scalars())
    for person, facts in digest_facts(session, claimed, at):
        posted = outbox.post(session, LETTER, application=f"digest-{day}", recipient=person, facts=facts, at=at)
        session.get_one(Digest, (person, day)).outbox = posted.id
    session.flush()
    return len(claimed)


def digest_facts(session: Session, people: Sequence[str], at: datetime) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The facts of the digests of people who have work and did not decline digests: counts and case numbers only."""
    if not people:
        return
    run = session.connection().execute
    facts = {"people": list(people), "at": at, "soon": office_day(at) + SOON, "many": MAX_WAITING}
    in_hand: dict[str, Row[Any]] = {row.assignee: row for row in run(ASSIGNED, facts)}
    ending = {row.assignee: row.terms for row in run(ENDING, facts)}
    waiting = {row.person: int(row.waiting) for row in run(WAITING, facts)}
    readers = {row.id: row for row in session.exec(select(Person).where(col(Person.id).in_(people)))}
    for person in people:
        held = in_hand.get(person)
        if (held is None and not waiting.get(person)) or not outbox.wanted(readers[person], LETTER):
            continue
        yield (
            person,
            {
                "in_hand": held.held if held else 0,
                "late": held.late if held else 0,
                "terms": ending.get(person, 0),
                "waiting": waiting.get(person, 0),
                "cases": sorted(held.cases)[:MAX_CASES] if held else [],
            },
        )
