"""Sign-in: how long a proof of who somebody is holds, and where an official goes who leaves in a hurry."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rules.access.sign_in import leave_address, longest_token, session_ends

BEGAN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "ends"),
    [
        (timedelta(0), timedelta(minutes=30)),
        (timedelta(hours=11, minutes=29), timedelta(hours=11, minutes=59)),
        (timedelta(hours=11, minutes=30), timedelta(hours=12)),
        (timedelta(hours=11, minutes=59), timedelta(hours=12)),
    ],
)
def test_a_session_ends_half_an_hour_after_its_last_request_and_after_twelve_hours_at_most(
    after: timedelta, ends: timedelta
) -> None:
    assert session_ends(started_at=BEGAN, seen_at=BEGAN + after) == BEGAN + ends


def test_who_leaves_in_a_hurry_comes_to_a_page_that_says_nothing() -> None:
    assert leave_address(date(2026, 11, 23)) == "https://www.buienradar.nl/"


def test_a_token_holds_for_a_working_day_and_a_night_at_most() -> None:
    assert longest_token(date(2026, 11, 30)) == timedelta(hours=12)
