"""Validation at start-up: every dated value can work, and every deadline can start, end and notify someone."""

from collections.abc import Iterator, Mapping

from rules.core.errors import RulesError
from rules.deadlines.attribution import Party
from rules.deadlines.escalation import problems
from rules.validation import check_values
from states.deadlines.catalogue import TERMS, TermKind


class DeadTimerError(RulesError):
    """The table of terms or a reminder schedule contains something that can never happen."""


def defects_of_terms(terms: Mapping[str, TermKind]) -> Iterator[str]:
    """Defects of terms: one never starts, never ends, or has no owner."""
    follows = {line.followed_by for line in terms.values()}
    for kind, line in terms.items():
        if not line.starts and kind not in follows:
            yield f"terms.{kind}.starts: Nothing starts this term; name the event, or the term that it follows."
        if not line.ends:
            yield f"terms.{kind}.ends: No event ends this term; name the one that meets it."
        if line.followed_by and line.followed_by not in terms:
            yield f"terms.{kind}.followed_by: There is no term {line.followed_by}; there are {', '.join(terms)}."
        if line.owner not in set(Party):
            yield f"terms.{kind}.owner: {line.owner} keeps no terms; give one of {', '.join(Party)}."


def all_defects(terms: Mapping[str, TermKind]) -> list[str]:
    """Every defect of some terms and of their reminder and escalation schedules, field by field."""
    return [*defects_of_terms(terms), *problems({kind: line.lapses for kind, line in terms.items()}, set(Party))]


def check_dated_values() -> None:
    """Check every dated value, and the terms that rest on them; each process calls this at its start.

    Raises:
        RulesError: a value or a term cannot work; the message says what would be right.
    """
    check_values()
    check_terms(TERMS)


def check_terms(terms: Mapping[str, TermKind]) -> None:
    """Check that no term can pass without notifying someone.

    Raises:
        DeadTimerError: it names each field and what would be right.
    """
    if found := all_defects(terms):
        raise DeadTimerError("\n".join(found))
