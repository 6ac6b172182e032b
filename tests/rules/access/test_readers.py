"""Readers: every field of every event, for every role, in every relation and at every moment."""

from itertools import chain, combinations

import pytest

from rules.access.content_classes import FACTS, ContentClass
from rules.access.readers import (
    FETCHES_ORDERS,
    READERS,
    SEES_BOOKS,
    SEES_CASE,
    Grant,
    Moment,
    Relation,
    granted,
    reads,
    relation_by_role,
    sees,
)
from rules.core.roles import OF_AN_EMPLOYER, Role

C = ContentClass
OF_THE_CASE = {
    C.CONTACT, C.DWELLING, C.REPRESENTATIVE, C.STATEMENT, C.THREAT, C.APPOINTMENT, C.INTERVIEW, C.ADVICE, C.REVIEW,
    C.REASONS, C.INTERNAL, C.MEASURE, C.SUPPLIER, C.LOAN, C.OBJECTION,
}  # fmt: skip
EVER = {
    Role.APPLICANT: (OF_THE_CASE - {C.INTERNAL}) | FACTS,
    Role.OFFICER: OF_THE_CASE | FACTS,
    Role.ADVISER: OF_THE_CASE | FACTS,
    Role.SECURITY_AUTHORITY: OF_THE_CASE | FACTS,
    Role.COORDINATOR: OF_THE_CASE | FACTS,
    Role.PRIVACY_OFFICER: OF_THE_CASE | FACTS,
    Role.AUDITOR: FACTS,
    Role.ADMINISTRATOR: {C.CASE, C.URGENCY},
    Role.HEAD: {C.CASE, C.URGENCY},
    Role.SECRETARY: {C.CASE, C.URGENCY},
    Role.MINISTRY_CONTACT: set(),
    Role.ENGINE: set(),
    Role.EMPLOYER: {
        C.CASE, C.URGENCY, C.MEASURE_FACTS, C.MEASURE, C.SUPPLIER, C.LOAN, C.OBJECTION, C.PAYEE, C.INVOICE_LINE,
        C.PAYMENT_REASONS,
    },
    Role.SECURITY_CONTACT: {
        C.CASE, C.URGENCY, C.MEASURE_FACTS, C.MEASURE, C.SUPPLIER, C.LOAN, C.PAYEE, C.INVOICE_LINE, C.PAYMENT_REASONS,
    },
    Role.FINANCE: {C.CASE, C.PAYEE, C.PAYMENT_REASONS},
    Role.APPROVER: {C.CASE, C.PAYEE, C.PAYMENT_REASONS},
    Role.RELEASER: {C.CASE, C.PAYEE, C.PAYMENT_REASONS},
}  # fmt: skip
"""What each role may read at all, written down a second time."""
BEFORE = {C.ADVICE, C.REVIEW, C.MEASURE, C.SUPPLIER, C.MEASURE_FACTS, C.THREAT, C.THREAT_FACTS}
"""What is not the official's before it was adopted or released."""


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", ContentClass)
def test_a_role_reads_what_it_needs_and_nothing_else(role: Role, kind: ContentClass) -> None:
    assert reads(kind, role, set(Relation), set(Moment)) is (kind in EVER[role])


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", ContentClass)
def test_without_a_tie_to_the_case_nobody_reads_anything(role: Role, kind: ContentClass) -> None:
    assert not reads(kind, role, (), set(Moment))


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADVISER])
@pytest.mark.parametrize("kind", sorted(OF_THE_CASE))
def test_officers_and_advisers_read_content_of_the_cases_that_they_handle_only(role: Role, kind: ContentClass) -> None:
    assert not reads(kind, role, {Relation.OFFICE}, set(Moment))
    assert reads(kind, role, {Relation.OFFICE, Relation.HANDLES})


@pytest.mark.parametrize("kind", ContentClass)
def test_the_official_reads_drafts_and_signals_of_others_at_their_moment(kind: ContentClass) -> None:
    at_once = reads(kind, Role.APPLICANT, {Relation.OWN})
    assert at_once is (kind in EVER[Role.APPLICANT] - BEFORE)


def test_the_moments_are_no_substitute_for_each_other() -> None:
    assert not reads(C.ADVICE, Role.APPLICANT, {Relation.OWN}, {Moment.RELEASED})
    assert not reads(C.THREAT, Role.APPLICANT, {Relation.OWN}, {Moment.ADOPTED})
    assert reads(C.ADVICE, Role.APPLICANT, {Relation.OWN}, {Moment.ADOPTED})
    assert reads(C.THREAT, Role.APPLICANT, {Relation.OWN}, {Moment.RELEASED})


def test_a_role_has_one_relation_and_those_of_an_employer_are_of_its_own_organisation() -> None:
    for role in Role:
        ties = {grant.relation for grant in chain(*READERS.values()) if grant.role is role} - {Relation.HANDLES}
        assert len(ties) <= 1, role
    for role in OF_AN_EMPLOYER - {Role.SECRETARY}:
        assert relation_by_role(role) is Relation.OWN_ORGANISATION


@pytest.mark.parametrize("role", Role)
def test_more_ties_and_later_moments_never_take_reading_away(role: Role) -> None:
    for kind in ContentClass:
        for ties in chain.from_iterable(combinations(Relation, size) for size in range(len(Relation))):
            if reads(kind, role, ties):
                assert reads(kind, role, set(Relation), set(Moment))


def test_one_grant_for_several_roles_is_a_grant_for_each_always_unless_a_moment_is_named() -> None:
    assert granted(Relation.OFFICE, Role.AUDITOR, Role.COORDINATOR) == (
        Grant(Role.AUDITOR, Relation.OFFICE, Moment.ALWAYS),
        Grant(Role.COORDINATOR, Relation.OFFICE, Moment.ALWAYS),
    )
    assert granted(Relation.OWN, Role.APPLICANT, moment=Moment.ADOPTED) == (
        Grant(Role.APPLICANT, Relation.OWN, Moment.ADOPTED),
    )


@pytest.mark.parametrize(
    ("role", "case", "books", "orders"),
    [
        (Role.RELEASER, True, True, True),
        (Role.APPROVER, True, True, False),
        (Role.COORDINATOR, True, True, False),
        (Role.APPLICANT, True, False, False),
        (Role.HEAD, True, False, False),
        (Role.MINISTRY_CONTACT, False, False, False),
    ],
)
def test_a_role_sees_what_some_grant_of_the_table_lets_it_see(
    role: Role, *, case: bool, books: bool, orders: bool
) -> None:
    assert (sees(role, SEES_CASE), sees(role, SEES_BOOKS), sees(role, FETCHES_ORDERS)) == (case, books, orders)


@pytest.mark.parametrize("kind", ContentClass)
def test_a_field_is_content_unless_it_is_a_fact(kind: ContentClass) -> None:
    facts = {"case", "urgency", "calendar", "threat-facts", "measure-facts"}
    assert kind.is_content is (str(kind) not in facts)
