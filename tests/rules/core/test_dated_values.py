"""Dated values that the law and the office set: each value with its first and last day."""

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from rules.business_calendar.closed_days import warning_from, why_closed
from rules.business_calendar.durations import Length, Unit, length
from rules.core.dated_values import value, version, versions
from rules.core.errors import UnknownValueError
from rules.core.regulation import LegalBasis, PublicOffice
from rules.core.roles import Role
from rules.deadlines.attribution import days_per_party
from rules.deadlines.suspensions import last_suspended_day
from rules.payments import tax
from rules.payments.statutory_interest import interest
from rules.payments.tax import TaxClass
from rules.procedure.grants import takes_two
from rules.procedure.objections import Against, handled_by, is_late, last_day
from rules.threats.handoff import HandOffStep
from rules.threats.urgency import SignalKind, SignalSource, Urgency, classify

DAY = timedelta(days=1)
ON = date(2026, 3, 2)
LAST_OLD, FIRST_NEW = date(2023, 12, 31), date(2024, 1, 1)

BEGINS: dict[str, tuple[str, ...]] = {
    "2002-01-01": ("target_closing_days",),
    "2007-01-01": ("creditor_account", "vat_account", "vat_compensable"),
    "2017-01-01": ("economic_category", "task_field"),
    "2019-01-01": ("vat_rates",),
    "2021-01-01, 2024-01-01": (
        "designation",
        "home_maximum",
        "home_measures",
        "ministry_contribution",
        "offices_in_scope",
    ),
    "2021-01-01, 2026-01-01": ("penalty_steps", "urgency_table"),
    "2021-01-01, 2026-12-01": ("escalation_ladders", "reminder_ladders"),
    "2021-01-01, 2023-01-01, 2023-07-01, 2024-01-01, 2025-01-01, 2026-01-01": ("statutory_interest",),
    "2023-01-01": ("calendar_known_through", "calendar_warning_months"),
    "2023-01-01, 2024-01-01, 2025-01-01, 2026-01-01, 2027-01-01, 2028-01-01": ("equated_days",),
    "2024-01-01": ("refusal_decided_by",),
}
"""The first day of each version; a value that is not named here begins on 1 January 2021 and was never changed."""
ENDS = {"equated_days": date(2028, 12, 31)}
"""The last day of each value that is known for some years only; every other value has no end."""


def begins(name: str) -> list[date]:
    (found,) = [days for days, names in BEGINS.items() if name in names] or ["2021-01-01"]
    return [date.fromisoformat(day) for day in found.split(", ")]


def test_the_table_of_first_days_names_each_value_once() -> None:
    named = [name for names in BEGINS.values() for name in names]
    assert len(named) == len(set(named))
    assert set(named) <= versions().keys()


@pytest.mark.parametrize("name", sorted(versions()))
def test_a_value_holds_from_its_first_day_and_each_version_until_the_day_before_the_next(name: str) -> None:
    first, *later = begins(name)
    with pytest.raises(UnknownValueError):
        version(name, first - DAY)
    assert version(name, first).since == first
    for earlier, since in zip([first, *later], later, strict=False):
        assert version(name, since - DAY).since == earlier
        assert version(name, since).since == since
    end = ENDS.get(name)
    assert version(name, end or date.max).since == [first, *later][-1]
    if end:
        with pytest.raises(UnknownValueError):
            version(name, end + DAY)


# Offices.


def test_where_the_home_must_lie_is_said_for_each_office_in_scope() -> None:
    assert value("residence", ON) == {
        PublicOffice.KINGS_COMMISSIONER: "territory",
        PublicOffice.PROVINCIAL_EXECUTIVE: "territory-or-exemption",
        PublicOffice.MAYOR: "territory-or-exemption",
        PublicOffice.ALDERMAN: "territory-or-exemption",
        PublicOffice.WATER_BOARD_CHAIR: "anywhere",
        PublicOffice.WATER_BOARD_EXECUTIVE: "anywhere",
    }


