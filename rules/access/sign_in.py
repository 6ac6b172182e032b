"""Sign-in: how long the proof of who somebody is may hold."""

from datetime import date, datetime, timedelta

from rules.core.dated_values import value
from rules.core.dates import office_day


def longest_token(on: date) -> timedelta:
    """The longest time between the issue of a bearer token and its end."""
    return timedelta(hours=value("token_lifetime", on))


def session_ends(*, started_at: datetime, seen_at: datetime) -> datetime:
    """The moment at which a sign-in in a browser ends unless it is used again.

    Args:
        started_at: when the person signed in.
        seen_at: the last request.
    """
    idle = timedelta(minutes=value("session_idle_minutes", office_day(seen_at)))
    longest = timedelta(hours=value("session_longest_hours", office_day(started_at)))
    return min(seen_at + idle, started_at + longest)


def leave_address(on: date) -> str:
    """The address of the page that takes the place of ours when an official leaves in a hurry."""
    return str(value("leave_address", on))
