"""Certificates: a measure that waits for one, and the measures that continue meanwhile."""

from datetime import UTC, date, datetime, timedelta

import pytest
from office import (
    BROEKZIJDE,
    EMPLOYER,
    LAAGLAND,
    OFFICER,
    START,
    ZILVERDAM,
    do,
    person,
    receive,
    refused,
    row,
    rows,
    walk,
)
from prepared_databases import Prepared
from sqlalchemy import Engine

from rules.core.roles import Role
from states.charts.application import Stage
from states.tables.application import Application, ApplicationEmployer, Measure

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)


def fill_provision(engine: Engine) -> None:
    walk(engine, receive(engine, inOfficeUntil="2026-03-18"), Stage.PROVISION)


def order(engine: Engine, domain: str, day: str) -> list[str]:
    """The rules that refuse to order the measure of a domain on a day; none where it is ordered."""
    measure = row(engine, Measure, Measure.domain == domain)
    employer = person(Role.EMPLOYER, rows(engine, Measure)[0].payer or row_employer(engine))

    def call() -> object:
        return do(engine, "measure", measure.id, "order", by=employer, at=NOON, body={"orderedOn": day})

    try:
        call()
    except Exception:  # noqa: BLE001  # whatever it was, it is looked at below
        return refused(call)
    return []


def row_employer(engine: Engine) -> str:
    return str(rows(engine, ApplicationEmployer)[0].organisation)


def certify(engine: Engine, **body: str) -> None:
    at = NOON - timedelta(hours=1)
    do(engine, "application", row(engine, Application).id, "record-certificate", by=OFFICER, at=at, body=body)


def test_the_home_waits_for_its_certificate_while_work_travel_and_digital_continue(prepared: Prepared) -> None:
    engine = prepared("provision", fill_provision)
    assert order(engine, "home", "2026-03-10") == ["gate.certificate"]
    for domain in ("work", "travel", "digital"):
        assert order(engine, domain, "2026-03-10") == []
        measure = row(engine, Measure, Measure.domain == domain)
        do(engine, "measure", measure.id, "provide", by=EMPLOYER, at=NOON, body={"providedOn": "2026-03-18"})
    assert row(engine, Application).state == "provision"
    certify(engine, kind="valid", validFrom="2026-03-01")
    assert order(engine, "home", "2026-03-10") == []


@pytest.mark.parametrize(
    ("day", "rules"),
    [
        ("2026-03-09", ["gate.certificate"]),
        ("2026-03-10", []),
        ("2026-03-12", []),
        ("2026-03-13", ["gate.certificate"]),
    ],
)
def test_a_certificate_allows_the_measure_from_its_first_through_its_last_day(
    prepared: Prepared, day: str, rules: list[str]
) -> None:
    engine = prepared("provision", fill_provision)
    certify(engine, kind="valid", validFrom="2026-03-10", validUntil="2026-03-12")
    assert order(engine, "home", day) == rules


def test_a_certificate_that_lapsed_between_order_and_provision_holds_back_the_provision(prepared: Prepared) -> None:
    engine = prepared("provision", fill_provision)
    certify(engine, kind="valid", validFrom="2026-03-10", validUntil="2026-03-12")
    assert order(engine, "home", "2026-03-12") == []
    home = row(engine, Measure, Measure.domain == "home")

    def provide(day: str) -> object:
        return do(engine, "measure", home.id, "provide", by=EMPLOYER, at=NOON, body={"providedOn": day})

    assert refused(lambda: provide("2026-03-13")) == ["gate.certificate"]
    assert refused(lambda: provide("2026-03-11")) == ["step.not-before"]
    provide("2026-03-12")


def test_where_no_certificate_can_be_required_the_reasons_allow_the_measure(prepared: Prepared) -> None:
    engine = prepared("provision", fill_provision)
    wanted = ["step.hardship-has-reasons"]
    assert refused(lambda: certify(engine, kind="hardship", validFrom="2026-03-10")) == wanted
    assert order(engine, "home", "2026-03-10") == ["gate.certificate"]
    certify(engine, kind="hardship", validFrom="2026-03-10", reasons="The house is rented and to be torn down.")
    assert order(engine, "home", "2026-03-10") == []