@pytest.mark.parametrize("on", [LAST_OLD, FIRST_NEW])
def test_six_offices_are_in_scope_of_either_scheme(on: date) -> None:
    assert value("offices_in_scope", on) == list(value("residence", on))


# Terms and the calendar.


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("objection_by_post", Length(1, Unit.WEEKS)),
        ("term_delay_notice", Length(4, Unit.WEEKS)),
    ],
)
def test_a_term_lasts_as_its_article_says(name: str, held: Length) -> None:
    assert length(name, ON) == held


@pytest.mark.parametrize(
    ("received_after", "posted_after", "late"),
    [(0, None, False), (1, None, True), (1, 0, False), (7, 0, False), (8, 0, True), (1, 1, True), (-1, 5, False)],
)
def test_an_objection_by_post_may_arrive_a_week_later(
    received_after: int, posted_after: int | None, late: bool
) -> None:
    posted_on = None if posted_after is None else ON + posted_after * DAY
    assert is_late(received_on=ON + received_after * DAY, posted_on=posted_on, until=ON) == late


@pytest.mark.parametrize(
    ("announced_on", "until"),
    [
        (date(2026, 3, 2), date(2026, 4, 13)),
        (date(2026, 2, 20), date(2026, 4, 7)),  # Good Friday and Easter
        (date(2028, 12, 1), date(2029, 1, 12)),  # beyond the known calendar
    ],
)
def test_the_term_to_object_is_six_weeks_after_the_announcement(announced_on: date, until: date) -> None:
    assert last_day(announced_on) == until


def test_a_term_counts_again_from_the_day_of_completion_unless_the_value_says_from_the_day_after() -> None:
    assert last_suspended_day(ON) == ON - DAY
    held = versions()["completion_day_counts"]
    versions()["completion_day_counts"] = tuple(replace(each, value=False) for each in held)
    try:
        assert last_suspended_day(ON) == ON
    finally:
        versions()["completion_day_counts"] = held


EQUATED = {
    2023: ("2023-04-28", "2023-05-19"),
    2024: ("2024-05-10", "2024-12-27"),
    2025: ("2025-05-30",),
    2026: ("2026-01-02", "2026-05-15"),
    2027: ("2027-05-07",),
    2028: ("2028-04-28", "2028-05-26"),
}


@pytest.mark.parametrize("year", EQUATED)
def test_the_crown_equated_these_days_and_no_other(year: int) -> None:
    first = date(year, 1, 1)
    days = (first + number * DAY for number in range((date(year + 1, 1, 1) - first).days))
    assert tuple(str(day) for day in days if why_closed(day) == "an equated day") == EQUATED[year]


def test_the_administrator_is_warned_a_year_before_the_calendar_ends() -> None:
    assert warning_from(ON) == date(2027, 12, 31)


def test_the_office_is_open_from_nine_to_five() -> None:
    assert value("office_hours", ON) == {"opens": time(9), "closes": time(17)}


@pytest.mark.parametrize(
    ("level", "hours"),
    [
        ("intake", (1, 8, 16, 40)),
        ("interview", (8, 40, 80, 160)),
        ("advice", (16, 40, 80, 160)),
        ("authority", (8, 24, 40, 80)),
        ("takeover", (8, 24, 40, 40)),
        ("provision", (40, 160, 320, 480)),
        ("settlement", (40, 40, 80, 80)),
        ("booking", (40, 40, 40, 40)),
        ("loan", (1, 8, 40, 80)),
        ("objection", (16, 40, 80, 80)),
    ],
)
def test_a_service_level_gives_each_lane_its_hours(level: str, hours: tuple[int, ...]) -> None:
    assert value(f"service_level_{level}", ON) == dict(zip(map(str, Urgency), hours, strict=True))


