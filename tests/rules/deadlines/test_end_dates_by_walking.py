"""End dates of the calculator, compared with a count from day to day by the text of the statute, 2024 through 2028.

The count shares nothing with the product: its Easter is the almanac's, its equated days are typed from the decrees.
"""

from datetime import date, timedelta
from random import Random

import pytest

from rules.business_calendar.closed_days import BeyondHorizonError
from rules.business_calendar.durations import Length, Unit
from rules.deadlines.end_date import due
from rules.deadlines.suspensions import Suspension

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


Term = tuple[int, bool]
"""A number of days, or of weeks where true."""
TERMS = frozenset({*((days, False) for days in range(1, 92)), *((weeks, True) for weeks in range(1, 14))})


def walk(event: date, suspended_days: list[tuple[date, date]]) -> dict[Term, date | None]:
    """From the day after the event, one day at a time, past the end of every term; None outside the calendar."""
    ends: dict[Term, date | None] = {}
    day, counted, working = event, 0, 0
    reached: list[Term] = []
    while len(ends) < len(TERMS):
        day += timedelta(days=1)
        if any(first <= day <= last for first, last in suspended_days):
            continue
        counted += 1
        is_working = day.isoweekday() <= 5 and day not in CLOSED
        working += is_working
        candidates = [(counted, False)] + ([(counted // 7, True)] if counted % 7 == 0 else [])
        reached += [term for term in candidates if term in TERMS]
        for length, weeks in list(reached):
            # art. 4: not to terms of more than ninety days or more than twelve weeks
            law_applies = length <= (12 if weeks else 90)
            at_least_three_days = weeks or length >= 3
            # art. 2, and then art. 1(1)
            if law_applies and day <= LAST and ((at_least_three_days and working < 2) or not is_working):
                continue
            reached.remove((length, weeks))
            ends[length, weeks] = None if law_applies and day > LAST else day
    return ends


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


def some_spans(chance: Random, event: date) -> list[tuple[date, date]]:
    found = []
    for _ in range(chance.choice((1, 1, 2, 3))):
        first = event + timedelta(days=chance.randint(-10, 100))
        found.append((first, first + timedelta(days=chance.randint(0, 25))))
    return found


@pytest.mark.parametrize("year", range(2024, 2029))
@pytest.mark.parametrize("suspended", [False, True], ids=["running on", "suspended"])
def test_every_term_from_every_day_ends_where_a_walk_by_the_statute_ends(year: int, suspended: bool) -> None:
    chance = Random(year)
    compared = 0
    for event in every_day(year):
        spans = some_spans(chance, event) if suspended else []
        suspensions = [Suspension(*span, "g", "a", "p") for span in spans]
        for (length, weeks), expected in walk(event, spans).items():
            held = Length(length, Unit.WEEKS if weeks else Unit.DAYS)
            if expected is None:
                with pytest.raises(BeyondHorizonError):
                    due(event, held, suspensions=suspensions)
                continue
            assert due(event, held, suspensions=suspensions).on == expected, (event, held, spans)
            compared += 1
    # 104 lengths from each day of a year; the last weeks of 2028 run out of the known calendar
    assert compared > 104 * (290 if year == 2028 else 364)


@pytest.mark.parametrize("year", range(2024, 2029))
def test_a_term_counted_backwards_ends_where_a_walk_by_the_statute_ends(year: int) -> None:
    chance = Random(year)
    for event in every_day(year):
        for length in (1, 2, 3, 4, 7, 10, 90, 91, chance.randint(5, 89)):
            found = due(event, Length(length, Unit.DAYS), backwards=True)
            assert found.on == walk_back(event, length), (event, length)
