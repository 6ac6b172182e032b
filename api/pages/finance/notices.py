"""Notices of finance: what is said after a step."""

from api.pages.forms.texts import of_event
from states.events.catalogue import EVENTS


def notice_of(done: str) -> str:
    """Return what is said after a step, such as ``payable/check``; nothing for what is no step."""
    chart, _, event = done.partition("/")
    return of_event(chart, event)["done"] if (chart, event) in EVENTS else ""
