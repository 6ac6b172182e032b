"""Reserve: counts the claims of each class of work since the reserve's last turn.

A class is all work of a pool that the same people may take: the skill it requires and who is excluded. A claim that is
not acute counts for every class that the claimant may take. When a class of the claimant has counted N - 1 claims since
its last turn, this claim is the reserve's: it takes the longest overdue item that the claimant may take, and the counts
of all classes of the claimant start again. docs/queue.md proves from this that nothing overdue waits for ever.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ARRAY, String, bindparam, text
from sqlmodel import Session

from rules.core.dated_values import value
from rules.core.dates import office_day
from rules.queue.order import is_reserve_turn
from rules.queue.skills import skills_suffice
from states.queue.pools import walk_classes
from states.tables.work import WorkItem


class WorkClass(NamedTuple):
    """All work of a pool that the same people may take."""

    skill: str
    not_by: tuple[str, ...]
    claims: int
    """Claims by people who may take this class, since the reserve's last turn."""


CLASSES = text(
    walk_classes("skill", "not_by", within="role = :role AND organisation = :organisation")  # noqa: S608  # the parts are our own
    + """
    SELECT class.skill, class.not_by, coalesce(known.count, 0) AS claims
    FROM class LEFT JOIN reserve_count known
      ON known.role = :role AND known.organisation = :organisation
     AND known.skill = class.skill AND known.not_by = class.not_by
    """,
)
COUNTS = text(
    """
    SELECT class.n, known.count
    FROM unnest(:roles, :organisations, :skills, :bars) WITH ORDINALITY AS class(role, organisation, skill, not_by, n)
    JOIN reserve_count known
      ON known.role = class.role AND known.organisation = class.organisation
     AND known.skill = class.skill AND known.not_by = class.not_by::varchar[]
    """,
).bindparams(*(bindparam(name, type_=ARRAY(String)) for name in ("roles", "organisations", "skills", "bars")))
LOCK_COUNTS = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
SAVE_COUNTS = text(
    """
    INSERT INTO reserve_count (role, organisation, skill, not_by, count)
    SELECT :role, :organisation, skill, not_by::text[], count FROM unnest(:skills, :bars, :counts)
        AS class(skill, not_by, count)
    ON CONFLICT (role, organisation, skill, not_by) DO UPDATE SET count = excluded.count
    """,
).bindparams(bindparam("skills", type_=ARRAY(String)), bindparam("bars", type_=ARRAY(String)))


def classes_of(session: Session, role: str, organisation: str, person: str, skills: Sequence[str]) -> list[WorkClass]:
    """The classes of a pool's waiting work that a person may take; the counts hold only under :func:`lock_counts`.

    Args:
        session: the transaction of the claim.
        role: of the pool.
        organisation: the employer of the pool, or empty.
        person: the claimant.
        skills: the person's; empty for every skill.
    """
    rows = session.connection().execute(CLASSES, {"role": role, "organisation": organisation})
    found = (WorkClass(row.skill, tuple(row.not_by), row.claims) for row in rows)
    return [each for each in found if person not in each.not_by and skills_suffice(skills, each.skill)]


def claims_since_turn(session: Session, items: Iterable[WorkItem]) -> dict[str, int]:
    """How many claims the class of each item counted since the reserve's last turn, by item."""
    asked = list(items)
    facts = {
        "roles": [item.role for item in asked],
        "organisations": [item.organisation for item in asked],
        "skills": [item.skill for item in asked],
        "bars": [array_text(item.not_by) for item in asked],
    }
    known = dict(session.connection().execute(COUNTS, facts).tuples().all())
    return {item.id: known.get(number, 0) for number, item in enumerate(asked, 1)}


def array_text(names: Iterable[str]) -> str:
    """Names as PostgreSQL writes an array; the driver sends no arrays of arrays."""
    return "{" + ",".join(f'"{name}"' for name in names) + "}"


def lock_counts(session: Session, role: str, organisation: str) -> None:
    """Lock the counts of a pool until the commit; acute claims never take this lock."""
    session.connection().execute(LOCK_COUNTS, {"name": f"reserve:{role}:{organisation}"})


def is_turn(classes: Sequence[WorkClass], at: datetime) -> bool:
    """Whether the next claim over these classes is the reserve's turn."""
    return is_reserve_turn((each.claims for each in classes), int(value("reserve_every", office_day(at))))


def count_claim(session: Session, role: str, organisation: str, classes: Sequence[WorkClass], *, turn: bool) -> None:
    """Count a claim that is not acute for every class of the claimant; after a turn the counts start again."""
    session.connection().execute(
        SAVE_COUNTS,
        {
            "role": role,
            "organisation": organisation,
            "skills": [each.skill for each in classes],
            "bars": [array_text(each.not_by) for each in classes],
            "counts": [0 if turn else each.claims + 1 for each in classes],
        },
    )