@pytest.mark.parametrize(("day", "rules"), [("2026-03-18", []), ("2026-03-19", ["measure.provided-in-office"])])
def test_a_measure_is_ordered_while_the_office_lasts(prepared: Prepared, day: str, rules: list[str]) -> None:
    engine = prepared("provision", fill_provision)
    certify(engine, kind="valid", validFrom="2026-03-01")
    assert order(engine, "home", day) == rules
    assert order(engine, "digital", day) == rules


@pytest.mark.parametrize(
    ("office_held", "employer", "rules"),
    [
        ("mayor", ZILVERDAM, ["eligibility.residence"]),
        ("kings-commissioner", LAAGLAND, ["eligibility.residence"]),
        ("water-board-chair", BROEKZIJDE, []),
        ("water-board-executive", BROEKZIJDE, []),
    ],
)
def test_a_home_outside_the_territory_holds_back_all_but_the_water_boards(
    office: Engine, office_held: str, employer: str, rules: list[str]
) -> None:
    walk(office, receive(office, office=office_held, employers=[employer], inTerritory=False), Stage.PROVISION)
    certify(office, kind="valid", validFrom="2026-03-01")
    assert order(office, "home", "2026-03-10") == rules
    assert order(office, "travel", "2026-03-10") == []


@pytest.mark.parametrize(
    ("office_held", "employer", "rules"),
    [
        ("mayor", ZILVERDAM, []),
        ("kings-commissioner", LAAGLAND, ["eligibility.residence"]),
    ],
)
def test_an_exemption_from_residence_counts_from_its_day_where_the_office_knows_one(
    office: Engine, office_held: str, employer: str, rules: list[str]
) -> None:
    walk(office, receive(office, office=office_held, employers=[employer], inTerritory=False), Stage.PROVISION)
    certify(office, kind="valid", validFrom="2026-03-01")
    assert order(office, "home", "2026-03-09") == ["eligibility.residence"]
    at = datetime(2026, 3, 10, 9, tzinfo=UTC)
    body = {"exemptionOn": "2026-03-10", "reasons": "The council granted it."}
    do(office, "application", row(office, Application).id, "correct-fact", by=OFFICER, at=at, body=body)
    assert order(office, "home", "2026-03-10") == rules


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"office": "municipal-councillor"}, ["eligibility.office-in-scope"]),
        ({"office": "mayor", "certainSince": "2026-03-02"}, []),
        ({"office": "mayor", "certainSince": "2026-03-03"}, ["eligibility.in-office"]),
        ({"office": "mayor", "inOfficeUntil": "2026-03-02"}, []),
        ({"office": "mayor", "inOfficeUntil": "2026-03-01"}, ["eligibility.in-office"]),
        ({"office": "mayor", "actingSince": "2026-03-02"}, []),
        ({"office": "alderman", "actingSince": "2024-06-01"}, ["eligibility.acting"]),
        (
            {"office": "water-board-chair", "employers": [BROEKZIJDE], "actingSince": "2026-01-31"},
            ["eligibility.acting"],
        ),
        ({"office": "water-board-chair", "employers": [BROEKZIJDE], "actingSince": "2026-01-30"}, []),
    ],
)
def test_an_interview_is_planned_for_an_official_with_a_claim_on_that_day(
    office: Engine, changes: dict[str, object], rules: list[str]
) -> None:
    reference = receive(office, **changes)
    do(office, "application", reference, "start-intake", by=OFFICER)
    assert START.date() == date(2026, 3, 2)

    def plan() -> object:
        body = {"interviewOn": "2026-03-02"}
        return do(office, "application", reference, "plan-interview", by=OFFICER, body=body)

    if not rules:
        plan()
        return
    assert refused(plan) == rules
    body = {"ground": rules[0], "reasons": "No claim."}
    do(office, "application", reference, "intend-refusal", by=OFFICER, body=body)
