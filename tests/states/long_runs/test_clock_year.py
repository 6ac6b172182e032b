"""Year of the clock: with one, two and four clocks every reminder is sent once, none is lost, and all agree."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from clock_year import CASES, HEAD, ON, Year, fill, run_year
from office import COORDINATOR, OFFICER, ZILVERDAM, furnish
from prepared_databases import PreparedDatabases

CLOCKS = (1, 2, 4)
pytestmark = pytest.mark.timeout(900)  # three whole years, on a machine that may be busy


@pytest.fixture(scope="module")
def years(prepared_databases: PreparedDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Year]]:
    """The same year, run with one, two and four clocks and senders; with two of them Prefect is off."""
    found = {}
    with prepared_databases.copy("office", furnish):
        pass
    for count in CLOCKS:
        with prepared_databases.copy("year", fill, base="office") as engine:
            found[count] = run_year(engine, tmp_path_factory.mktemp("home"), count, prefect=count != 2)
    return found


@pytest.fixture(params=CLOCKS, ids=lambda count: f"{count} clocks")
def lived(request: pytest.FixtureRequest, years: dict[int, Year]) -> Year:
    return years[request.param]


def utc(month: int, day: int, hour: int) -> datetime:
    return datetime(2028, month, day, hour, tzinfo=UTC)


def thresholds_of(lived: Year, case: str, kind: str, employer: str = ZILVERDAM) -> list[tuple[str, datetime]]:
    """The thresholds of a term in their order, each with its moment."""
    reminded = [item for item in lived.reminders if item[:3] == (CASES[case], kind, employer)]
    return sorted(((item[3], item[5]) for item in reminded), key=lambda pair: (pair[1], pair[0]))


def test_every_reminder_is_sent_exactly_once_and_none_is_lost(lived: Year) -> None:
    assert lived.lost == []
    assert len(lived.reminders) > 55
    assert max(Counter(item[:5] for item in lived.reminders).values()) == 1
    assert sorted(lived.of_reminders) == sorted(lived.letters)


def test_every_letter_is_carried_once(lived: Year) -> None:
    assert Counter(lived.sent) == Counter(lived.asked)
    assert max(Counter(lived.sent).values()) == 1


def test_one_two_and_four_clocks_send_the_same_people_the_same(years: dict[int, Year]) -> None:
    one, two, four = (years[count] for count in CLOCKS)
    assert set(one.reminders) == set(two.reminders) == set(four.reminders)
    assert sorted(one.digests) == sorted(two.digests) == sorted(four.digests)
    assert len(one.asked) == len(two.asked) == len(four.asked)
    assert one.ticks == two.ticks == four.ticks


def test_a_threshold_missed_while_every_clock_was_off_is_passed_late_at_the_start_and_no_other_is_late(
    lived: Year,
) -> None:
    late = {(term, name) for term, name, _, _, was_late in lived.passed if was_late}
    missed = {(term, name) for term, name, due, _, _ in lived.passed if utc(2, 20, 12) < due < ON}
    assert late == missed
    assert len(late) >= 2
    assert all(passed == (ON if (term, name) in missed else due) for term, name, due, passed, _ in lived.passed)


def test_an_employer_that_does_nothing_is_reminded_by_schedule_and_escalated(lived: Year) -> None:
    assert thresholds_of(lived, "late", "takeover") == [
        ("50%", utc(2, 7, 8)),
        ("80%", ON),  # its moment was in the time without a clock
        ("100%", utc(3, 6, 8)),
        ("secretary", utc(3, 7, 8)),
        ("+3d", utc(3, 9, 8)),
        ("coordinator", utc(3, 13, 8)),
        ("+10d", utc(3, 16, 8)),
        ("ministry-contact", utc(3, 20, 8)),
    ]
    # Two weeks of default, its last days in summer time; the penalty lapses, and its decision is due on 24 May.
    assert thresholds_of(lived, "late", "default") == [
        ("50%", utc(3, 22, 8)),
        ("80%", utc(3, 27, 7)),
        ("100%", utc(3, 29, 7)),
    ]
    assert thresholds_of(lived, "late", "penalty")[-1] == ("100%", utc(5, 10, 7))
    assert [name for name, _ in thresholds_of(lived, "late", "penalty-decision")] == [
        "50%", "80%", "100%", "secretary", "+3d", "coordinator", "ministry-contact",
    ]  # fmt: skip


def test_a_suspended_term_reminds_when_it_runs_again_and_a_corrected_one_by_its_new_days(lived: Year) -> None:
    assert thresholds_of(lived, "paused", "takeover") == [
        ("50%", utc(3, 6, 8)), ("80%", utc(3, 23, 8)), ("100%", utc(4, 3, 7)),
    ]  # fmt: skip
    assert thresholds_of(lived, "corrected", "takeover") == [("50%", utc(2, 17, 8)), ("80%", utc(3, 5, 8))]


def test_the_applicant_is_reminded_at_nine_in_winter_and_summer_time_and_the_term_lapses_at_midnight(
    lived: Year,
) -> None:
    assert thresholds_of(lived, "missing", "completion", "") == [
        ("50%", utc(3, 22, 8)), ("80%", utc(3, 27, 7)), ("100%", utc(3, 29, 7)),
    ]  # fmt: skip
    assert thresholds_of(lived, "missing", "not-processed", "")[-1] == ("100%", utc(4, 26, 7))
    lapsed = {passed for _, name, _, passed, _ in lived.passed if name == "lapsed"}
    assert {utc(3, 29, 22), utc(4, 26, 22)} <= lapsed


def test_a_service_level_counts_no_day_on_which_the_office_is_closed(lived: Year) -> None:
    reminded = dict(thresholds_of(lived, "waiting", "authority", ""))
    assert reminded["50%"].date() == date(2028, 5, 22)
    assert reminded["80%"].date() == date(2028, 5, 29)  # not Ascension Day, not the bridge day after it
    assert reminded["100%"].date() == date(2028, 5, 31)
    assert (reminded["coordinator"], reminded["+1d"], reminded["head"]) == (utc(6, 1, 7), utc(6, 1, 7), utc(6, 5, 7))
    assert HEAD.person in {item[4] for item in lived.reminders if item[3] == "head"}


def test_an_undecided_objection_is_escalated_to_the_head_of_the_office(lived: Year) -> None:
    reminded = thresholds_of(lived, "refused", "objection-decision", "")
    assert [name for name, _ in reminded][-4:] == ["100%", "coordinator", "+3d", "head"]
    assert thresholds_of(lived, "refused", "objection", "") == [("80%", utc(6, 12, 7))]
    assert {item[4] for item in lived.reminders if item[3] == "coordinator"} == {COORDINATOR.person}


def test_a_case_taken_over_or_withdrawn_reminds_nobody(lived: Year) -> None:
    assert [name for name, _ in thresholds_of(lived, "autumn", "takeover")] == ["50%", "80%", "100%", "secretary"]
    assert dict(thresholds_of(lived, "autumn", "takeover"))["100%"] == utc(11, 6, 8)  # winter time again
    assert [name for name, _ in thresholds_of(lived, "autumn", "takeover", "gemeente-goudveen")] == ["50%"]
    assert [name for name, _ in thresholds_of(lived, "gone", "takeover")] == ["50%"]


def test_a_digest_is_sent_once_a_day_when_the_office_is_open_and_its_reader_present(lived: Year) -> None:
    assert max(Counter(lived.digests).values()) == 1
    closed = {
        date(2028, 4, 14), date(2028, 4, 17), date(2028, 4, 27), date(2028, 4, 28), date(2028, 5, 5),
        date(2028, 5, 25), date(2028, 5, 26),
    }  # fmt: skip
    days = {day for _, day in lived.digests}
    assert not days & closed
    assert all(day.isoweekday() < 6 for day in days)
    mine = {day for person, day in lived.digests if person == OFFICER.person}
    assert {date(2028, 3, 27), date(2028, 4, 12), date(2028, 5, 4), date(2028, 5, 24), date(2028, 10, 30)} <= mine
    assert not {date(2028, 4, 10), date(2028, 4, 11)} & mine


def test_the_ledger_of_the_year_is_valid(lived: Year) -> None:
    assert lived.problems == []
