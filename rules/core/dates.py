"""Dates of the office: instants are stored in UTC, and the law counts in days of Europe/Amsterdam."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def office_day(at: datetime) -> date:
    """The calendar day on which an aware instant falls in the Netherlands."""
    return at.astimezone(AMSTERDAM).date()


def start_of(day: date, hour: int = 0) -> datetime:
    """The aware instant at which an hour of a Dutch calendar day begins."""
    return datetime.combine(day, time(hour), AMSTERDAM)


def utc_text(at: datetime) -> str:
    """An instant as the ledger writes it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def office_time_text(at: datetime) -> str:
    """An instant in Dutch local time, as people in the office read it."""
    return at.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M")
