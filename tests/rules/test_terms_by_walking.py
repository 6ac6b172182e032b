"""The calculator against a walker that goes from day to day by the text of the statute, 2024 through 2028.

The walker has nothing of ours: its Easter is the almanac's, its equated days are typed from the decrees.
"""

from datetime import date, timedelta
from random import Random

import pytest

from rules.calendar import BeyondHorizonError
from rules.lengths import Length, Unit
from rules.suspensions import Suspension
from rules.terms import due

LAST = date(2028, 12, 31)
EASTER = {2023: (4, 9), 2024: (3, 31), 2025: (4, 20), 2026: (4, 5), 2027: (3, 28), 2028: (4, 16)}
EQUATED = """2023-04-28 2023-05-19 2024-05-10 2024-12-27 2025-05-30 2026-01-02 2026-05-15 2027-05-07
2028-04-28 2028-05-26"""
CLOSED = {date.fromisoformat(day) for day in EQUATED.split()}
for _year, (_month, _day) in EASTER.items():
    _easter = date(_year, _month, _day)
    CLOSED |= {_easter + timedelta(days=days) for days in (-2, 1, 39, 50)}
    CLOSED |= {date(_year, 1, 1), date(_year, 5, 5), date(_year, 12, 25), date(_year, 12, 26)}
    CLOSED.add(date(_year, 4, 26) if date(_year, 4, 27).isoweekday() == 7 else date(_year, 4, 27))


def walk(event: date, length: int, weeks: bool, stood_still: list[tuple[date, date]]) -> date | None:
    """From the day after the event, one day at a time; None where the walk leaves the calendar."""
    to_count = length * 7 if weeks else length
    # art. 4: not to terms of more than ninety days or more than twelve weeks
    law_applies = length <= 12 if weeks else length <= 90
    day, counted, working = event, 0, 0
    while True:
        day += timedelta(days=1)
        if any(first <= day <= last for first, last in stood_still):
            continue
        counted += 1
        if law_applies and day > LAST:
            return None
        is_working = day.isoweekday() <= 5 and day not in CLOSED
        working += is_working
        if counted < to_count:
            continue
        if not law_applies:
            return day
        # art. 2, and then art. 1(1)
        if to_count >= 3 and working < 2:
            continue
        if is_working:
            return day


def walk_back(event: date, length: int) -> date:
    """Backwards: art. 1(1) is set aside by art. 1(2), art. 2 is not."""
    day, counted, working = event, 0, 0
    while counted < length or (3 <= length <= 90 and working < 2):
        day -= timedelta(days=1)
        counted += 1
        working += day.isoweekday() <= 5 and day not in CLOSED
    return day


def every_day(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", range(2024, 2029))
def test_a_term_ends_where_a_walk_by_the_statute_ends(year: int) -> None:
    chance = Random(year)
    compared = 0
    for event in every_day(year):
        cases = [(1, False), (2, False), (3, False), *((weeks, True) for weeks in range(1, 14))]
        cases += [(chance.randint(1, 92), False) for _ in range(8)]
        for length, in_weeks in cases:
            spans = []
            for _ in range(chance.choice((0, 0, 1, 2, 3))):
                first = event + timedelta(days=chance.randint(-10, 100))
                spans.append((first, first + timedelta(days=chance.randint(0, 25))))
            suspensions = [Suspension(*span, "g", "a", "p") for span in spans]
            expected = walk(event, length, in_weeks, spans)
            held = Length(length, Unit.WEEKS if in_weeks else Unit.DAYS)
            if expected is None:
                with pytest.raises(BeyondHorizonError):
                    due(event, held, suspensions=suspensions)
                continue
            assert due(event, held, suspensions=suspensions).on == expected, (event, held, spans)
            compared += 1
    assert compared > 6500


@pytest.mark.parametrize("year", range(2024, 2029))
def test_a_term_counted_backwards_ends_where_a_walk_by_the_statute_ends(year: int) -> None:
    chance = Random(year)
    for event in every_day(year):
        for length in (1, 2, 3, 4, 7, 10, 90, 91, chance.randint(5, 89)):
            found = due(event, Length(length, Unit.DAYS), backwards=True)
            assert found.on == walk_back(event, length), (event, length)
