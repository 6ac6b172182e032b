"""Skills that work may require: knowledge of a domain of the advice, or of a region."""

from collections.abc import Collection

from rules.core.regulation import Domain, Province

SKILLS = tuple(
    sorted([*(f"domain:{domain}" for domain in Domain), *(f"region:{province}" for province in Province)]),
)
"""Every skill, as work items and people record it."""


def skills_suffice(skills: Collection[str], asked: str) -> bool:
    """Whether a person's skills suffice for work; a person without recorded skills has all."""
    return not asked or not skills or asked in skills
