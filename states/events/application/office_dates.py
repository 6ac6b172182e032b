"""Office dates that must agree with each other, at receipt and at correction."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from pydantic.alias_generators import to_camel

from rules.core.regulation import PublicOffice
from rules.core.wording import wording
from rules.procedure import eligibility
from states.engine.event import EventContext

ORDER = (
    # a date, a date that it does not precede, and the text if it does
    ("in_office_until", "certain_since", "The office would end before it is certain"),
    ("acting_since", "certain_since", "The acting appointment would begin before it is certain"),
    ("in_office_until", "acting_since", "The office would end before the acting appointment begins"),
    ("office_suspended_since", "certain_since", "The suspension would begin before the office is certain"),
    ("in_office_until", "office_suspended_since", "The office would end before the suspension from it begins"),
    ("office_suspended_until", "office_suspended_since", "The suspension would end before it begins"),
)
DATES = tuple(sorted({name for later, earlier, _ in ORDER for name in (later, earlier)}))
"""The dates of an office that are compared with each other."""


def contradictions(dates: Mapping[str, date | None], given: Collection[str] = DATES) -> list[tuple[str, str]]:
    """Contradictions between dates, each as the given field and a text with both days.

    Args:
        dates: every date of the office as it would be stored.
        given: the names of the dates that are given now; each contradiction is reported for one of them.
    """
    found = []
    for later, earlier, wrong in ORDER:
        first, second = dates.get(earlier), dates.get(later)
        if first is None or second is None or second >= first or not {later, earlier} & set(given):
            continue
        field, other = (later, earlier) if later in given else (earlier, later)
        words = wording(
            "{wrong}: {later} is {second}, {earlier} is {first}. Correct one of the two.",
            wrong=wrong,
            later=to_camel(later),
            second=second,
            earlier=to_camel(earlier),
            first=first,
        )
        found.append((to_camel(field), words if other in given else f"{words} {to_camel(other)} is recorded already."))
    if dates.get("office_suspended_until") and not dates.get("office_suspended_since"):
        words = wording(
            "A suspension that ends on {office_suspended_until} has a begin: give officeSuspendedSince.",
            office_suspended_until=dates["office_suspended_until"],
        )
        found.append(("officeSuspendedUntil", words))
    return found


def check_suspension(context: EventContext[Any], office: PublicOffice, since: date | None) -> None:
    """Check, for a suspended official, that the law knows the suspension and so keeps the claims."""
    if since is not None:
        context.check(eligibility.suspended, office=office, suspended_since=since, on=context.on)
