"""What work may ask of whoever takes it: knowledge of a domain of the advice, or of a region."""

from rules.offices import Domain, Province

SKILLS = tuple(
    sorted([*(f"domain:{domain}" for domain in Domain), *(f"region:{province}" for province in Province)]),
)
"""Every skill, as work items and people name it."""
