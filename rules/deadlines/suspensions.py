"""Suspensions of a term: intervals whose days do not count, and the attribution of the days of a term."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from rules.core.dated_values import value
from rules.core.errors import RulesError
from rules.core.rule import AWB, Bilingual, message, rule
from rules.deadlines.termijnenwet import day_text

ONE_DAY = timedelta(days=1)
INVITED_AND_COMPLETED_AT_ONCE = timedelta(days=2)


@dataclass(frozen=True)
class Suspension:
    """The days on which a term is suspended.

    ``since`` is the first suspended day (Awb 4:15(1): the day after the invitation), ``until`` the last one;
    None while it is still running. An ``until`` before ``since`` means that it never ran.

    Raises:
        RulesError: it ended before the invitation that began it.
    """

    since: date
    until: date | None
    ground: str
    article: str
    attributed_to: str

    def __post_init__(self) -> None:
        # Completed on the day of the invitation itself: the last suspended day is two days before the first.
        if self.until is not None and self.until < self.since - INVITED_AND_COMPLETED_AT_ONCE:
            raise RulesError(
                f"A suspension since {self.since} cannot have ended on {self.until}: correct one of the dates."
            )

    @property
    def is_running(self) -> bool:
        """Whether it has no end yet."""
        return self.until is None

    def covers(self, day: date) -> bool:
        """Whether the day is suspended."""
        return self.since <= day and (self.until is None or day <= self.until)


def last_suspended_day(completed_on: date) -> date:
    """The last suspended day of a term that waited for something received on this day (Awb 4:15(1)(a))."""
    return completed_on - ONE_DAY if value("completion_day_counts", completed_on) else completed_on


Span = tuple[date, date]
"""First and last day; ``date.max`` means no end yet."""


def merged_spans(suspensions: Iterable[Suspension]) -> list[Span]:
    """The suspended days as separate spans in order, so that overlapping days count once."""
    spans: list[Span] = []
    for since, until in sorted((each.since, each.until or date.max) for each in suspensions):
        if until < since:
            continue
        if spans and since <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], until))
        else:
            spans.append((since, until))
    return spans


def moved_end(event_on: date, end_on: date, suspensions: Iterable[Suspension]) -> date | None:
    """The last day of a term, moved by the days that did not count; None while a suspension runs.

    A suspended day before the term starts, or after its end at that point, moves nothing.
    """
    for since, until in merged_spans(suspensions):
        first = max(since, event_on + ONE_DAY)
        if first > end_on:
            break
        if until == date.max:
            return None
        # The end moves before the next span is checked: that span may begin in the days just added.
        end_on += max(until - first + ONE_DAY, timedelta())
    return end_on


def running_days(event_on: date, suspensions: Iterable[Suspension] = ()) -> Iterator[date]:
    """The days that count, from the day after the event, until a suspension that is still running."""
    day = event_on + ONE_DAY
    for since, until in merged_spans(suspensions):
        while day < since:
            yield day
            day += ONE_DAY
        if until == date.max:
            return
        day = max(day, until + ONE_DAY)
    while True:
        yield day
        day += ONE_DAY


def attribution(event_on: date, until_on: date, owner: str, suspensions: Iterable[Suspension] = ()) -> dict[str, int]:
    """The number of days after the event, up to and including ``until_on``, attributed to each party.

    A suspended day goes to the party of its suspension (of several, the one that began first),
    every other day to the owner of the term. The days add up to ``until_on - event_on``, or to zero.
    """
    in_order = sorted(suspensions, key=lambda each: each.since)  # stable: of two on one day, the first one given
    days: dict[str, int] = {}
    for offset in range(1, (until_on - event_on).days + 1):
        day = event_on + timedelta(days=offset)
        party = next((each.attributed_to for each in in_order if each.covers(day)), owner)
        days[party] = days.get(party, 0) + 1
    return days


def suspension_sentences(event_on: date, end_on: date | None, suspensions: Iterable[Suspension]) -> list[str]:
    """A sentence for each suspension that has a day between the event and the end (None: the end is open)."""
    reasons = []
    for each in sorted(suspensions, key=lambda each: each.since):
        first, last = max(each.since, event_on + ONE_DAY), each.until or date.max
        if first > last or (end_on is not None and first > end_on):
            continue
        why = f"{each.ground} ({each.article})"
        if each.is_running:
            reasons.append(f"Suspended since {day_text(first)}, with no end yet: {why}. So the term has no end either.")
        else:
            reasons.append(f"Not counted, from {day_text(first)} through {day_text(last)}: {why}.")
    return reasons


@rule(
    "suspension.within-term",
    article="Awb 4:15, 7:10(4)",
    source=AWB,
    nl="Een opschorting begint voordat de termijn voorbij is.",
)
def within_term(*, since: date, due_on: date | None) -> Bilingual | None:
    """A suspension begins before the term ends."""
    if due_on is None or since <= due_on:
        return None
    return message(
        f"The term runs until {due_on}; nothing of it is left to suspend from {since} on. Give an earlier day.",
        f"De termijn loopt tot en met {due_on}; vanaf {since} valt er niets meer op te schorten. Geef een eerdere dag.",
    )


@rule(
    "suspension.given-term",
    article="Awb 4:15(1)(a)",
    source=AWB,
    nl="Een opschorting in afwachting van een aanvulling noemt de laatste dag van de gegeven termijn.",
)
def given_term_named(*, ground: str, until: date | None) -> Bilingual | None:
    """A suspension that awaits a completion carries the end of the term that was given for it."""
    if ground != "awaiting-completion" or until is not None:
        return None
    return message(
        "Name in until the last day of the term to complete: if it passes unused, the suspension ends with that day.",
        "Noem de laatste dag van de termijn om aan te vullen: verstrijkt die ongebruikt, dan eindigt de opschorting.",
    )


@rule(
    "step.term-suspendable",
    article="Awb 4:15",
    source=AWB,
    nl="Een opschorting noemt een termijn van deze aanvraag die loopt en kan worden opgeschort.",
)
def term_suspendable(*, found: bool, suspendable: bool, running: bool) -> Bilingual | None:
    """A suspension names a term of this application that runs and can be suspended."""
    if not found:
        return message(
            "This application has no such running term; see its deadlines for the names.",
            "Deze aanvraag heeft geen lopende termijn met die naam; zie haar termijnen voor de namen.",
        )
    if not suspendable:
        return message(
            "The law knows no suspension of this term.",
            "De wet kent geen opschorting van deze termijn.",
        )
    if running:
        return message(
            "This term is suspended already; let it resume first.",
            "Deze termijn is al opgeschort; laat hem eerst verder lopen.",
        )
    return None


@rule(
    "step.term-suspended",
    article="Awb 4:15(4)",
    source=AWB,
    nl="Alleen een opgeschorte termijn kan verder lopen.",
)
def term_suspended(*, suspended: bool) -> Bilingual | None:
    """Only a suspended term can resume."""
    return None if suspended else message("This term is not suspended.", "Deze termijn is niet opgeschort.")
