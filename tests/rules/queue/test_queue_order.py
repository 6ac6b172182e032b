"""Queue order, as both the claim and the forecast use it."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from rules.core.errors import RulesError
from rules.queue.order import QueuePosition, check_limit, check_reserve, check_returns, is_reserve_turn, next_of
from rules.queue.skills import skills_suffice
from rules.reporting.lateness import check_share


@pytest.mark.parametrize(
    ("skills", "asked", "enough"),
    [
        ((), "", True),
        ((), "domain:home", True),
        (("domain:home",), "", True),
        (("domain:home",), "domain:home", True),
        (("domain:home",), "domain:work", False),
        (("domain:home", "region:utrecht"), "region:utrecht", True),
    ],
)
def test_a_person_without_recorded_skills_has_every_skill(skills: tuple[str, ...], asked: str, *, enough: bool) -> None:
    assert skills_suffice(skills, asked) is enough


@pytest.mark.parametrize(("seen", "turn"), [((), False), ((3,), False), ((4,), True), ((0, 4), True), ((3, 3), False)])
def test_the_reserve_takes_one_claim_after_all_other_claims_of_its_class(seen: tuple[int, ...], *, turn: bool) -> None:
    assert is_reserve_turn(seen, 5) is turn


class Item(NamedTuple):
    """Work with a queue position."""

    position: QueuePosition


NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ACUTE, OVERDUE, OLDEST, LATER, DUE_NOW = (
    Item(QueuePosition(lane, NOW + start * HOUR, NOW, name))
    for lane, start, name in ((1, 0, "a"), (2, -1, "b"), (4, -2, "c"), (2, 1, "d"), (4, 0, "e"))
)


@pytest.mark.parametrize(
    ("waiting", "reserve", "found"),
    [
        ([], False, None),
        ([], True, None),
        ([OLDEST, OVERDUE, ACUTE], True, (ACUTE, False)),
        ([OLDEST, OVERDUE], False, (OVERDUE, False)),
        ([OVERDUE, OLDEST], True, (OLDEST, True)),
        ([LATER], True, (LATER, False)),
        ([LATER, DUE_NOW], True, (DUE_NOW, True)),
    ],
)
def test_the_reserve_takes_what_is_longest_overdue_unless_acute_work_waits_or_nothing_is(
    waiting: list[Item], found: tuple[Item, bool] | None, *, reserve: bool
) -> None:
    assert next_of(waiting, NOW, reserve=reserve) == found


@pytest.mark.parametrize("every", [1, 0, -5, True, False, 5.0, "5", None])
def test_a_reserve_is_a_whole_number_of_at_least_two(every: object) -> None:
    words = (
        r"^reserve_every is .*; give a whole number of at least 2, such as 5: with 1 every claim would be the reserve's"
        r" and nothing urgent would go first, with 0 the routine would never be reached\.$"
    )
    with pytest.raises(RulesError, match=words):
        check_reserve(every)
    assert (check_reserve(2), check_reserve(5)) == (2, 5)


RIGHT = r"give hours above 0 for each of acute, urgent, elevated, routine, such as acute = 2\."
EVERY_LANE = {"acute": 2, "urgent": 16, "elevated": 40, "routine": 80}


@pytest.mark.parametrize(
    ("after", "field"),
    [
        ({"acute": 2}, "urgent"),
        ({**EVERY_LANE, "acute": -2}, "acute"),
        ({**EVERY_LANE, "routine": 0}, "routine"),
        ({**EVERY_LANE, "elevated": True}, "elevated"),
        ({**EVERY_LANE, "later": 100}, "later"),
        (None, "acute"),
    ],
)
def test_a_claim_returns_to_the_queue_after_some_hours_in_every_lane(after: object, field: str) -> None:
    with pytest.raises(RulesError, match=rf"^claim_returns_after\.{field} is wrong; {RIGHT}$"):
        check_returns(after)
    assert check_returns(EVERY_LANE) == EVERY_LANE
    assert check_returns({**EVERY_LANE, "acute": 0.5}) == {**EVERY_LANE, "acute": 0.5}


@pytest.mark.parametrize("limit", [0, -1, True, 2.5, "30", None])
def test_everyone_may_hold_something(limit: object) -> None:
    with pytest.raises(RulesError, match=r"^work_in_hand_limit is .* give a whole number of at least 1"):
        check_limit(limit)
    assert check_limit(1) == 1


@pytest.mark.parametrize("share", [80, 0.0, 1.0, 1, -0.5, "0.8", None])
def test_what_is_at_risk_is_so_before_its_end(share: object) -> None:
    with pytest.raises(RulesError, match=r"^at_risk_share is .* give a share between 0 and 1"):
        check_share(share)
    assert check_share(0.8) == 0.8
