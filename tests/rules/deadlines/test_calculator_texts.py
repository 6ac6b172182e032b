"""Calculator texts, word for word: answers and refusals that a reader can check."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from rules.business_calendar.durations import Length, Unit
from rules.core.errors import QuestionError, RulesError
from rules.deadlines.calculator import Question, calculate
from rules.deadlines.end_date import Due, due, due_or_provisional, extended
from rules.deadlines.suspensions import Suspension

ATW = "Algemene termijnenwet"
ONE_DAY = "Write a day as 2026-02-20."
NO_30_FEBRUARY = "There is no day 2026-02-30; write one as 2026-02-20."
NAMED: dict[str, Any] = {"service_level": True, "level": "intake", "lane": "acute"}


@pytest.mark.parametrize(
    ("asked", "parameter", "words"),
    [
        ({}, "weeks", "Say how long the term is; give one of hours, days, weeks, months, years."),
        (
            {"weeks": 6, "days": 3},
            "weeks",
            "A term has one length; give exactly one of hours, days, weeks, months, years.",
        ),
        ({"weeks": 0}, "weeks", "A term lasts at least one of its unit, not 0 weeks."),
        ({"since": "2026-02-20T16:00", "weeks": 6}, "from", "A term is counted from a day; leave the time out."),
        (
            {"weeks": 6, "backwards": True, "suspended": ["2026-02-01..2026-02-02"]},
            "suspended",
            "A term that is counted backwards cannot be suspended; leave one out.",
        ),
        (
            {"years": 9000},
            "from",
            "The term leaves the years that can be counted; ask for a shorter one.",
        ),
        ({**NAMED, "level": None}, "lane", "A lane goes with a service level by name, such as intake."),
        (
            {**NAMED, "service_level": False},
            "level",
            "A level is named for a service level; ask for one, or leave the name out.",
        ),
        (
            {**NAMED, "level": "tea"},
            "level",
            (
                "There is no such service level; these are known: advice, authority, booking, intake, interview, loan,"
                " objection, provision, settlement, takeover."
            ),
        ),
        ({**NAMED, "lane": "fast"}, "lane", "The hours differ by lane; give one of acute, urgent, elevated, routine."),
        (
            {"since": "2026-02-30", "weeks": 6},
            "from",
            NO_30_FEBRUARY,
        ),
        (
            {"weeks": 6, "suspended": ["2026-03-00..2026-03-40"]},
            "suspended",
            "There is no day 2026-03-00; write one as 2026-02-20.",
        ),
        ({"weeks": 6, "suspended": ["2026-02-30..2026-03-10..2026-03-20"]}, "suspended", NO_30_FEBRUARY),
        ({**NAMED, "lane": None}, "lane", "The hours differ by lane; give one of acute, urgent, elevated, routine."),
        ({**NAMED, "days": 6}, "days", "A service level by name has its own length; leave this one out."),
        ({**NAMED, "backwards": True}, "backwards", "Hours of a service level only run on; leave this out."),
        (
            {"service_level": True, "hours": 2, "suspended": ["2026-03-01.."]},
            "suspended",
            "Hours of a service level only run on; leave this out.",
        ),
        ({"since": "20-02-2026", "weeks": 6}, "from", ONE_DAY),
        (
            {"since": "noon", "weeks": 6},
            "from",
            "Write a day as 2026-02-20, or a moment as 2026-02-20T16:30.",
        ),
        (
            {"weeks": 6, "suspended": ["2026-03-01"]},
            "suspended",
            "Write a suspension as 2026-03-01..2026-03-10, its first and last day.",
        ),
        ({"weeks": 6, "suspended": ["soon.."]}, "suspended", ONE_DAY),
        ({"weeks": 6, "suspended": ["2026-03-01..soon"]}, "suspended", ONE_DAY),
        (
            {"weeks": 6, "suspended": ["2026-03-02..2026-03-01"]},
            "suspended",
            "A suspension from 2026-03-02 cannot end on 2026-03-01; correct one of the days.",
        ),
    ],
)
def test_a_refusal_names_the_parameter_to_correct_and_says_how(
    asked: dict[str, Any], parameter: str, words: str
) -> None:
    with pytest.raises(QuestionError) as caught:
        calculate(Question(**{"since": "2026-02-20", **asked}))
    assert caught.value.parameter == parameter
    assert str(caught.value) == words


FROM_21_FEBRUARY = "is counted from Saturday 21 February 2026, the day after the event."


@pytest.mark.parametrize(
    ("asked", "reasons"),
    [
        (
            {"weeks": 6},
            (
                f"The term of 6 weeks {FROM_21_FEBRUARY}",
                (
                    "No term ends on Friday 3 April 2026 (Good Friday), Saturday 4 April 2026, Sunday 5 April 2026,"
                    f" Monday 6 April 2026 (Easter Monday): it is extended to Tuesday 7 April 2026 ({ATW} art. 1(1))."
                ),
            ),
        ),
        (
            {"since": "2026-04-13", "days": 10, "backwards": True},
            (
                "The term of 10 days is counted from Sunday 12 April 2026, the day before the event.",
                f"The term is counted backwards, so it stays on Friday 3 April 2026 (Good Friday) ({ATW} art. 1(2)).",
            ),
        ),
        (
            {"weeks": 6, "service_level": True},
            (f"The term of 6 weeks {FROM_21_FEBRUARY}", f"No law sets this term, so the {ATW} does not extend it."),
        ),
        (
            {"weeks": 13},
            (
                f"The term of 13 weeks {FROM_21_FEBRUARY}",
                f"The {ATW} does not apply to a term of 13 weeks (its art. 4).",
            ),
        ),
        (
            {"since": "2026-03-02", "weeks": 4, "suspended": ["2026-03-30.."]},
            (
                "The term of 4 weeks is counted from Tuesday 3 March 2026, the day after the event.",
                (
                    "Suspended since Monday 30 March 2026, with no end yet: said to be suspended (Awb 4:15). So the"
                    " term has no end either."
                ),
            ),
        ),
        (
            {"since": "2026-03-02", "weeks": 4, "suspended": ["2026-03-09..2026-03-14"]},
            (
                "The term of 4 weeks is counted from Tuesday 3 March 2026, the day after the event.",
                (
                    "Not counted, from Monday 9 March 2026 through Saturday 14 March 2026: said to be suspended"
                    " (Awb 4:15)."
                ),
                (
                    "No term ends on Sunday 5 April 2026, Monday 6 April 2026 (Easter Monday): it is extended to"
                    f" Tuesday 7 April 2026 ({ATW} art. 1(1))."
                ),
            ),
        ),
        (
            {"since": "2026-04-01", "days": 3},
            (
                "The term of 3 days is counted from Thursday 2 April 2026, the day after the event.",
                (
                    "The term would run to Saturday 4 April 2026, but a term of at least three days holds two days that"
                    f" are no Saturday, Sunday or holiday: it runs to Tuesday 7 April 2026 ({ATW} art. 2)."
                ),
            ),
        ),
        (
            {"since": "2026-03-28T12:00", **NAMED, "level": "advice"},
            (
                "Acute work is counted in plain hours, nights and weekends too: 16 from Saturday 28 March 2026 12:00.",
                "They have passed on Sunday 29 March 2026 05:00.",
            ),
        ),
        (
            {"since": "2026-03-06T16:00", **NAMED, "lane": "urgent"},
            (
                "House service level: 8 hours of office time from Friday 6 March 2026 16:00; no law sets it.",
                "They have passed on Monday 9 March 2026 16:00.",
            ),
        ),
    ],
)
def test_an_answer_gives_its_reasons_in_order(asked: dict[str, Any], reasons: tuple[str, ...]) -> None:
    assert calculate(Question(**{"since": "2026-02-20", **asked})).reasons == reasons


def test_a_service_level_in_hours_ends_at_a_moment_and_a_term_on_a_day() -> None:
    found = calculate(Question("2026-03-28T23:30", service_level=True, level="intake", lane="acute"))
    assert found.at == datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    assert found.due_on == date(2026, 3, 29)
    assert calculate(Question("2026-02-20", weeks=6)).at is None


# A notice of delay (Awb 4:14).


def test_a_named_day_is_the_end_also_on_a_sunday_and_later_suspensions_push_it() -> None:
    announced_on, sunday = date(2026, 3, 2), date(2026, 3, 29)
    notice = "The notice of delay of Monday 2 March 2026 names Sunday 29 March 2026 as its last day (Awb 4:14)."
    assert extended(announced_on, sunday) == Due(sunday, sunday, (notice,))
    week = Suspension(date(2026, 3, 9), date(2026, 3, 15), "awaiting completion", "Awb 4:15(1)(a)", "applicant")
    before = Suspension(date(2026, 2, 9), date(2026, 3, 2), "force majeure", "Awb 4:15(2)(c)", "owner")
    pushed = Due(
        date(2026, 4, 5),
        sunday,
        (
            notice,
            "Not counted, from Monday 9 March 2026 through Sunday 15 March 2026: awaiting completion (Awb 4:15(1)(a)).",
        ),
    )
    assert extended(announced_on, sunday, [before, week]) == pushed
    after = Suspension(date(2026, 4, 6), None, "force majeure", "Awb 4:15(2)(c)", "owner")
    assert extended(announced_on, sunday, [week, after]) == pushed


@pytest.mark.parametrize("ask", [due, due_or_provisional])
def test_a_term_that_is_counted_backwards_is_not_suspended(ask: Any) -> None:
    week = Suspension(date(2026, 3, 9), date(2026, 3, 15), "g", "a", "owner")
    words = "^A term that is counted backwards cannot be suspended: leave the suspensions out.$"
    with pytest.raises(RulesError, match=words):
        ask(date(2026, 4, 13), Length(10, Unit.DAYS), suspensions=[week], backwards=True)


def test_beyond_the_horizon_a_term_is_counted_backwards_too() -> None:
    found = due_or_provisional(date(2029, 3, 19), Length(1, Unit.WEEKS), backwards=True)
    assert (found.on, found.provisional) == (date(2029, 3, 12), True)
    assert found.reasons[-1] == (
        "Provisional: the calendar is known from 2023-01-01 through 2028-12-31 only; a day beyond it that the Crown"
        f" equates with a holiday may still move the end ({ATW} art. 3(3))."
    )
