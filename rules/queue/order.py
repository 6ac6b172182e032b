"""The order in which work is given out, and the reserve that keeps the routine from waiting for ever.

This is the order itself, for whoever asks: the claim in PostgreSQL holds it in an index, the forecast and the tests
take it from here. docs/queue.md states the bound on waiting that follows from it, with its proof.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from rules.core.errors import RulesError
from rules.threats.urgency import RANK, Urgency

ACUTE = RANK[Urgency.ACUTE]
LANES = {rank: urgency for urgency, rank in RANK.items()}


class QueuePosition(NamedTuple):
    """Where an item stands: the fields are compared in turn, and the smallest is next."""

    lane: int
    """1 acute, 2 urgent, 3 elevated, 4 routine."""
    start_by: datetime
    created_at: datetime
    id: str

    @property
    def age(self) -> tuple[datetime, datetime, str]:
        """How long it has been overdue, whatever its lane: the smallest is the oldest, and the reserve's."""
        return self.start_by, self.created_at, self.id


class Waits(Protocol):
    """Anything that waits in the queue."""

    @property
    def position(self) -> QueuePosition:
        """Where it stands."""


W = TypeVar("W", bound=Waits)


def next_of(waiting: Iterable[W], at: datetime, *, reserve: bool) -> tuple[W, bool] | None:
    """What is next of everything that someone may take, and whether the reserve gave it; None where nothing waits.

    Acute work goes first. Where it is the turn of the reserve, the item that is longest overdue is next, whatever
    its lane; where nothing is overdue, the order holds.
    """
    all_of = list(waiting)
    first = min(all_of, key=lambda item: item.position, default=None)
    if first is None or first.position.lane == ACUTE or not reserve:
        return None if first is None else (first, False)
    overdue = (item for item in all_of if item.position.start_by <= at)
    oldest = min(overdue, key=lambda item: item.position.age, default=None)
    return (oldest, True) if oldest is not None else (first, False)


def turn_of_reserve(seen: Iterable[int], every: int) -> bool:
    """Whether the next claim is the reserve's: some class of the claimant has seen all others since its last turn."""
    return any(count + 1 >= every for count in seen)


def check_reserve(every: object) -> int:
    """The reserve as it may be: every Nth non-acute claim, a whole number of at least 2.

    Raises:
        RulesError: it is none; with 1 no urgent work would go first any more, with 0 nothing would be reserved.
    """
    if isinstance(every, bool) or not isinstance(every, int) or every < 2:  # noqa: PLR2004  # see above
        raise RulesError(
            f"reserve_every is {every!r}; give a whole number of at least 2, such as 5: with 1 every claim would be "
            "the reserve's and nothing urgent would go first, with 0 the routine would never be reached.",
        )
    return every


def check_returns(after: object) -> object:
    """After how many hours a claim that nobody works on goes back, as it may be: so many for every lane.

    Raises:
        RulesError: a lane has none, or one at which work would come back before it was taken.
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
    """How much work one person may hold, as it may be: a whole number of at least 1.

    Raises:
        RulesError: it is none; with 0 nobody could take anything that is not acute.
    """
    if type(limit) is not int or limit < 1:
        raise RulesError(f"work_in_hand_limit is {limit!r}; give a whole number of at least 1, such as 30.")
    return limit
