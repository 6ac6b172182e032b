"""Sign-in: the longest token that is accepted."""

from datetime import date, timedelta

from rules.procedure.sign_in import longest_token


def test_a_token_holds_for_a_working_day_and_a_night_at_most() -> None:
    assert longest_token(date(2026, 11, 30)) == timedelta(hours=12)
