"""Roles, and the pool in which an actor finds work."""

from rules.core.roles import ENGINE, Actor, Role


def test_a_pool_is_of_the_role_and_of_the_employer_where_the_role_acts_for_one() -> None:
    assert Actor("j.devries", Role.FINANCE, "gemeente-zilverdam").pool == ("finance", "gemeente-zilverdam")
    assert Actor("m.bakker", Role.OFFICER).pool == ("officer", "")
    assert ENGINE.pool == ("engine", "")
