"""Amounts, periods, the scheme of 2021 to 2023 and the classes of the wage tax."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pydantic import TypeAdapter, ValidationError

from rules.core.dated_values import value
from rules.core.errors import UnknownValueError
from rules.core.regulation import LegalBasis
from rules.core.rule import REGISTRY
from rules.payments import amounts, recurring_costs, scheme_2021, tax
from rules.payments.amounts import CENT, signed, split
from rules.payments.tax import Addressee, Outside, TaxClass
from rules.procedure import separation_of_duties
from states.engine.bodies import Amount

ON = date(2026, 3, 2)
DAY = timedelta(days=1)
LAST_OLD, FIRST_NEW = date(2023, 12, 31), date(2024, 1, 1)
KINDS = ("province", "municipality", "water-board")


# Amounts.


@pytest.mark.parametrize(("given", "sign", "kept"), [("1.21", -1, "-1.21"), ("1.21", 1, "1.21"), ("0.00", -1, "0.00")])
def test_a_deduction_is_negative_and_zero_has_no_sign(given: str, sign: int, kept: str) -> None:
    assert str(signed(Decimal(given), sign)) == kept


@settings(max_examples=500, deadline=None)
@given(amount=some.decimals("-9999999999.99", "9999999999.99", places=2), parts=some.integers(1, 6))
def test_the_parts_of_a_split_add_up_to_the_cent_and_the_first_takes_the_remainder(amount: Decimal, parts: int) -> None:
    first, *others = split(amount, parts)
    assert first + sum(others) == amount
    assert len(others) == parts - 1
    assert len(set(others)) <= 1
    assert all(part == part.quantize(CENT) for part in (first, *others))
    assert all(abs(first) >= abs(part) for part in others)
    assert abs(first - (others or [first])[0]) < CENT * parts


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("1.234", "1.234 has more than two decimals"),
        (1.005, "1.005 has more than two decimals"),
        ("-0.01", "-0.01 is negative"),
        ("NaN", "NaN is no finite number"),
        (float("inf"), "inf is no finite number"),
        ("1e20", "1e20 is too large"),
        ("10000000000.00", "10000000000.00 is too large"),
        ("1e-5", "1e-5 has more than two decimals"),
        ("1,00", "This is no amount"),
        ("Voorbeeldlaan 1", "This is no amount"),
        ("1" * 50, "This is"),
        (None, "This is no amount"),
        (True, "This is no amount"),
        ([], "This is no amount"),
    ],
)
def test_an_invalid_amount_is_named_with_what_would_be_right(given: object, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Amount).validate_python(given)
    (error,) = caught.value.errors()
    assert error["msg"].startswith(words)
    assert "euros from 0 to 9999999999.99 with at most two decimals" in error["msg"]
    assert "Voorbeeldlaan" not in error["msg"]


@pytest.mark.parametrize("given", ["0", "0.00", "0.01", "1.1", 5, 9.99, "9999999999.99", "1e2"])
def test_an_amount_has_at_most_two_decimals_and_ten_digits_before_them(given: object) -> None:
    assert TypeAdapter(Amount).validate_python(given) == Decimal(str(given))


@pytest.mark.parametrize(("gross", "fine"), [("0", False), ("0.00", False), ("-0.01", False), ("0.01", True)])
def test_only_an_amount_above_zero_is_paid(gross: str, fine: bool) -> None:
    found = amounts.amount_not_zero(gross=Decimal(gross))
    assert (found is None) == fine
    assert found is None or f"{gross} EUR" in found.message


@pytest.mark.parametrize(
    ("state", "earlier", "fine"),
    [("rejected", [], True), ("received", [], False), ("paid", [], False), ("rejected", ["payable-2"], False)],
)
def test_only_a_rejected_part_is_replaced_and_once(state: str, earlier: list[str], fine: bool) -> None:
    assert (amounts.replaces_rejected(replaced="payable-1", state=state, earlier=earlier) is None) == fine


# Recurring costs.


@pytest.mark.parametrize(
    ("recurs", "since", "until", "fine"),
    [(True, ON, ON, True), (True, None, None, False), (False, None, None, True), (False, ON, ON, False)],
)
def test_a_recurring_cost_names_its_period_and_another_cost_has_none(
    recurs: bool, since: date | None, until: date | None, fine: bool
) -> None:
    found = recurring_costs.period_named(measure="m", recurring=recurs, period_from=since, period_until=until)
    assert (found is None) == fine


PROVIDED, ENDS = date(2026, 1, 10), date(2026, 6, 30)


@pytest.mark.parametrize(
    ("since", "until", "provided_on", "ends_on", "office_until", "fine"),
    [
        (PROVIDED, ENDS, PROVIDED, ENDS, None, True),
        (PROVIDED - DAY, ENDS, PROVIDED, ENDS, None, False),
        (PROVIDED + DAY, ENDS, PROVIDED, ENDS, None, True),
        (PROVIDED, ENDS + DAY, PROVIDED, ENDS, None, False),
        (PROVIDED, ENDS - DAY, PROVIDED, ENDS, None, True),
        (PROVIDED, ENDS, PROVIDED, None, ENDS, True),
        (PROVIDED, ENDS + DAY, PROVIDED, None, ENDS, False),
        (PROVIDED, ENDS, PROVIDED, ENDS + DAY, ENDS - DAY, False),  # the office ends first
        (PROVIDED, ENDS, PROVIDED, ENDS - DAY, ENDS + DAY, False),  # the measure ends first
        (PROVIDED, date(2030, 1, 1), PROVIDED, None, None, True),  # open until the office ends
        (PROVIDED, ENDS, None, ENDS, None, False),
    ],
)
def test_a_period_lies_between_the_provision_and_the_first_end(
    since: date, until: date, provided_on: date | None, ends_on: date | None, office_until: date | None, fine: bool
) -> None:
    facts = {"period_from": since, "period_until": until, "provided_on": provided_on}
    found = recurring_costs.period_within(measure="m", **facts, ends_on=ends_on, office_until=office_until)
    assert (found is None) == fine


@pytest.mark.parametrize(
    ("since", "until", "fine"),
    [
        (ON - 9 * DAY, ON - DAY, True),
        (ON - 9 * DAY, ON, False),
        (ON, ON + 9 * DAY, False),
        (ON + DAY, ON + 2 * DAY, False),
        (ON - DAY, ON + 30 * DAY, False),
        (ON + 10 * DAY, ON + 20 * DAY, True),
    ],
)
def test_no_day_is_on_two_lines(since: date, until: date, fine: bool) -> None:
    earlier = [(ON, ON + 9 * DAY)]
    found = recurring_costs.period_once(measure="m", period_from=since, period_until=until, earlier=earlier)
    assert (found is None) == fine


@pytest.mark.parametrize(
    ("until", "ends_on", "office_until", "last"),
    [
        (ENDS - DAY, ENDS, None, False),
        (ENDS, ENDS, None, True),
        (ENDS, None, ENDS, True),
        (ENDS, ENDS + DAY, ENDS, True),
        (ENDS, ENDS + DAY, ENDS + DAY, False),
        (date(2030, 1, 1), None, None, False),
    ],
)
def test_the_line_that_reaches_the_end_is_the_last(
    until: date, ends_on: date | None, office_until: date | None, last: bool
) -> None:
    assert recurring_costs.reaches_end(until=until, ends_on=ends_on, office_until=office_until) == last


# The scheme of 2021 to 2023.


@pytest.mark.parametrize(
    ("spent", "on", "fine"),
    [
        ("2400.00", date(2021, 1, 1), True),
        ("2400.01", date(2021, 1, 1), False),
        ("2400.00", LAST_OLD, True),
        ("2400.01", LAST_OLD, False),
        ("2400.01", FIRST_NEW, True),
        ("99999.99", ON, True),
    ],
)
def test_a_home_had_a_maximum_until_the_end_of_2023(spent: str, on: date, fine: bool) -> None:
    found = scheme_2021.home_maximum(spent=Decimal(spent), on=on)
    assert (found is None) == fine
    if found is not None:
        assert all(word in found.message for word in (spent, "2400.00", "0.01 EUR"))
    assert scheme_2021.home_maximum.in_force(on) == (on <= LAST_OLD)


@pytest.mark.parametrize(
    ("listed", "on", "fine"),
    [(True, LAST_OLD, True), (False, LAST_OLD, False), (None, LAST_OLD, False), (None, FIRST_NEW, True)],
)
def test_a_home_had_a_closed_list_until_the_end_of_2023(listed: bool | None, on: date, fine: bool) -> None:
    assert (scheme_2021.on_the_list(listed=listed, on=on) is None) == fine


def test_the_closed_list_had_five_measures_and_both_values_are_known_on_every_day_since_2021() -> None:
    assert len(value("home_measures", LAST_OLD)) == 5
    for name in ("home_maximum", "home_measures", "designation", "evidence", "outside_advice"):
        for on in (date(2021, 1, 1), LAST_OLD, FIRST_NEW, date(2040, 1, 1)):
            assert value(name, on)
        with pytest.raises(UnknownValueError):
            value(name, date(2020, 12, 31))


# Designations: every cell of the table of BESL 2.3.8, 3.3.8 and 4.3.8.

EXEMPT, FREE, NOT_WAGE = TaxClass.EXEMPT_BY_DESIGNATION, TaxClass.OUTSIDE_SCHEME_FREE_SPACE, TaxClass.NOT_WAGE
CELLS = {
    LegalBasis.HOME_MEASURE: ("BESL 2.3.8(j)", "BESL 3.3.8(j)", "BESL 4.3.8(h)"),
    LegalBasis.LOAN: ("BESL 2.3.8(j)", "BESL 3.3.8(j)", "BESL 4.3.8(h)"),
    LegalBasis.WORKPLACE: ("BESL 2.3.8(j)", "BESL 3.3.8(j)", "BESL 4.3.8(h)"),
    LegalBasis.ICT: ("BESL 2.3.8(k)", "BESL 3.3.8(k)", "BESL 4.3.8(i)"),
    LegalBasis.TRAINING: ("BESL 2.3.8(l)", "BESL 3.3.8(l)", "BESL 4.3.8(j)"),
}


@pytest.mark.parametrize("place", range(3), ids=KINDS)
@pytest.mark.parametrize("basis", CELLS)
def test_a_measure_is_exempt_under_the_letter_of_its_basis_and_employer(basis: LegalBasis, place: int) -> None:
    for on in (FIRST_NEW, ON):
        assert tax.designation(KINDS[place], basis, on) == (EXEMPT, CELLS[basis][place])
    assert tax.designation(KINDS[place], basis, ON, attributable=True) == (EXEMPT, CELLS[basis][place])


@pytest.mark.parametrize("kind", KINDS)
def test_a_car_is_exempt_for_what_is_owed_to_extraordinary_security_alone(kind: str) -> None:
    assert tax.designation(kind, LegalBasis.CAR, ON)[0] is FREE
    assert tax.designation(kind, LegalBasis.CAR, ON, attributable=True) == (EXEMPT, "LB art. 31(4)(a)")


@pytest.mark.parametrize("kind", KINDS)
def test_the_protection_system_is_no_wage(kind: str) -> None:
    assert tax.designation(kind, LegalBasis.PROTECTION_SYSTEM, ON) == (NOT_WAGE, "BESL x.3.1(1)")


def test_every_legal_basis_has_its_cell() -> None:
    assert set(CELLS) | {LegalBasis.CAR, LegalBasis.PROTECTION_SYSTEM} == set(LegalBasis)


@pytest.mark.parametrize("kind", KINDS)
def test_no_letter_is_claimed_for_the_homes_of_the_old_scheme(kind: str) -> None:
    tax_class, article = tax.designation(kind, LegalBasis.HOME_MEASURE, LAST_OLD)
    assert tax_class is FREE
    assert not re.search(r"BESL .*\([a-z]\)", article)


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        (Outside.WAGE, (TaxClass.OUTSIDE_SCHEME_WAGE, "LB art. 10")),
        (Outside.FREE_SPACE, (TaxClass.OUTSIDE_SCHEME_FREE_SPACE, "LB art. 31a")),
    ],
)
def test_what_is_outside_the_advice_is_never_exempt(choice: Outside, found: tuple[TaxClass, str]) -> None:
    assert tax.outside(choice, ON) == found


@pytest.mark.parametrize("basis", LegalBasis)
def test_only_of_a_car_is_a_part_attributable_to_security(basis: LegalBasis) -> None:
    assert tax.car_attributable(measure="m", legal_basis=basis, attributable=False) is None
    found = tax.car_attributable(measure="m", legal_basis=basis, attributable=True)
    assert (found is None) == (basis is LegalBasis.CAR)


@pytest.mark.parametrize(
    ("kind", "addressee", "comes_back"),
    [
        ("province", Addressee.EMPLOYER, True),
        ("municipality", Addressee.EMPLOYER, True),
        ("water-board", Addressee.EMPLOYER, False),
        ("province", Addressee.OFFICIAL, False),
        ("municipality", Addressee.OFFICIAL, False),
        ("water-board", Addressee.OFFICIAL, False),
    ],
)
def test_vat_comes_back_by_employer_kind_and_on_the_employers_own_invoice(
    kind: str, addressee: Addressee, comes_back: bool
) -> None:
    assert tax.compensable(kind, addressee, ON) == comes_back


# Evidence.

FULL = {"adopted-advice", "measures", "invoice", "risk-inventory", "no-own-contribution"}


@pytest.mark.parametrize(
    ("tax_class", "traits", "items"),
    [
        (EXEMPT, (), FULL),
        (EXEMPT, ("provided", "training"), FULL),
        (EXEMPT, ("lent", "ict"), FULL | {"end-of-office"}),
        (EXEMPT, ("provided", "home-measure"), FULL | {"certificate-works"}),
        (EXEMPT, ("lent", "home-measure"), FULL | {"end-of-office", "certificate-works"}),
        (TaxClass.OUTSIDE_SCHEME_WAGE, (), {"invoice", "payroll-reference"}),
        (FREE, ("lent", "car"), {"invoice", "free-space-designation"}),
        (NOT_WAGE, ("provided", "protection-system"), {"invoice"}),
    ],
)
def test_the_evidence_list_follows_the_class_and_the_measures(
    tax_class: TaxClass, traits: tuple[str, ...], items: set[str]
) -> None:
    found = tax.evidence_needed(tax_class, traits, ON)
    assert set(found) == items
    assert len(found) == len(items)


@pytest.mark.parametrize("own", ["0.01", "1.00"])
def test_a_cent_of_own_contribution_costs_the_exemption_and_the_words_say_what_to_do(own: str) -> None:
    assert tax.no_own_contribution(own_contribution=Decimal(0)) is None
    found = tax.no_own_contribution(own_contribution=Decimal(own))
    assert found is not None
    assert f"{own} EUR" in found.message
    assert all(way in found.message for way in ("Pay it back", "outside the advice"))


# Words.

OURS = sorted(rule.id for rule in REGISTRY.values() if rule.module.startswith("rules.payments."))


@pytest.mark.parametrize("rule_id", OURS)
def test_a_rule_about_money_says_in_both_languages_what_must_hold(rule_id: str) -> None:
    rule = REGISTRY[rule_id]
    assert rule.summary.endswith(".")
    assert rule.summary_nl.endswith(".")


def test_a_finding_about_money_speaks_both_languages() -> None:
    found = [
        amounts.line_adds_up(net=Decimal(1), vat_rate=Decimal(19), vat=Decimal(0), gross=Decimal(1), on=ON),
        amounts.line_adds_up(net=Decimal(100), vat_rate=Decimal(21), vat=Decimal(0), gross=Decimal(100), on=ON),
        amounts.line_adds_up(net=Decimal(100), vat_rate=Decimal(21), vat=Decimal(21), gross=Decimal(100), on=ON),
        amounts.iban_valid(iban="X"),
        amounts.after_takeover(measure="m", state="settled"),
        amounts.not_before_takeover(dated=ON, taken_over_on=None),
        amounts.within_office(provided_on=ON, until=ON - DAY),
        amounts.not_a_duplicate(number="F-1", earlier=["payable-1"]),
        amounts.batch_not_empty(count=0),
        separation_of_duties.releaser_apart(person="p", hands={"sealed this batch": ["p"]}),
        amounts.file_available(state="open"),
        tax.evidence_complete(missing=("invoice",)),
    ]
    for item in found:
        assert item is not None
        assert item.message
        assert item.message_nl
        assert item.message != item.message_nl
