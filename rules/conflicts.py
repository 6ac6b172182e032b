"""Conflict of interest and four eyes (Awb 2:4): applicant, officer, approver and releaser are four people."""

from rules.findings import AWB, rule


@rule("conflict.not-own-case", article="Awb 2:4", source=AWB)
def not_own_case(*, person: str, applicant: str) -> str | None:
    """Nobody handles the own application."""
    if person == applicant:
        return "You are the applicant: someone else must do this, so that no personal interest plays a part."
    return None


@rule("conflict.four-eyes", article="Awb 2:4", source=AWB)
def four_eyes(*, person: str, earlier: dict[str, str | None], doing: str) -> str | None:
    """Who does this did none of the earlier steps that must be in other hands."""
    for step, other in earlier.items():
        if other == person:
            return f"You {step}; to {doing} takes another person (four eyes)."
    return None
