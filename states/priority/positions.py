"""Positions in pools: how many items come before some points of their orders, read from the index of that order.

Each point costs a few steps into the index. The entries between the points are counted once, whatever the number of
points, and the table itself is not read where the index is up to date. Several pools are read at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from rules.queue.order import QueuePosition
from states.tables.work import WorkItem

Pool = tuple[str, str]
"""A role, and the employer if the role acts for one."""
EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
WAITING = "w.done_at IS NULL AND w.assignee IS NULL AND w.role = s.role AND w.organisation = s.organisation"
SKILLS = f"""
    WITH RECURSIVE s(role, organisation, skill) AS (
        SELECT s.role, s.organisation, (SELECT w.skill FROM work_item w WHERE {WAITING} ORDER BY w.skill LIMIT 1)
        FROM unnest(CAST(:roles AS text[]), CAST(:organisations AS text[])) AS s(role, organisation)
        UNION ALL
        SELECT s.role, s.organisation,
               (SELECT w.skill FROM work_item w WHERE {WAITING} AND w.skill > s.skill ORDER BY w.skill LIMIT 1)
        FROM s WHERE s.skill IS NOT NULL
    )
"""  # noqa: S608  # the parts are our own
"""The skills that the work of each pool requires, each found by one step into the index."""
OF_POINT = "JOIN s ON s.role = b.role AND s.organisation = b.organisation"
POINTS = """
    unnest(CAST(:at_roles AS text[]), CAST(:at_organisations AS text[]), CAST(:lanes AS int[]),
           CAST(:starts AS timestamptz[]), CAST(:created AS timestamptz[]), CAST(:ids AS text[]))
        WITH ORDINALITY AS b(role, organisation, lane, start_by, created_at, id, n)
"""
COUNT_BETWEEN = f"""
    {SKILLS}
    SELECT b.n, sum(c.found) AS found
    FROM {POINTS}
    JOIN unnest(CAST(:from_lanes AS int[]), CAST(:from_starts AS timestamptz[]), CAST(:from_created AS timestamptz[]),
                CAST(:from_ids AS text[])) WITH ORDINALITY AS f(lane, start_by, created_at, id, n) ON f.n = b.n
    {OF_POINT}
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
    SELECT b.n, sum(c.found) AS found
    FROM {POINTS} {OF_POINT} CROSS JOIN LATERAL (
        SELECT count(*) AS found FROM work_item w
        WHERE {WAITING} AND w.skill = s.skill
        AND (w.start_by, w.created_at, w.id) < (b.start_by, b.created_at, b.id)
    ) c
    WHERE s.skill IS NOT NULL GROUP BY b.n
    """,  # noqa: S608  # the parts are our own
)

FIRST_ITEMS = text(
    f"""
    {SKILLS}
    SELECT b.role, b.organisation, first.*
    FROM unnest(CAST(:roles AS text[]), CAST(:organisations AS text[])) AS b(role, organisation)
    CROSS JOIN LATERAL (
        SELECT c.* FROM s CROSS JOIN LATERAL (
            SELECT id, action, lane, start_by, created_at FROM work_item w
            WHERE {WAITING} AND w.skill = s.skill
            ORDER BY w.role, w.organisation, w.skill, w.lane, w.start_by, w.created_at, w.id LIMIT :limit
        ) c
        WHERE s.role = b.role AND s.organisation = b.organisation AND s.skill IS NOT NULL
        ORDER BY c.lane, c.start_by, c.created_at, c.id LIMIT :limit
    ) first
    ORDER BY first.lane, first.start_by, first.created_at, first.id
    """,  # noqa: S608  # the parts are our own
)


def counts_before(
    session: Session, points: Mapping[Pool, Iterable[QueuePosition]]
) -> dict[Pool, dict[QueuePosition, int]]:
    """How many waiting items of each pool come before each of some points of its order."""
    return counted(session, COUNT_EXACT, points)


def counts_up_to(
    session: Session, role: str, organisation: str, points: Iterable[QueuePosition], *, cap: int
) -> dict[QueuePosition, int]:
    """As :func:`counts_before`, without points that have ``cap`` items or more before them; for events, fast."""
    found = counted(session, COUNT_CAPPED, {(role, organisation): points}, cap=cap)
    return {end: count for end, count in found[role, organisation].items() if count < cap}


def counted(
    session: Session, statement: Any, points: Mapping[Pool, Iterable[QueuePosition]], **more: Any
) -> dict[Pool, dict[QueuePosition, int]]:
    """How many items come before each point; each range starts at the end of the previous one of its pool."""
    ends = {pool: sorted(set(mine)) for pool, mine in points.items()}
    placed = [(pool, end) for pool, mine in ends.items() for end in mine]
    starts = [start for mine in ends.values() for start in [start_of_lane(0), *mine][: len(mine)]]
    facts = pool_columns(ends) | point_columns(placed) | as_columns("from_", starts) | more
    numbers = dict(session.connection().execute(statement, facts).tuples().all())
    counts = iter([int(numbers.get(n, 0)) for n in range(1, len(placed) + 1)])
    return {pool: dict(zip(mine, accumulate(next(counts) for _ in mine), strict=True)) for pool, mine in ends.items()}


def pool_columns(pools: Iterable[Pool]) -> dict[str, list[str]]:
    """Pools as one list per column."""
    distinct = list(dict.fromkeys(pools))
    return {"roles": [role for role, _ in distinct], "organisations": [employer for _, employer in distinct]}


def point_columns(placed: Sequence[tuple[Pool, QueuePosition]]) -> dict[str, list[Any]]:
    """Points of pools as one list per column."""
    return {
        "at_roles": [role for (role, _), _ in placed],
        "at_organisations": [employer for (_, employer), _ in placed],
    } | as_columns("", [point for _, point in placed])


def as_columns(prefix: str, points: Sequence[QueuePosition]) -> dict[str, list[Any]]:
    """Points as one list per column."""
    names = ("lanes", "starts", "created", "ids")
    return {f"{prefix}{name}": [point[at] for point in points] for at, name in enumerate(names)}


def due_before(session: Session, items: Sequence[WorkItem]) -> dict[str, int]:
    """How many waiting items of its pool, of all lanes, are due before each item: the reserve takes those first."""
    facts = pool_columns(item.pool for item in items) | point_columns([(item.pool, item.position) for item in items])
    found = dict(session.connection().execute(COUNT_DUE, facts).tuples().all())
    return {item.id: int(found.get(n, 0)) for n, item in enumerate(items, 1)}


def start_of_lane(lane: int) -> QueuePosition:
    """The point at which a lane starts."""
    return QueuePosition(lane, EARLIEST, EARLIEST, "")


def first_items(session: Session, pools: Iterable[Pool], limit: int) -> dict[Pool, list[tuple[str, QueuePosition]]]:
    """The first waiting items of each pool in order: the action and the position of each."""
    facts: dict[str, Any] = pool_columns(pools) | {"limit": limit}
    found: dict[Pool, list[tuple[str, QueuePosition]]] = {}
    for row in session.connection().execute(FIRST_ITEMS, facts):
        position = QueuePosition(row.lane, row.start_by, row.created_at, row.id)
        found.setdefault((row.role, row.organisation), []).append((row.action, position))
    return found


def rank(session: Session, item: WorkItem) -> int:
    """The rank of an item: how many waiting items of its pool come before it, plus one."""
    return counts_before(session, {item.pool: [item.position]})[item.pool][item.position] + 1
