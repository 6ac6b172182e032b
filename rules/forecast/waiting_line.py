"""Waiting line of one pool, in queue order; :func:`rules.queue.order.next_of` decides which item is next.

Only two items of a class can be next: the first in the order, and the longest overdue. Two heaps hold them, so the
cost of a claim hardly depends on how much waits. The reserve is counted as
:mod:`states.queue.reserve` counts it: per class of work, over the claims that are not acute.
"""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from typing import NamedTuple

from rules.queue.order import ACUTE, QueuePosition, is_reserve_turn, next_of
from rules.queue.skills import skills_suffice


class Item:
    """One work item."""

    __slots__ = ("arrived", "job", "position", "stage", "taken")

    def __init__(self, position: QueuePosition, job: int, stage: int, arrived: float) -> None:
        """Wait from the moment of arrival."""
        self.position = position
        self.job = job
        self.stage = stage
        self.arrived = arrived
        self.taken = False


class Taken(NamedTuple):
    """The claimed item, and whether the reserve chose it."""

    item: Item
    reserved: bool


class WorkClass:
    """All work of a pool that requires one skill."""

    def __init__(self, skill: str) -> None:
        """Start empty, with a count of zero."""
        self.skill = skill
        self.seen = 0
        self.waiting = 0
        self.in_order: list[tuple[QueuePosition, Item]] = []
        self.by_age: list[tuple[tuple[datetime, datetime, str], Item]] = []

    def add(self, item: Item) -> None:
        """Add an item."""
        heappush(self.in_order, (item.position, item))
        heappush(self.by_age, (item.position.age, item))
        self.waiting += 1

    def first(self) -> Item:
        """The first in the order."""
        while self.in_order[0][1].taken:
            heappop(self.in_order)
        return self.in_order[0][1]

    def oldest(self) -> Item:
        """The item that is due first, in any lane."""
        while self.by_age[0][1].taken:
            heappop(self.by_age)
        return self.by_age[0][1]


class WaitingLine:
    """The waiting work of a pool."""

    def __init__(self, reserve: int | None, at: Callable[[float], datetime]) -> None:
        """Start empty.

        Args:
            reserve: every Nth non-acute claim is the reserve's; None for never.
            at: converts a moment of the simulation to an instant.
        """
        self.reserve = reserve
        self.at = at
        self.classes: dict[str, WorkClass] = {}
        self.waiting = 0

    def add(self, item: Item, skill: str) -> None:
        """Add an item."""
        if skill not in self.classes:
            self.classes[skill] = WorkClass(skill)
        self.classes[skill].add(item)
        self.waiting += 1

    def take(self, skills: tuple[str, ...], moment: float) -> Taken | None:
        """The next item for a person with these skills, where no skills means all; None if nothing waits."""
        mine = [each for each in self.classes.values() if each.waiting and skills_suffice(skills, each.skill)]
        turn = self.reserve is not None and is_reserve_turn((each.seen for each in mine), self.reserve)
        heads = [each.first() for each in mine]
        if turn:
            heads += [each.oldest() for each in mine]
        found = next_of(heads, self.at(moment), reserve=turn)
        if found is None:
            return None
        item, reserved = found
        if item.position.lane != ACUTE:
            for each in mine:
                each.seen = 0 if turn else each.seen + 1
        item.taken = True
        of = next(each for each in mine if item in (each.in_order[0][1], each.by_age[0][1]))
        of.waiting -= 1
        self.waiting -= 1
        return Taken(item, reserved)
