"""The dates of an office that must agree with each other, as they come in and as they are corrected."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from pydantic.alias_generators import to_camel

from rules.core.regulation import PublicOffice
from rules.procedure import eligibility
from states.engine.event import EventContext

ORDER = (
    # a day, the day that it does not precede, and what would be wrong
    ("in_office_until", "certain_since", "The office would end before it is certain"),
    ("acting_since", "certain_since", "The acting appointment would begin before it is certain"),
    ("in_office_until", "acting_since", "The office would end before the acting appointment begins"),
    ("office_suspended_since", "certain_since", "The suspension would begin before the office is certain"),
    ("in_office_until", "office_suspended_since", "The office would end before the suspension from it begins"),
    ("office_suspended_until", "office_suspended_since", "The suspension would end before it begins"),
)
DATES = tuple(sorted({name for later, earlier, _ in ORDER for name in (later, earlier)}))
"""The dates of an office that are held against each other."""


def contradictions(dates: Mapping[str, date | None], given: Collection[str] = DATES) -> list[tuple[str, str]]:
    """Dates that cannot both be true, each as the field that was given and words that name both days.

    Args:
        dates: every date of the office, as it would stand.
        given: the names of those that were given now; a contradiction is told of one of them.
    """
    found = []
    for later, earlier, wrong in ORDER:
        first, second = dates.get(earlier), dates.get(later)
        if first is None or second is None or second >= first or not {later, earlier} & set(given):
            continue
        field, other = (later, earlier) if later in given else (earlier, later)
        words = f"{wrong}: {to_camel(later)} is {second}, {to_camel(earlier)} is {first}. Correct one of the two."
        found.append((to_camel(field), words if other in given else f"{words} {to_camel(other)} is recorded already."))
    if dates.get("office_suspended_until") and not dates.get("office_suspended_since"):
        words = f"A suspension that ends on {dates['office_suspended_until']} has a begin: give officeSuspendedSince."
        found.append(("officeSuspendedUntil", words))
    return found


def ask_suspended(context: EventContext[Any], office: PublicOffice, since: date | None) -> None:
    """Ask, where an official was suspended, whether the law knows that, and so keeps the claims."""
    if since is not None:
        context.check(eligibility.suspended, office=office, suspended_since=since, on=context.on)
