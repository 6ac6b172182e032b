"""Who has a claim, and what holds back a measure: situations, a day before and a day after each boundary."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from rules.eligibility import acting, employer_fits, in_office, office_in_scope, payer_is_employer, residence
from rules.gates import basis_fits_domain, binds, certificate, recurring_ends
from rules.money import split, valid_iban
from rules.offices import BASES_OF, EMPLOYER_OF, Domain, LegalBasis, Office

ON = date(2026, 3, 2)
DAY = timedelta(days=1)
IN_SCOPE = {
    Office.KINGS_COMMISSIONER,
    Office.PROVINCIAL_EXECUTIVE,
    Office.MAYOR,
    Office.ALDERMAN,
    Office.WATER_BOARD_CHAIR,
    Office.WATER_BOARD_EXECUTIVE,
}


@pytest.mark.parametrize("office", Office)
def test_article_nine_gives_a_claim_to_executives_and_not_to_councils(office: Office) -> None:
    assert (office_in_scope(office=office, on=ON) is None) == (office in IN_SCOPE)


@pytest.mark.parametrize(
    ("office", "on", "claim"),
    [
        (Office.WATER_BOARD_CHAIR, date(2023, 12, 31), False),
        (Office.WATER_BOARD_CHAIR, date(2024, 1, 1), True),
        (Office.MAYOR, date(2023, 12, 31), True),
        (Office.MAYOR, date(2024, 1, 1), True),
    ],
)
def test_the_regulation_of_2024_widened_the_circle(office: Office, on: date, claim: bool) -> None:
    assert (office_in_scope(office=office, on=on) is None) == claim


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


@pytest.mark.parametrize(
    ("office", "days", "claim"),
    [
        (Office.WATER_BOARD_CHAIR, 0, False),
        (Office.WATER_BOARD_CHAIR, 29, False),
        (Office.WATER_BOARD_CHAIR, 30, False),
        (Office.WATER_BOARD_CHAIR, 31, True),
        (Office.MAYOR, 0, True),
        (Office.KINGS_COMMISSIONER, 0, True),
        (Office.ALDERMAN, 400, False),
    ],
)
def test_an_acting_official_has_the_claim_after_the_days_of_the_office(office: Office, days: int, claim: bool) -> None:
    found = acting(office=office, acting_since=ON - timedelta(days=days), on=ON)
    assert (found is None) == claim
    assert acting(office=office, acting_since=None, on=ON) is None


@pytest.mark.parametrize("office", sorted(IN_SCOPE))
@pytest.mark.parametrize("in_territory", [True, False])
@pytest.mark.parametrize("exemption_on", [None, ON - DAY, ON, ON + DAY])
def test_residence_binds_all_but_the_water_boards_and_the_commissioner_has_no_exemption(
    office: Office, in_territory: bool, exemption_on: date | None
) -> None:
    free = office in {Office.WATER_BOARD_CHAIR, Office.WATER_BOARD_EXECUTIVE}
    exempted = office is not Office.KINGS_COMMISSIONER and exemption_on is not None and exemption_on <= ON
    found = residence(office=office, in_territory=in_territory, exemption_on=exemption_on, on=ON)
    assert (found is None) == (free or in_territory or exempted)


@pytest.mark.parametrize(
    ("office", "kinds", "fits"),
    [
        (Office.MAYOR, ("municipality",), True),
        (Office.MAYOR, ("municipality", "municipality"), True),
        (Office.ALDERMAN, ("municipality", "municipality"), False),
        (Office.MAYOR, ("province",), False),
        (Office.WATER_BOARD_CHAIR, ("water-board",), True),
        (Office.KINGS_COMMISSIONER, ("province",), True),
        (Office.KINGS_COMMISSIONER, ("province", "province"), False),
    ],
)
def test_only_a_mayor_holds_the_office_in_several_municipalities(
    office: Office, kinds: tuple[str, ...], fits: bool
) -> None:
    assert (employer_fits(office=office, kinds=kinds, count=len(kinds)) is None) == fits


def test_every_office_has_a_kind_of_employer_and_every_domain_its_bases() -> None:
    assert set(EMPLOYER_OF) == set(Office)
    assert set(BASES_OF) == set(Domain)
    assert {basis for bases in BASES_OF.values() for basis in bases} == set(LegalBasis)


@pytest.mark.parametrize("domain", Domain)
@pytest.mark.parametrize("basis", LegalBasis)
def test_a_measure_rests_on_a_basis_of_its_domain(domain: Domain, basis: LegalBasis) -> None:
    assert (basis_fits_domain(domain=domain, legal_basis=basis) is None) == (basis in BASES_OF[domain])


@pytest.mark.parametrize("basis", LegalBasis)
def test_only_a_home_measure_waits_for_the_certificate(basis: LegalBasis) -> None:
    found = certificate(legal_basis=basis, certificates=[], on=ON)
    assert (found is not None) == binds(basis) == (basis is LegalBasis.HOME_MEASURE)


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
