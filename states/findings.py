"""A finding as a row keeps it, to be shown later as it was found."""

from typing import Any

from rules.core.rule import Finding


def told(finding: Finding) -> dict[str, Any]:
    """Rule, words in both languages, and article."""
    return {
        "rule": finding.rule,
        "message": finding.message,
        "messageNl": finding.message_nl,
        "article": finding.article,
    }
