"""The reserve, counted: for every class of work, the claims since its last turn.

A class is all work of a pool that the same people may take: the skill it asks for and who is barred from it. A claim
that is not acute counts for every class that its claimant may take. Where a class of the claimant has seen N - 1 since
its last turn, this claim is the reserve's: it goes to what is longest overdue of all that the claimant may take, and
every class of the claimant begins anew. docs/queue.md proves from this that nothing overdue waits for ever.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ARRAY, String, bindparam, text
from sqlmodel import Session

from rules.core.dated_values import value
from rules.core.dates import office_day
from rules.queue.order import turn_of_reserve
from rules.queue.skills import suffice
from states.tables.work import ReserveCount, WorkItem


class WorkClass(NamedTuple):
    """All work of a pool that the same people may take."""

    skill: str
    not_by: tuple[str, ...]
    seen: int
    """Claims since the reserve's last turn, by people who may take it."""


# A walk along the index from one class to the next: as many steps as there are classes, however much work waits.
CLASSES = text(
    """
    WITH RECURSIVE class AS (
        (SELECT skill, not_by FROM work_item
         WHERE role = :role AND organisation = :organisation AND done_at IS NULL AND assignee IS NULL
         ORDER BY skill, not_by LIMIT 1)
        UNION ALL
        SELECT next.skill, next.not_by FROM class CROSS JOIN LATERAL (
            SELECT skill, not_by FROM work_item
            WHERE role = :role AND organisation = :organisation AND done_at IS NULL AND assignee IS NULL
              AND (skill, not_by) > (class.skill, class.not_by)
            ORDER BY skill, not_by LIMIT 1
        ) next
    )
    SELECT class.skill, class.not_by, coalesce(known.count, 0) AS seen
    FROM class LEFT JOIN reserve_count known
      ON known.role = :role AND known.organisation = :organisation
     AND known.skill = class.skill AND known.not_by = class.not_by
    """,
)
HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
COUNT = text(
    """
    INSERT INTO reserve_count (role, organisation, skill, not_by, count)
    SELECT :role, :organisation, skill, not_by::text[], count FROM unnest(:skills, :bars, :counts)
        AS class(skill, not_by, count)
    ON CONFLICT (role, organisation, skill, not_by) DO UPDATE SET count = excluded.count
    """,
).bindparams(bindparam("skills", type_=ARRAY(String)), bindparam("bars", type_=ARRAY(String)))


def classes_of(session: Session, role: str, organisation: str, person: str, skills: Sequence[str]) -> list[WorkClass]:
    """The classes of a pool's waiting work that someone may take; to count on them, hold the reserve.

    Args:
        session: the transaction of the claim.
        role: of the pool.
        organisation: the employer of the pool, or empty.
        person: who claims.
        skills: the person's; empty for every skill.
    """
    rows = session.connection().execute(CLASSES, {"role": role, "organisation": organisation})
    found = (WorkClass(row.skill, tuple(row.not_by), row.seen) for row in rows)
    return [each for each in found if person not in each.not_by and suffice(skills, each.skill)]


def seen_by(session: Session, item: WorkItem) -> int:
    """How many claims the class of an item has seen since the reserve's last turn."""
    known = session.get(ReserveCount, (item.role, item.organisation, item.skill, tuple(item.not_by)))
    return known.count if known is not None else 0


def hold(session: Session, role: str, organisation: str) -> None:
    """Hold the counts of a pool until the commit; acute claims never wait for it."""
    session.connection().execute(HOLD, {"name": f"reserve:{role}:{organisation}"})


def is_turn(classes: Sequence[WorkClass], at: datetime) -> bool:
    """Whether the next claim over these classes is the reserve's."""
    return turn_of_reserve((each.seen for each in classes), int(value("reserve_every", office_day(at))))


def count_claim(session: Session, role: str, organisation: str, classes: Sequence[WorkClass], *, turn: bool) -> None:
    """Count a claim that was not acute for every class of the claimant; after a turn they begin anew."""
    session.connection().execute(
        COUNT,
        {
            "role": role,
            "organisation": organisation,
            "skills": [each.skill for each in classes],
            "bars": ["{" + ",".join(f'"{name}"' for name in each.not_by) + "}" for each in classes],
            "counts": [0 if turn else each.seen + 1 for each in classes],
        },
    )
