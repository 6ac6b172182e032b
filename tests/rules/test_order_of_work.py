"""The order in which work is given out, as the claim and the forecast both ask for it."""

import pytest

from rules.queue import turn_of_reserve
from rules.skills import suffice


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
def test_whoever_has_no_skill_arranged_has_every_one(skills: tuple[str, ...], asked: str, *, enough: bool) -> None:
    assert suffice(skills, asked) is enough


@pytest.mark.parametrize(("seen", "turn"), [((), False), ((3,), False), ((4,), True), ((0, 4), True), ((3, 3), False)])
def test_it_is_the_turn_of_the_reserve_once_a_class_has_seen_all_others(seen: tuple[int, ...], *, turn: bool) -> None:
    assert turn_of_reserve(seen, 5) is turn
