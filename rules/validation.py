"""Validation of every dated value that could stop the office from working; every process calls it at its start.

Values are data: a file can hold a reserve of 0 or a table with a gap. Nothing may start with those, and nothing
is checked as a side effect of an import.
"""

from collections.abc import Callable, Mapping

from rules.core.dated_values import Version, versions
from rules.procedure.intake import check_most
from rules.queue.order import check_limit, check_reserve, check_returns
from rules.reporting.lateness import check_share
from rules.threats import handoff, urgency

CHECKS: Mapping[str, Callable[[Version], object]] = {
    "at_risk_share": lambda found: check_share(found.value),
    "claim_returns_after": lambda found: check_returns(found.value),
    "hand_off": handoff.check_table,
    "interview_horizon": lambda found: check_most("interview_horizon", found.value),
    "interviews_per_day": lambda found: check_most("interviews_per_day", found.value),
    "reserve_every": lambda found: check_reserve(found.value),
    "urgency_table": urgency.check_table,
    "work_in_hand_limit": lambda found: check_limit(found.value),
}
"""The check of each value; those of terms are checked with the catalogue of terms, in ``states/deadlines``."""


def check_values() -> None:
    """Check every version of every dated value that has a check.

    Raises:
        RulesError: a value cannot work, two versions overlap, or a file is no TOML; the message says what would be
            right.
    """
    for name, check in CHECKS.items():
        for found in versions()[name]:
            check(found)
