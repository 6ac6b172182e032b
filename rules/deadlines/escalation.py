"""Escalation of a term: when its owner is reminded, and which role is notified once it has passed."""

import itertools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from rules.core.dated_values import Version, value, versions
from rules.core.roles import Role

REMINDERS, ESCALATION = "reminder_ladders", "escalation_ladders"
EVERY = "every"
"""The schedule of each kind of term that has none of its own."""
NOT_ESCALATED_TO = frozenset({Role.APPLICANT, Role.ENGINE, Role.AUDITOR})
"""Roles that cannot be escalated to."""
Problem = tuple[str, str]
"""A field, and what would be right in it: one problem of a schedule."""


@dataclass(frozen=True)
class ReminderSchedule:
    """When the party that must act is reminded."""

    at: tuple[float, ...]
    """Fractions of the running days; 1.0 is the last day."""
    after: tuple[int, ...]
    """Days after the last day."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its thresholds, in their order."""
        return (*(share_name(fraction) for fraction in self.at), *(overdue_name(days) for days in self.after))


@dataclass(frozen=True)
class EscalationStep:
    """One escalation, a number of days after the last day."""

    to: Role
    days: int


def share_name(fraction: float) -> str:
    """The name of a threshold within the term, such as ``80%``."""
    return f"{round(fraction * 100)}%"


def overdue_name(days: int) -> str:
    """The name of a reminder after the term, such as ``+3d``."""
    return f"+{days}d"


def is_reminder(threshold: str) -> bool:
    """Whether a threshold is a reminder, and not an escalation or a lapse."""
    return threshold.endswith("%") or threshold.startswith("+")


def reminder_schedule(kind: str, on: date) -> ReminderSchedule:
    """The reminder schedule of a kind of term that starts on a day."""
    held = value(REMINDERS, on)
    line = held.get(kind) or held[EVERY]
    return ReminderSchedule(tuple(line["at"]), tuple(line["after"]))


def escalation_steps(owner: str, on: date) -> tuple[EscalationStep, ...]:
    """The escalation steps of a term that its owner missed; empty if the owner has none."""
    return tuple(EscalationStep(Role(rung["to"]), rung["days"]) for rung in value(ESCALATION, on).get(owner, ()))


def problems(kinds: Mapping[str, bool], owners: Collection[str]) -> list[str]:
    """Problems in the written schedules, each with its field and what would be right.

    Args:
        kinds: every kind of term, and whether it lapses with its last day.
        owners: the possible owners of a term.
    """
    return [
        f"{found.name}, the version from {found.since}: {field}: {words}"
        for name, judge in ((REMINDERS, reminder_problems), (ESCALATION, escalation_problems))
        for found in versions()[name]
        for field, words in judge(found, kinds, owners)
    ]


def reminder_problems(found: Version, kinds: Mapping[str, bool], _: Collection[str] = ()) -> Iterator[Problem]:
    """A reminder lies within the term, or after a term that still runs then; every kind has a schedule."""
    for kind in sorted(found.value.keys() - kinds.keys() - {EVERY}):
        yield kind, f"There is no such kind of term; there are {', '.join(kinds)}."
    if EVERY not in found.value and (without := sorted(kinds.keys() - found.value.keys())):
        yield EVERY, f"Nobody is reminded of {', '.join(without)}; give each a ladder, or one for {EVERY}."
    for kind, line in found.value.items():
        yield from share_problems(kind, line["at"])
        yield from day_problems(f"{kind}.after", line["after"])
        lapsing = kinds.get(kind, kind == EVERY)
        if line["after"] and lapsing:
            words = f"{line['after'][0]} days after its end nothing is left to remind of: the term lapses with its"
            yield f"{kind}.after", f"{words} last day. Leave this empty, and remind within the term."


def share_problems(kind: str, at: list[Any]) -> Iterator[Problem]:
    """Fractions are above 0, in order, and at most 1.0 (the last day)."""
    if not at:
        yield f"{kind}.at", "Nobody would hear of the term before it ends; give a fraction such as 1.0, the last day."
    for place, fraction in enumerate(at):
        if fraction > 1:
            words = (
                f"{fraction} lies after the end of the term. Give at most 1.0, the last day; what is told afterwards"
            )
            yield f"{kind}.at.{place}", f"{words} stands in {kind}.after, in days."
        elif fraction <= 0:
            yield f"{kind}.at.{place}", f"{fraction} lies before the term begins. Give a fraction above 0."
    yield from order_problems(f"{kind}.at", at)


def day_problems(field: str, days: list[Any]) -> Iterator[Problem]:
    """Days are whole numbers from 1, the day after the last one of the term."""
    for place, number in enumerate(days):
        if not isinstance(number, int) or number < 1:
            words = f"{number} is not after the last day. Give whole days, 1 for the day after it."
            yield f"{field}.{place}", words
    yield from order_problems(field, days)


def escalation_problems(found: Version, _: Mapping[str, bool], owners: Collection[str]) -> Iterator[Problem]:
    """Each step notifies another role, later than the step before, after the last day."""
    for owner, rungs in found.value.items():
        if owner not in owners:
            yield owner, f"No term is theirs; there are {', '.join(sorted(owners))}."
        for place, rung in enumerate(rungs):
            if rung["to"] not in set(Role) - NOT_ESCALATED_TO:
                right = ", ".join(sorted(set(Role) - NOT_ESCALATED_TO))
                yield f"{owner}.{place}.to", f"{rung['to']} is nobody to turn to; there are {right}."
        roles = [rung["to"] for rung in rungs]
        if len(set(roles)) != len(roles):
            yield owner, "Name each role once."
        yield from day_problems(f"{owner}.days", [rung["days"] for rung in rungs])


def order_problems(field: str, steps: list[Any]) -> Iterator[Problem]:
    """Each step occurs once, in order of time."""
    if any(later <= earlier for earlier, later in itertools.pairwise(steps)):
        yield field, f"{steps} does not go up. Give each step once, in the order of time."
