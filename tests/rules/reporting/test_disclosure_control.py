"""Disclosure control: a published report hides small numbers, and they cannot be computed from the rest."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.core.regulation import Province, PublicOffice
from rules.reporting.disclosure_control import Limits, hidden, is_hidden, is_sensitive, limits, summed
from rules.reporting.periods import quarter_of
from rules.reporting.progress_report import (
    ALL,
    DECISIONS,
    OTHER,
    OWNERS,
    UNKNOWN,
    URGENT,
    WAITS,
    Case,
    Decided,
    QuarterReport,
    TermEnded,
    report,
    total,
)

HELD = limits(date(2026, 3, 2))
FIRST = date(2026, 1, 1)
QUARTERS = [quarter_of(date(2026, month, 1)) for month in (1, 4, 7)]
RANGES = [QUARTERS[:1], QUARTERS[:2], QUARTERS, QUARTERS[1:], QUARTERS[2:]]
"""Reports that overlap."""
EMPLOYERS = [f"gemeente-{name}" for name in "abcdefgh"]


def spread_over(count: int, employers: int = 4) -> Counter[str]:
    """Some cases, even over some employers."""
    return Counter(EMPLOYERS[number % employers] for number in range(count))


def test_the_limits_are_those_of_the_house() -> None:
    assert Limits(cases=5, employers=3, dominance=0.75, median=10, tails=30) == limits(FIRST)


@pytest.mark.parametrize(
    ("cases", "says_too_much"),
    [
        ({}, False),
        ({"a": 0}, False),
        ({"a": 2, "b": 1, "c": 1}, True),
        ({"a": 2, "b": 2, "c": 1}, False),
        ({"a": 20, "b": 20}, True),
        ({"a": 20, "b": 20, "c": 0}, True),
        ({"a": 6, "b": 1, "c": 1}, False),
        ({"a": 7, "b": 1, "c": 1}, True),
    ],
)
def test_few_cases_few_employers_or_one_large_one_disclose_too_much(cases: dict[str, int], says_too_much: bool) -> None:
    assert is_sensitive(cases, HELD) is says_too_much


def test_an_empty_total_is_hidden_like_a_small_one() -> None:
    assert is_hidden({}, HELD)
    assert is_hidden({"a": 0}, HELD)
    assert is_hidden(spread_over(4), HELD)
    assert not is_hidden(spread_over(5), HELD)


def test_nothing_is_hidden_where_every_part_may_be_known() -> None:
    assert hidden({"mayor": spread_over(5), "alderman": spread_over(9), "none": Counter()}, HELD) == frozenset()


def test_a_small_part_hides_the_smallest_other_with_it() -> None:
    parts = {"a": spread_over(3), "b": spread_over(20), "c": spread_over(9), "none": Counter[str]()}
    assert hidden(parts, HELD) == {"a", "c"}


def test_of_two_that_are_as_small_the_first_by_name_is_hidden() -> None:
    parts = {"z": spread_over(8), "x": spread_over(2), "b": spread_over(8)}
    assert hidden(parts, HELD) == {"x", "b"}


def test_two_small_parts_that_leave_too_narrow_a_range_hide_more() -> None:
    assert hidden({"a": spread_over(3), "b": spread_over(3), "c": spread_over(20)}, HELD) == {"a", "b", "c"}
    assert hidden({"a": spread_over(4), "b": spread_over(3), "c": spread_over(20)}, HELD) == {"a", "b"}


def test_what_is_hidden_together_is_hidden_from_an_employer_that_knows_its_own() -> None:
    parts = {"a": Counter(a=4), "b": Counter(b=4), "c": spread_over(20)}
    assert hidden(parts, HELD) == {"a", "b", "c"}


def test_where_the_filled_parts_do_not_suffice_the_empty_ones_are_hidden_too() -> None:
    parts = {"a": Counter(a=2, b=2), "b": Counter(c=1), "none": Counter[str]()}
    assert hidden(parts, HELD) == {"a", "b", "none"}


def test_numbers_together_have_the_cases_of_all() -> None:
    assert summed([Counter(a=1, b=2), Counter(b=3)]) == {"a": 1, "b": 5}
    assert summed([]) == {}


Cell = tuple[str, str, str, str]
"""Quarter, what is counted, by what, which part."""


class Attack:
    """A reader of some reports: all equations between their numbers, and the bounds that follow from them."""

    def __init__(self, reports: Iterable[Sequence[QuarterReport]]) -> None:
        self.low: dict[Cell, float] = {}
        self.high: dict[Cell, float] = {}
        self.equations: list[tuple[Cell, list[Cell]]] = []
        self.known: dict[Cell, int] = {}
        for found in reports:
            for one in found:
                self.learn(one)
            self.learn_totals(found)
        while self.narrow():
            pass

    def learn(self, one: QuarterReport) -> None:
        name = one.quarter.name
        for table in one.tables:
            root: Cell = (name, table.of, ALL, ALL)
            cells: dict[str, Cell] = {part: (name, table.of, table.by, part) for part in table.parts}
            self.disclose(root, table.whole)
            none_shown = 0 in table.parts.values()
            for part, count in table.parts.items():
                self.disclose(cells[part], count)
                if count is None and table.whole is not None and none_shown:
                    self.low[cells[part]] = 1  # a zero would be shown
            self.equations.append((root, list(cells.values())))

    def learn_totals(self, found: Sequence[QuarterReport]) -> None:
        """The sums over all quarters of a report."""
        names = "+".join(one.quarter.name for one in found)
        for table in found[0].tables:
            parts = [] if table.by == "month" else list(table.parts)
            for part in (ALL, *parts):
                by = ALL if part == ALL else table.by
                root: Cell = (names, table.of, by, part)
                if len(found) > 1:
                    self.disclose(root, total(found, table.of, table.by, part))
                    self.equations.append((root, [(one.quarter.name, table.of, by, part) for one in found]))

    def disclose(self, cell: Cell, count: int | None) -> None:
        self.low.setdefault(cell, 0)
        self.high.setdefault(cell, inf)
        if count is not None:
            assert self.known.setdefault(cell, count) == count, "two reports say different things"
            self.low[cell] = self.high[cell] = count

    def narrow(self) -> bool:
        """Apply every equation once and return whether any bound became narrower."""
        narrower = False
        for root, cells in self.equations:
            lows, highs = sum(self.low[cell] for cell in cells), sum(self.high[cell] for cell in cells)
            open_ended = sum(self.high[cell] == inf for cell in cells)
            narrower |= self.bound(root, lows, highs)
            for cell in cells:
                alone = open_ended == 1 and self.high[cell] == inf
                others_high = sum(self.high[other] for other in cells if other != cell) if alone else highs
                if not open_ended:
                    others_high -= self.high[cell]
                narrower |= self.bound(
                    cell,
                    self.low[root] - others_high,
                    self.high[root] - (lows - self.low[cell]),
                )
        return narrower

    def bound(self, cell: Cell, low: float, high: float) -> bool:
        before = self.low[cell], self.high[cell]
        self.low[cell], self.high[cell] = max(before[0], low), min(before[1], high)
        return before != (self.low[cell], self.high[cell])


days = st.integers(0, 272).map(lambda number: FIRST + timedelta(days=number))
employers = st.sampled_from(EMPLOYERS)
few = st.sampled_from(EMPLOYERS[:3])
case_list = st.lists(
    st.builds(
        Case,
        days,
        st.sampled_from([PublicOffice.MAYOR, PublicOffice.ALDERMAN, PublicOffice.KINGS_COMMISSIONER]),
        st.sampled_from([Province.DRENTHE, Province.UTRECHT, Province.ZEELAND, UNKNOWN]),
        st.one_of(employers, few),
        st.booleans(),
        st.dictionaries(st.sampled_from(WAITS), st.integers(0, 200)),
    ),
    max_size=60,
)
decided_list = st.lists(st.builds(Decided, days, st.sampled_from(DECISIONS), employers), max_size=40)
term_list = st.lists(st.builds(TermEnded, days, st.sampled_from(OWNERS), employers, st.booleans()), max_size=40)


@settings(max_examples=40, deadline=None)
@given(case_list, decided_list, term_list)
def test_no_hidden_number_follows_from_all_reports_together(
    cases: list[Case], decided: list[Decided], terms: list[TermEnded]
) -> None:
    reports = [report(quarters, cases, decided, terms, HELD) for quarters in RANGES]
    attack = Attack(reports)
    for one in reports[2]:
        for table in one.tables:
            if table.whole is None:
                root = (one.quarter.name, table.of, ALL, ALL)
                assert attack.high[root] == inf
                assert set(table.parts.values()) == {None}
                continue
            assert table.whole >= HELD.cases
            for part, count in table.parts.items():
                cell = (one.quarter.name, table.of, table.by, part)
                assert count is None or count == 0 or count >= HELD.cases
                if count is None:
                    assert attack.high[cell] - attack.low[cell] >= HELD.cases, (table, part)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([URGENT, OTHER]), employers), min_size=5, max_size=12), st.booleans())
def test_every_way_to_fill_the_hidden_parts_leaves_a_wide_range(
    cases: list[tuple[str, str]],
    third: bool,
) -> None:
    """Of small tables every filling is tried, so that the result does not depend on reasoning about bounds."""
    names = [URGENT, OTHER, "third"] if third else [URGENT, OTHER]
    parts = {name: Counter(employer for part, employer in cases if part == name) for name in names}
    gone = sorted(hidden(parts, HELD))
    if is_hidden(summed(parts.values()), HELD) or not gone:
        return
    rest = sum(part.total() for name, part in parts.items() if name in gone)
    none_shown = any(not part.total() for name, part in parts.items() if name not in gone)
    fillings = [way for way in product(range(int(none_shown), rest + 1), repeat=len(gone)) if sum(way) == rest]
    for place, name in enumerate(gone):
        values = {way[place] for way in fillings}
        assert len(values) > HELD.cases, (parts, name)
        assert parts[name].total() in values


@settings(max_examples=60, deadline=None)
@given(case_list)
def test_a_median_rests_on_enough_cases_of_enough_employers(cases: list[Case]) -> None:
    for one in report(QUARTERS, cases, [], [], HELD):
        mine = [case for case in cases if quarter_of(case.received_on) == one.quarter]
        for wait in one.waits:
            asked = {ALL: lambda _: ALL, "office": lambda case: case.office, "province": lambda case: case.province}
            part_of = asked.get(wait.by, lambda case: URGENT if case.urgent else OTHER)
            behind = [case for case in mine if part_of(case) == wait.part and wait.of in case.waits]
            if wait.median is not None:
                assert len(behind) >= HELD.median
                assert not is_sensitive(Counter(case.employer for case in behind), HELD)
            assert (wait.p10 is None) == (wait.p90 is None)
            assert wait.p90 is None or (wait.median is not None and len(behind) >= HELD.tails)


def many(count: int, on: date = FIRST, **more: object) -> list[Case]:
    """Cases that differ in their employers only."""
    facts: Mapping[str, object] = {"office": "mayor", "province": "utrecht", "urgent": False, "waits": {}, **more}
    return [
        Case(on, employer=EMPLOYERS[number % 5], **facts)  # type: ignore[arg-type]
        for number in range(count)
    ]


def test_a_report_counts_by_quarter_month_office_province_and_urgency() -> None:
    cases = many(6) + many(7, date(2026, 2, 28), office="alderman", province=UNKNOWN, urgent=True)
    cases += many(5, date(2026, 4, 1))
    first, second = report(QUARTERS[:2], cases, [], [], HELD)
    by = {table.by: table for table in first.tables if table.of == "received"}
    assert {table.whole for table in by.values()} == {13}
    assert by["month"].parts == {"2026-01": 6, "2026-02": 7, "2026-03": 0}
    assert {part: count for part, count in by["office"].parts.items() if count} == {"mayor": 6, "alderman": 7}
    assert {part: count for part, count in by["province"].parts.items() if count} == {"utrecht": 6, UNKNOWN: 7}
    assert by["urgency"].parts == {URGENT: 7, OTHER: 6}
    assert len(by["office"].parts) == len(PublicOffice)
    assert len(by["province"].parts) == len(Province) + 1
    assert total([first, second], "received", "office", ALL) == 18
    assert total([first, second], "received", "office", "mayor") == 11
    assert total([first, second], "received", "urgency", URGENT) == 7


def test_a_sum_over_quarters_is_known_only_where_each_of_them_is_shown() -> None:
    found = report(QUARTERS[:2], many(6) + many(4, date(2026, 4, 1)), [], [], HELD)
    assert total(found, "received", "office", ALL) is None
    assert total(found, "received", "office", "mayor") is None
    assert total(found[:1], "received", "office", ALL) == 6


def test_decisions_and_terms_count_in_the_quarter_in_which_they_fell() -> None:
    decided = [Decided(date(2026, 5, 1), "advice", EMPLOYERS[number % 4]) for number in range(8)]
    decided += [Decided(date(2026, 5, 1), "refused", EMPLOYERS[number % 4]) for number in range(6)]
    terms = [TermEnded(date(2026, 9, 30), "employer", EMPLOYERS[number % 5], number > 5) for number in range(12)]
    terms += [TermEnded(date(2026, 9, 30), "office", EMPLOYERS[number % 5], kept=True) for number in range(7)]
    _, second, third = report(QUARTERS, [], decided, terms, HELD)
    (ways,) = [table for table in second.tables if table.of == "decided"]
    assert (ways.by, ways.whole) == ("how", 14)
    assert ways.parts == {"advice": 8, "no-measures": 0, "refused": 6, "not-processed": 0, "ended-otherwise": 0}
    kept = {table.of: table for table in third.tables if table.of.startswith("terms-")}
    assert (kept["terms-employer"].whole, kept["terms-employer"].parts) == (12, {"kept": 6, "missed": 6})
    assert (kept["terms-office"].whole, kept["terms-office"].parts) == (7, {"kept": 7, "missed": 0})
    assert kept["terms-security-authority"].whole is None
    assert {table.by for table in kept.values()} == {"outcome"}


def test_waits_are_whole_days_of_all_and_of_each_part_that_is_shown() -> None:
    cases = [
        case._replace(waits={"interview": 10 + number})
        for number, case in enumerate(many(30) + many(9, office="alderman") + many(4, office="water-board-chair"))
    ]
    (found,) = report(QUARTERS[:1], cases, [], [], HELD)
    waits = {(wait.by, wait.part, wait.of): wait for wait in found.waits}
    assert waits[ALL, ALL, "interview"][3:] == (14, 31, 48)
    assert waits["office", "mayor", "interview"][3:] == (13, 25, 36)
    assert waits["office", "alderman", "interview"].median is None  # hidden beside the chairs of water boards
    assert waits[ALL, ALL, "takeover"][3:] == (None, None, None)
    assert not any(wait.by == "month" for wait in found.waits)
    ten = [case._replace(waits={"adoption": 3}) for case in many(10)]
    (found,) = report(QUARTERS[:1], ten, [], [], HELD)
    assert {(wait.by, wait.p10, wait.median) for wait in found.waits if wait.median} == {
        (by, None, 3) for by in (ALL, "office", "province", "urgency")
    }
    (found,) = report(QUARTERS[:1], ten[:9], [], [], HELD)
    assert not any(wait.median for wait in found.waits)
    alike = [case._replace(employer="a" if number < 8 else case.employer) for number, case in enumerate(ten)]
    mixed = alike + many(10)
    (found,) = report(QUARTERS[:1], mixed, [], [], HELD)
    assert not any(wait.median for wait in found.waits), "one employer makes up most of what waited"