@pytest.mark.parametrize(
    ("ground", "article", "whose"),
    [
        ("awaiting-completion", "Awb 4:15(1)(a)", "applicant"),
        ("awaiting-foreign-information", "Awb 4:15(1)(b)", "owner"),
        ("applicant-consents", "Awb 4:15(2)(a)", "applicant"),
        ("attributable-to-applicant", "Awb 4:15(2)(b)", "applicant"),
        ("force-majeure", "Awb 4:15(2)(c)", "owner"),
    ],
)
def test_a_ground_to_suspend_has_its_article_and_says_whose_the_days_are(ground: str, article: str, whose: str) -> None:
    assert value("suspension_grounds", ON)[ground] == {"article": article, "attributed_to": whose}
    assert len(value("suspension_grounds", ON)) == 5


@pytest.mark.parametrize(
    ("ground", "article", "whose"),
    [
        ("omission", "Awb 7:10(2)", "applicant"),
        ("agreed", "Awb 7:10(4)(a), (b)", "applicant"),
        ("procedure", "Awb 7:10(4)(c)", "office"),
    ],
)
def test_a_ground_to_suspend_a_decision_on_an_objection_has_its_article_too(
    ground: str, article: str, whose: str
) -> None:
    assert value("objection_suspension_grounds", ON)[ground] == {"article": article, "attributed_to": whose}
    assert len(value("objection_suspension_grounds", ON)) == 3


@pytest.mark.parametrize(
    ("stage", "party"),
    [
        ("intake", "office"),
        ("advice", "office"),
        ("with-security-authority", "security-authority"),
        ("refusal-intended", "security-authority"),
        ("takeover", "employer"),
        ("provision", "employer"),
        ("settlement", "employer"),
        ("booking", "employer"),
    ],
)
def test_a_day_belongs_to_the_party_that_must_act_in_the_stage(stage: str, party: str) -> None:
    assert days_per_party(ON, ON, [(ON - DAY, stage)])[party] == 1


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("reserve_every", 5),
        ("work_in_hand_limit", 30),
        ("interview_horizon", 56),
        ("opened_content_hours", 24),
        ("interviews_per_day", 2),
        ("claim_returns_after", {"acute": 2, "urgent": 16, "elevated": 40, "routine": 80}),
        ("at_risk_share", 0.8),
        (
            "disclosure",
            {"cases": 5, "employers": 3, "dominance": 0.75, "median": 10, "tails": 30},
        ),
        ("recent_signal_days", 30),
        ("task_field", "0.1"),
        ("vat_account", "1520-BCF"),
    ],
)
def test_a_number_that_the_office_chose_has_its_documented_value(name: str, held: object) -> None:
    assert value(name, ON) == held


# Objections.


@pytest.mark.parametrize("against", Against)
@pytest.mark.parametrize("role", Role)
def test_the_office_decides_on_its_own_decisions_and_an_employer_on_the_employers(against: Against, role: Role) -> None:
    ours = against in {Against.REFUSAL, Against.NOT_PROCESSED, Against.NO_MEASURES, Against.LAPSED}
    may = {Role.COORDINATOR, Role.SECURITY_AUTHORITY} if ours else {Role.EMPLOYER}
    assert (handled_by(role=role, against=against, on=ON) is None) == (role in may)


def test_the_roles_that_decide_on_an_objection_are_listed_with_the_usual_one_first() -> None:
    office, employer = [Role.COORDINATOR, Role.SECURITY_AUTHORITY], [Role.EMPLOYER]
    assert value("objection_decided_by", ON) == {
        Against.REFUSAL: office,
        Against.NOT_PROCESSED: office,
        Against.NO_MEASURES: office,
        Against.LAPSED: office,
        Against.LOAN_DECLINED: employer,
        Against.SECOND_HOME_DECLINED: employer,
        Against.PENALTY: employer,
        Against.PAYMENT: employer,
    }


