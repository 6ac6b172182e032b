"""Eligibility and certificates: examples, and the day before and after each boundary."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from rules.access.authority import roles_of
from rules.core.regulation import BASES_OF, EMPLOYER_OF, Capacity, Domain, LegalBasis, PublicOffice
from rules.core.roles import Role
from rules.payments.amounts import split, valid_iban
from rules.procedure.certificates import basis_fits_domain, certificate, conditions_apply, recurring_ends
from rules.procedure.eligibility import (
    acting,
    employer_fits,
    in_office,
    office_in_scope,
    payer_is_employer,
    residence,
    suspended,
)
from rules.procedure.separation_of_duties import who_decides

ON = date(2026, 3, 2)
DAY = timedelta(days=1)
IN_SCOPE = {
    PublicOffice.KINGS_COMMISSIONER,
    PublicOffice.PROVINCIAL_EXECUTIVE,
    PublicOffice.MAYOR,
    PublicOffice.ALDERMAN,
    PublicOffice.WATER_BOARD_CHAIR,
    PublicOffice.WATER_BOARD_EXECUTIVE,
}


@pytest.mark.parametrize("office", PublicOffice)
@pytest.mark.parametrize("on", [date(2021, 1, 1), date(2023, 12, 31), date(2024, 1, 1), ON])
def test_executives_have_a_claim_and_councillors_have_none_under_either_scheme(office: PublicOffice, on: date) -> None:
    assert (office_in_scope(office=office, on=on) is None) == (office in IN_SCOPE)


@pytest.mark.parametrize(
    ("since", "until", "claim"),
    [
        (ON, None, True),
        (ON + DAY, None, False),
        (ON - DAY, ON, True),
        (ON - DAY, ON - DAY, False),
        (ON, ON, True),
        (ON - DAY, ON + DAY, True),
    ],
)
def test_a_claim_lasts_from_certainty_through_the_last_day_of_office(
    since: date, until: date | None, claim: bool
) -> None:
    assert (in_office(certain_since=since, until=until, on=ON) is None) == claim


@pytest.mark.parametrize("office", PublicOffice)
@pytest.mark.parametrize("days", [-1, 0, 29, 30, 31, 400])
def test_an_acting_official_has_the_claim_after_the_days_of_the_office(office: PublicOffice, days: int) -> None:
    at_once = office in {PublicOffice.MAYOR, PublicOffice.KINGS_COMMISSIONER}
    claim = at_once or (office is PublicOffice.WATER_BOARD_CHAIR and days > 30)
    assert (acting(office=office, acting_since=ON - days * DAY, on=ON) is None) == claim
    assert acting(office=office, acting_since=None, on=ON) is None


@pytest.mark.parametrize("acting_since", [date.min, date.max])
def test_the_first_and_the_last_day_of_the_calendar_can_be_asked_about(acting_since: date) -> None:
    found = acting(office=PublicOffice.WATER_BOARD_CHAIR, acting_since=acting_since, on=ON)
    assert (found is None) == (acting_since == date.min)


@pytest.mark.parametrize(
    ("acting_since", "on", "claim"),
    [
        (date(2026, 1, 5), date(2026, 2, 4), False),  # day 30 of the first appointment
        (date(2026, 1, 5), date(2026, 2, 5), True),
        (date(2026, 2, 2), date(2026, 2, 5), False),  # it ended on 31 January: the second one begins again
        (date(2026, 2, 2), date(2026, 3, 4), False),
        (date(2026, 2, 2), date(2026, 3, 5), True),
    ],
)
def test_an_interrupted_acting_appointment_counts_from_its_restart(acting_since: date, on: date, claim: bool) -> None:
    assert (acting(office=PublicOffice.WATER_BOARD_CHAIR, acting_since=acting_since, on=on) is None) == claim


WHERE_THE_HOME_LIES = {
    PublicOffice.KINGS_COMMISSIONER: "territory",
    PublicOffice.PROVINCIAL_EXECUTIVE: "territory-or-exemption",
    PublicOffice.MAYOR: "territory-or-exemption",
    PublicOffice.ALDERMAN: "territory-or-exemption",
    PublicOffice.WATER_BOARD_CHAIR: "anywhere",
    PublicOffice.WATER_BOARD_EXECUTIVE: "anywhere",
    PublicOffice.PROVINCIAL_COUNCILLOR: "anywhere",
    PublicOffice.MUNICIPAL_COUNCILLOR: "anywhere",
    PublicOffice.WATER_BOARD_COUNCILLOR: "anywhere",
    PublicOffice.COMMITTEE_MEMBER: "anywhere",
}
"""Councillors have no claim at all; where they live is not asked."""


@pytest.mark.parametrize("office", PublicOffice)
@pytest.mark.parametrize("on", [date(2021, 1, 1), date(2023, 12, 31), date(2024, 1, 1), ON])
@pytest.mark.parametrize("in_territory", [True, False])
@pytest.mark.parametrize("exempted", [None, -1, 0, 1])
def test_where_the_home_must_lie_and_whether_an_exemption_counts_is_one_table(
    office: PublicOffice, on: date, in_territory: bool, exempted: int | None
) -> None:
    exemption_on = None if exempted is None else on + exempted * DAY
    wanted = WHERE_THE_HOME_LIES[office]
    may = in_territory or wanted == "anywhere"
    may = may or (wanted == "territory-or-exemption" and exempted in {-1, 0})
    found = residence(office=office, in_territory=in_territory, exemption_on=exemption_on, on=on)
    assert (found is None) == may


@pytest.mark.parametrize("office", PublicOffice)
@pytest.mark.parametrize("since", [None, ON - DAY, ON, ON + DAY])
def test_a_suspended_official_keeps_the_claims_where_the_law_knows_a_suspension(
    office: PublicOffice, since: date | None
) -> None:
    known = {PublicOffice.KINGS_COMMISSIONER, PublicOffice.MAYOR, PublicOffice.WATER_BOARD_CHAIR}
    found = suspended(office=office, suspended_since=since, on=ON)
    assert (found is None) == (since is None or office in known)
    if found is not None:
        assert "officeSuspendedSince" in found.message
        assert str(since) in found.message


DECIDES = {
    PublicOffice.KINGS_COMMISSIONER: {"provincial-secretary", "deputy-commissioner", "executive-without-applicant"},
    PublicOffice.PROVINCIAL_EXECUTIVE: {"provincial-secretary", "kings-commissioner", "executive-without-applicant"},
    PublicOffice.MAYOR: {"municipal-secretary", "deputy-mayor", "college-without-applicant"},
    PublicOffice.ALDERMAN: {"municipal-secretary", "mayor", "college-without-applicant"},
    PublicOffice.WATER_BOARD_CHAIR: {"water-board-secretary", "deputy-chair", "board-without-applicant"},
    PublicOffice.WATER_BOARD_EXECUTIVE: {"water-board-secretary", "water-board-chair", "board-without-applicant"},
}


@pytest.mark.parametrize("office", PublicOffice)
@pytest.mark.parametrize("decided_as", Capacity)
def test_nobody_decides_for_the_employer_in_the_office_that_applies(office: PublicOffice, decided_as: Capacity) -> None:
    found = who_decides(office=office, decided_as=decided_as, on=ON)
    assert (found is None) == (decided_as in DECIDES.get(office, set()))
    if decided_as == str(office):
        assert found is not None


@pytest.mark.parametrize(
    ("office", "kinds", "fits"),
    [
        (PublicOffice.MAYOR, ("municipality",), True),
        (PublicOffice.MAYOR, ("municipality", "municipality"), True),
        (PublicOffice.ALDERMAN, ("municipality", "municipality"), False),
        (PublicOffice.MAYOR, ("province",), False),
        (PublicOffice.WATER_BOARD_CHAIR, ("water-board",), True),
        (PublicOffice.KINGS_COMMISSIONER, ("province",), True),
        (PublicOffice.KINGS_COMMISSIONER, ("province", "province"), False),
    ],
)
def test_only_a_mayor_holds_the_office_in_several_municipalities(
    office: PublicOffice, kinds: tuple[str, ...], fits: bool
) -> None:
    assert (employer_fits(office=office, kinds=kinds, count=len(kinds)) is None) == fits


def test_every_office_has_a_kind_of_employer_and_every_domain_its_bases() -> None:
    assert set(EMPLOYER_OF) == set(PublicOffice)
    assert set(BASES_OF) == set(Domain)
    assert {basis for bases in BASES_OF.values() for basis in bases} == set(LegalBasis)


@pytest.mark.parametrize("domain", Domain)
@pytest.mark.parametrize("basis", LegalBasis)
def test_a_measure_rests_on_a_basis_of_its_domain(domain: Domain, basis: LegalBasis) -> None:
    assert (basis_fits_domain(domain=domain, legal_basis=basis) is None) == (basis in BASES_OF[domain])


@pytest.mark.parametrize("basis", LegalBasis)
def test_only_a_home_measure_waits_for_the_certificate(basis: LegalBasis) -> None:
    found = certificate(legal_basis=basis, certificates=[], on=ON)
    assert (found is not None) == conditions_apply(basis) == (basis is LegalBasis.HOME_MEASURE)


@pytest.mark.parametrize(
    ("spans", "holds"),
    [
        ([], False),
        ([(ON, None)], True),
        ([(ON + DAY, None)], False),
        ([(ON - DAY, ON)], True),
        ([(ON - DAY, ON - DAY)], False),
        ([(ON, ON)], True),
        ([(ON - 9 * DAY, ON - DAY), (ON, ON)], True),
        ([(ON - 9 * DAY, ON - DAY), (ON + DAY, None)], False),
    ],
)
def test_a_certificate_holds_from_its_first_through_its_last_day(
    spans: list[tuple[date, date | None]], holds: bool
) -> None:
    assert (certificate(legal_basis=LegalBasis.HOME_MEASURE, certificates=spans, on=ON) is None) == holds


@pytest.mark.parametrize(
    ("recurring", "ends_on", "office_until", "fine"),
    [
        (False, None, None, True),
        (False, ON, None, False),
        (True, ON, None, True),
        (True, ON, ON, True),
        (True, ON + DAY, ON, False),
        (True, None, ON, True),
    ],
)
def test_a_recurring_measure_ends_with_the_office(
    recurring: bool, ends_on: date | None, office_until: date | None, fine: bool
) -> None:
    assert (recurring_ends(recurring=recurring, ends_on=ends_on, office_until=office_until) is None) == fine


def test_an_unlisted_event_is_nobodys_duty() -> None:
    assert roles_of("application", "close") == (Role.OFFICER,)
    assert roles_of("application", "sing") == ()


def test_a_payer_is_an_employer_of_the_case() -> None:
    assert payer_is_employer(payer="a", employers=["a", "b"]) is None
    assert payer_is_employer(payer="c", employers=["a", "b"]) is not None


@pytest.mark.parametrize("parts", range(1, 7))
@pytest.mark.parametrize("cents", [0, 1, 2, 3, 5, 99, 100, 101, 9999, 10001, -1, -101])
def test_a_split_loses_no_cent_and_only_the_first_part_differs(cents: int, parts: int) -> None:
    amount = Decimal(cents) / 100
    found = split(amount, parts)
    assert sum(found) == amount
    assert len(found) == parts
    assert len(set(found[1:])) <= 1
    assert abs(found[0] - found[-1]) <= Decimal("0.01") * parts


@pytest.mark.parametrize(
    ("iban", "valid"),
    [
        ("NL02ABNA0123456789", True),
        ("NL02ABNA0123456788", False),
        ("NL03ABNA0123456789", False),
        ("NL02ABNA012345678", False),
        ("DE89370400440532013000", True),
        ("XX00", False),
        ("", False),
    ],
)
def test_an_iban_has_its_check_digits_and_its_countrys_length(iban: str, valid: bool) -> None:
    assert valid_iban(iban) == valid
