"""Positions in a pool: how many items come before some points of its order, read from the index of that order.

Each point costs a few steps into the index. The entries between the points are counted once, whatever the number of
points, and the table itself is not read where the index is up to date.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from rules.queue.order import QueuePosition
from states.tables.work import WorkItem

EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
WAITING = "done_at IS NULL AND assignee IS NULL AND role = :role AND organisation = :organisation"
SKILLS = f"""
    WITH RECURSIVE s(skill) AS (
        (SELECT skill FROM work_item WHERE {WAITING} ORDER BY skill LIMIT 1)
        UNION ALL
        SELECT (SELECT w.skill FROM work_item w WHERE {WAITING} AND w.skill > s.skill ORDER BY w.skill LIMIT 1)
        FROM s WHERE s.skill IS NOT NULL
    )
"""  # noqa: S608  # the parts are our own
"""The skills that the work of a pool requires, each found by one step into the index."""
COUNT_BETWEEN = f"""
    {SKILLS}
    SELECT b.n, sum(c.found) AS found
    FROM unnest(CAST(:lanes AS int[]), CAST(:starts AS timestamptz[]), CAST(:created AS timestamptz[]),
                CAST(:ids AS text[])) WITH ORDINALITY AS b(lane, start_by, created_at, id, n)
    JOIN unnest(CAST(:from_lanes AS int[]), CAST(:from_starts AS timestamptz[]), CAST(:from_created AS timestamptz[]),
                CAST(:from_ids AS text[])) WITH ORDINALITY AS f(lane, start_by, created_at, id, n) ON f.n = b.n
    CROSS JOIN s
    CROSS JOIN LATERAL (
        SELECT count(*) AS found FROM /**/ work_item w
        WHERE {WAITING} AND w.skill = s.skill
        AND (w.lane, w.start_by, w.created_at, w.id) >= (f.lane, f.start_by, f.created_at, f.id)
        AND (w.lane, w.start_by, w.created_at, w.id) < (b.lane, b.start_by, b.created_at, b.id) /**/
    ) c
    WHERE s.skill IS NOT NULL GROUP BY b.n
"""  # noqa: S608  # the parts are our own
COUNT_EXACT = text(COUNT_BETWEEN)
COUNT_CAPPED = text(
    COUNT_BETWEEN.replace("/**/ work_item w", "(SELECT 1 FROM work_item w").replace(" /**/", " LIMIT :cap) z")
)
COUNT_DUE = text(
    f"""
    {SKILLS}
    SELECT coalesce(sum(c.found), 0)
    FROM s CROSS JOIN LATERAL (
        SELECT count(*) AS found FROM work_item w
        WHERE {WAITING} AND w.skill = s.skill
        AND (w.start_by, w.created_at, w.id) < (:start_by, :created_at, :id)
    ) c
    WHERE s.skill IS NOT NULL
    """,  # noqa: S608  # the parts are our own
)

FIRST_ITEMS = text(
    f"""
    {SKILLS}
    SELECT c.* FROM s CROSS JOIN LATERAL (
        SELECT id, action, lane, start_by, created_at FROM work_item w
        WHERE {WAITING} AND w.skill = s.skill
        ORDER BY w.role, w.organisation, w.skill, w.lane, w.start_by, w.created_at, w.id LIMIT :limit
    ) c
    WHERE s.skill IS NOT NULL ORDER BY c.lane, c.start_by, c.created_at, c.id LIMIT :limit
    """,  # noqa: S608  # the parts are our own
)


def counts_before(
    session: Session, role: str, organisation: str, points: Iterable[QueuePosition]
) -> dict[QueuePosition, int]:
    """How many waiting items of a pool come before each of some points of its order."""
    ends = sorted(set(points))
    facts = {"role": role, "organisation": organisation} | ranges_up_to(ends)
    found = dict(session.connection().execute(COUNT_EXACT, facts).tuples().all())
    return dict(zip(ends, accumulate(int(found.get(n, 0)) for n in range(1, len(ends) + 1)), strict=True))


def counts_up_to(
    session: Session, role: str, organisation: str, points: Iterable[QueuePosition], *, cap: int
) -> dict[QueuePosition, int]:
    """As :func:`counts_before`, without points that have ``cap`` items or more before them; for events, fast."""
    ends = sorted(set(points))
    facts = {"role": role, "organisation": organisation, "cap": cap} | ranges_up_to(ends)
    found = dict(session.connection().execute(COUNT_CAPPED, facts).tuples().all())
    sums = accumulate(int(found.get(n, 0)) for n in range(1, len(ends) + 1))
    return {end: count for end, count in zip(ends, sums, strict=True) if count < cap}


def ranges_up_to(ends: Sequence[QueuePosition]) -> dict[str, list[Any]]:
    """The ranges that end at some points, each starting at the end of the previous one."""
    return as_columns("", ends) | as_columns("from_", [start_of_lane(0), *ends][: len(ends)])


def as_columns(prefix: str, points: Sequence[QueuePosition]) -> dict[str, list[Any]]:
    """Points as one list per column."""
    names = ("lanes", "starts", "created", "ids")
    return {f"{prefix}{name}": [point[at] for point in points] for at, name in enumerate(names)}


def due_before(session: Session, role: str, organisation: str, point: QueuePosition) -> int:
    """How many waiting items of a pool, of all lanes, are due before a point: the reserve takes those first."""
    facts = {"role": role, "organisation": organisation, "start_by": point.start_by}
    return int(
        session.connection().execute(COUNT_DUE, {**facts, "created_at": point.created_at, "id": point.id}).scalar_one()
    )


def start_of_lane(lane: int) -> QueuePosition:
    """The point at which a lane starts."""
    return QueuePosition(lane, EARLIEST, EARLIEST, "")


def first_items(session: Session, role: str, organisation: str, limit: int) -> list[tuple[str, QueuePosition]]:
    """The first waiting items of a pool: the action and the position of each."""
    rows = session.connection().execute(FIRST_ITEMS, {"role": role, "organisation": organisation, "limit": limit})
    return [(row.action, QueuePosition(row.lane, row.start_by, row.created_at, row.id)) for row in rows]


def rank(session: Session, item: WorkItem) -> int:
    """The rank of an item: how many waiting items of its pool come before it, plus one."""
    return counts_before(session, *item.pool, [item.position])[item.position] + 1
