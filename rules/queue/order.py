"""Order in which work is assigned, and the reserve that keeps routine work from waiting forever.

The claim in PostgreSQL keeps the same order in an index; the forecast and the tests take it from here. docs/queue.md
states the resulting bound on waiting, with its proof.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from rules.core.errors import RulesError
from rules.threats.urgency import RANK, Urgency

ACUTE = RANK[Urgency.ACUTE]
LANES = {rank: urgency for urgency, rank in RANK.items()}


class QueuePosition(NamedTuple):
    """The position of an item: the fields are compared in turn, and the smallest is next."""

    lane: int
    """1 acute, 2 urgent, 3 elevated, 4 routine."""
    start_by: datetime
    created_at: datetime
    id: str

    @property
    def age(self) -> tuple[datetime, datetime, str]:
        """The sort key of the reserve, in any lane: the smallest is the longest overdue."""
        return self.start_by, self.created_at, self.id


class Waiting(Protocol):
    """An item that waits in the queue."""

    @property
    def position(self) -> QueuePosition:
        """Its position in the queue."""


W = TypeVar("W", bound=Waiting)


def next_of(waiting: Iterable[W], at: datetime, *, reserve: bool) -> tuple[W, bool] | None:
    """The next item that a person may take, and whether the reserve chose it; None if nothing waits.

    Acute work goes first. At the turn of the reserve the item that is longest overdue is next, in any lane; if nothing
    is overdue, the order holds.
    """
    all_of = list(waiting)
    first = min(all_of, key=lambda item: item.position, default=None)
    if first is None or first.position.lane == ACUTE or not reserve:
        return None if first is None else (first, False)
    overdue = (item for item in all_of if item.position.start_by <= at)
    oldest = min(overdue, key=lambda item: item.position.age, default=None)
    return (oldest, True) if oldest is not None else (first, False)


def is_reserve_turn(seen: Iterable[int], every: int) -> bool:
    """Whether the next claim is the reserve's: one of the claimant's work classes has made enough other claims."""
    return any(count + 1 >= every for count in seen)


def check_reserve(every: object) -> int:
    """Check the reserve: every Nth non-acute claim, a whole number of at least 2.

    Raises:
        RulesError: it is not; with 1 no urgent work would go first any more, with 0 nothing would be reserved.
    """
    if isinstance(every, bool) or not isinstance(every, int) or every < 2:  # noqa: PLR2004  # see above
        raise RulesError(
            f"reserve_every is {every!r}; give a whole number of at least 2, such as 5: with 1 every claim would be "
            "the reserve's and nothing urgent would go first, with 0 the routine would never be reached.",
        )
    return every


def check_returns(after: object) -> object:
    """Check after how many hours an idle claim returns to the queue: a number for every lane.

    Raises:
        RulesError: a lane has no number, or one that is not above 0.
    """
    lanes = [str(urgency) for urgency in Urgency]
    hours = after if isinstance(after, dict) else {}
    wrong = [lane for lane in lanes if type(hours.get(lane)) not in {int, float} or hours[lane] <= 0]
    if wrong or len(hours) != len(lanes):
        raise RulesError(
            f"claim_returns_after.{wrong[0] if wrong else min(set(hours) - set(lanes))} is wrong; give hours "
            f"above 0 for each of {', '.join(lanes)}, such as acute = 2.",
        )
    return after


def check_limit(limit: object) -> object:
    """Check how much work one person may hold: a whole number of at least 1.

    Raises:
        RulesError: it is not; with 0 nobody could take work that is not acute.
    """
    if type(limit) is not int or limit < 1:
        raise RulesError(f"work_in_hand_limit is {limit!r}; give a whole number of at least 1, such as 30.")
    return limit
