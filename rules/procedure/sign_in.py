"""Sign-in: how long the proof of who somebody is may hold."""

from datetime import date, timedelta

from rules.core.dated_values import value


def longest_token(on: date) -> timedelta:
    """The longest time between the issue of a bearer token and its end."""
    return timedelta(hours=value("token_lifetime", on))
