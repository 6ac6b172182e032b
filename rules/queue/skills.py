"""What work may ask of whoever takes it: knowledge of a domain of the advice, or of a region."""

from collections.abc import Collection

from rules.core.regulation import Domain, Province

SKILLS = tuple(
    sorted([*(f"domain:{domain}" for domain in Domain), *(f"region:{province}" for province in Province)]),
)
"""Every skill, as work items and people name it."""


def suffice(skills: Collection[str], asked: str) -> bool:
    """Whether someone's skills are enough for work; whoever has none arranged has every one."""
    return not asked or not skills or asked in skills
