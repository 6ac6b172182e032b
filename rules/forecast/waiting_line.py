"""Waiting line of one pool, in queue order; :func:`rules.queue.order.next_of` decides which item is next.

Of everything that waits in a class, two items alone can be next: the first in the order, and the one that is longest
overdue. Two heaps hold them, so a claim costs the same however much waits. The reserve is counted as
:mod:`states.queue.reserve` counts it: per class of work, over the claims that are not acute.
"""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from typing import NamedTuple

from rules.queue.order import ACUTE, QueuePosition, next_of, turn_of_reserve
from rules.queue.skills import suffice


class Item:
    """One piece of work."""

    __slots__ = ("arrived", "job", "position", "stage", "taken")

    def __init__(self, position: QueuePosition, job: int, stage: int, arrived: float) -> None:
        """It waits from the moment at which it came in."""
        self.position = position
        self.job = job
        self.stage = stage
        self.arrived = arrived
        self.taken = False


class Taken(NamedTuple):
    """What a claim takes, and whether the reserve gave it."""

    item: Item
    reserved: bool


class WorkClass:
    """All work of a pool that asks for one skill."""

    def __init__(self, skill: str) -> None:
        """Nothing waits, and nothing was counted."""
        self.skill = skill
        self.seen = 0
        self.waiting = 0
        self.in_order: list[tuple[QueuePosition, Item]] = []
        self.by_age: list[tuple[tuple[datetime, datetime, str], Item]] = []

    def add(self, item: Item) -> None:
        """It waits."""
        heappush(self.in_order, (item.position, item))
        heappush(self.by_age, (item.position.age, item))
        self.waiting += 1

    def first(self) -> Item:
        """The first in the order."""
        while self.in_order[0][1].taken:
            heappop(self.in_order)
        return self.in_order[0][1]

    def oldest(self) -> Item:
        """The one that is due first, whatever its lane."""
        while self.by_age[0][1].taken:
            heappop(self.by_age)
        return self.by_age[0][1]


class Line:
    """What waits in a pool."""

    def __init__(self, reserve: int | None, at: Callable[[float], datetime]) -> None:
        """An empty one.

        Args:
            reserve: every so many claims that are not acute the reserve has its turn; None for never.
            at: what a moment of the simulation is to the rules.
        """
        self.reserve = reserve
        self.at = at
        self.classes: dict[str, WorkClass] = {}
        self.waiting = 0

    def add(self, item: Item, skill: str) -> None:
        """It waits."""
        if skill not in self.classes:
            self.classes[skill] = WorkClass(skill)
        self.classes[skill].add(item)
        self.waiting += 1

    def take(self, skills: tuple[str, ...], moment: float) -> Taken | None:
        """What is next for someone with these skills, none for every skill; None where nothing waits for them."""
        mine = [each for each in self.classes.values() if each.waiting and suffice(skills, each.skill)]
        turn = self.reserve is not None and turn_of_reserve((each.seen for each in mine), self.reserve)
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