def test_a_founded_objection_reopens_the_step_that_was_wrong_and_an_employers_penalty_ends_nothing() -> None:
    assert value("objection_reopens_at", ON) == {
        "refusal": ["intake", "interview-held"],
        "not-processed": ["intake"],
        "no-measures": ["advice"],
        "lapsed": ["intake"],
        "loan-declined": [],
        "second-home-declined": ["advice"],
        "penalty": [],
        "payment": [],
    }


def test_the_roles_that_reach_far_take_two_people_and_the_head_who_confirms_is_among_them() -> None:
    assert value("granted_by_two", ON) == [
        Role.PRIVACY_OFFICER,
        Role.SECURITY_AUTHORITY,
        Role.RELEASER,
        Role.ADMINISTRATOR,
        Role.HEAD,
    ]
    assert [role for role in Role if not takes_two(role, ON)] == [
        Role.APPLICANT,
        Role.OFFICER,
        Role.ADVISER,
        Role.COORDINATOR,
        Role.EMPLOYER,
        Role.APPROVER,
        Role.FINANCE,
        Role.SECURITY_CONTACT,
        Role.SECRETARY,
        Role.MINISTRY_CONTACT,
        Role.AUDITOR,
        Role.ENGINE,
    ]


# Threats.

CLASSES_UNTIL_2025 = {
    # kind: (recent from others, recent from a third party, old); row and class
    SignalKind.ACUTE_DANGER: ("U1 acute", "U1 acute", "U5 urgent"),
    SignalKind.DEATH_THREAT: ("U2 acute", "U3 urgent", "U5 urgent"),
    SignalKind.PHYSICAL_VIOLENCE: ("U2 acute", "U3 urgent", "U5 urgent"),
    SignalKind.STALKING: ("U4 urgent", "U4 urgent", "U7 elevated"),
    SignalKind.SUBVERSION: ("U4 urgent", "U4 urgent", "U7 elevated"),
    SignalKind.INTIMIDATION: ("U6 elevated", "U6 elevated", "U7 elevated"),
    SignalKind.PROPERTY_DAMAGE: ("U6 elevated", "U6 elevated", "U7 elevated"),
    SignalKind.ONLINE_HARASSMENT: ("U6 elevated", "U6 elevated", "U8 routine"),
}
CLASSES_FROM_2026 = {
    # kind: (recent from others, recent from a third party, the same unreported, old)
    SignalKind.ACUTE_DANGER: ("U1 acute", "U1 acute", "U1 acute", "U6 urgent"),
    SignalKind.DEATH_THREAT: ("U2 acute", "U3 acute", "U4 urgent", "U6 urgent"),
    SignalKind.PHYSICAL_VIOLENCE: ("U2 acute", "U3 acute", "U4 urgent", "U6 urgent"),
    SignalKind.STALKING: ("U5 urgent", "U5 urgent", "U5 urgent", "U8 elevated"),
    SignalKind.SUBVERSION: ("U5 urgent", "U5 urgent", "U5 urgent", "U8 elevated"),
    SignalKind.INTIMIDATION: ("U7 elevated", "U7 elevated", "U7 elevated", "U8 elevated"),
    SignalKind.PROPERTY_DAMAGE: ("U7 elevated", "U7 elevated", "U7 elevated", "U8 elevated"),
    SignalKind.ONLINE_HARASSMENT: ("U7 elevated", "U7 elevated", "U7 elevated", "U9 routine"),
}


@pytest.mark.parametrize("kind", SignalKind)
@pytest.mark.parametrize("source", SignalSource)
@pytest.mark.parametrize("reported", [True, False])
def test_every_signal_has_its_row_under_either_table(kind: SignalKind, source: SignalSource, reported: bool) -> None:
    third = source is SignalSource.THIRD_PARTY
    direct, hearsay, old = CLASSES_UNTIL_2025[kind]
    table = {date(2025, 12, 31): (hearsay if third else direct, old)}
    direct, reported_class, unreported_class, old = CLASSES_FROM_2026[kind]
    table[date(2026, 1, 1)] = ((reported_class if reported else unreported_class) if third else direct, old)
    for on, wanted in table.items():
        for days, said in zip((30, 31), wanted, strict=True):
            found = classify(kind, source, on - days * DAY, on, reported=reported)
            assert f"{found.row} {found.urgency}" == said


def test_the_steps_of_the_hand_off_are_five_rows_in_their_order() -> None:
    assert {row["id"]: row["step"] for row in value("hand_off", ON)} == {
        f"H{number}": step for number, step in enumerate(HandOffStep, 1)
    }


@pytest.mark.parametrize(("on", "asked"), [(date(2025, 12, 31), False), (date(2026, 1, 1), True)])
def test_only_the_table_of_2026_depends_on_a_report_to_the_police(on: date, asked: bool) -> None:
    assert all(("reported" in row) == asked for row in value("urgency_table", on))


# Money and tax.


@pytest.mark.parametrize(
    ("first", "last", "percent"),
    [
        ("2021-01-01", "2022-12-31", 2),
        ("2023-01-01", "2023-06-30", 4),
        ("2023-07-01", "2023-12-31", 6),
        ("2024-01-01", "2024-12-31", 7),
        ("2025-01-01", "2025-12-31", 6),
        ("2026-01-01", "2026-12-31", 4),
    ],
)
def test_a_day_late_costs_its_part_of_the_rate_of_that_day(first: str, last: str, percent: int) -> None:
    for day in map(date.fromisoformat, (first, last)):
        year = 366 if day.year == 2024 else 365
        assert interest(Decimal(100 * year), day - DAY, day) == percent


def test_vat_is_nothing_nine_or_twenty_one_percent() -> None:
    assert value("vat_rates", ON) == ["0", "9", "21"]


FREE, EXEMPT = TaxClass.OUTSIDE_SCHEME_FREE_SPACE, TaxClass.EXEMPT_BY_DESIGNATION
WORTH = "LB art. 31(1)(f): economic value from the invoice"
CAR = "LB art. 31(4)(a): exempt only for what is attributable to extraordinary security measures"


@pytest.mark.parametrize(
    ("basis", "found"),
    [
        (LegalBasis.HOME_MEASURE, (FREE, WORTH, WORTH, WORTH)),
        (LegalBasis.LOAN, (FREE, WORTH, WORTH, WORTH)),
        (LegalBasis.WORKPLACE, (FREE, WORTH, WORTH, WORTH)),
        (LegalBasis.ICT, (EXEMPT, "BESL 2.3.8", "BESL 3.3.8", "BESL 4.3.8")),
        (LegalBasis.TRAINING, (EXEMPT, "BESL 2.3.8", "BESL 3.3.8", "BESL 4.3.8")),
        (LegalBasis.CAR, (FREE, CAR, CAR, CAR)),
        (LegalBasis.PROTECTION_SYSTEM, (TaxClass.NOT_WAGE, *["BESL x.3.1(1)"] * 3)),
    ],
)
def test_until_the_end_of_2023_no_measure_had_a_designation_letter(
    basis: LegalBasis, found: tuple[TaxClass, str]
) -> None:
    tax_class, *articles = found
    for kind, article in zip(("province", "municipality", "water-board"), articles, strict=True):
        assert tax.designation(kind, basis, LAST_OLD) == (tax_class, article)


@pytest.mark.parametrize("on", [LAST_OLD, FIRST_NEW])
def test_a_car_has_its_own_line_under_either_scheme(on: date) -> None:
    assert tax.designation("province", LegalBasis.CAR, on) == (FREE, CAR)
    assert tax.designation("province", LegalBasis.CAR, on, attributable=True) == (EXEMPT, "LB art. 31(4)(a)")
