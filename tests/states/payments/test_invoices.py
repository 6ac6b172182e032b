"""Invoices: recurring costs, addressees, what is outside the advice, parts that go back, homes of the old scheme."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from office import (
    BROEKZIJDE,
    GOUDVEEN,
    LAAGLAND,
    START,
    ZILVERDAM,
    Action,
    act,
    at_event,
    do,
    iban,
    onward,
    person,
    problems,
    receive,
    refused,
    row,
    rows,
    snapshot,
    walk,
)
from scans import png
from shelf import Prepared
from sqlalchemy import Engine
from sqlmodel import Session

from rules.core.roles import ENGINE, Actor, Role
from states.charts.application import Stage
from states.commands import invoice_documents
from states.commands.available_actions import actions
from states.commands.bank_files import take_in
from states.errors import MalformedError
from states.formats import demonstration_bank
from states.payments.batch_files import batch_document
from states.storage.database import transaction, vault_of
from states.tables.accounting import Booking, JournalLine
from states.tables.application import Application, Measure
from states.tables.ledger import LedgerEntry, Stream
from states.tables.payments import Payable, PayableLine
from states.tables.work import WorkItem

DAY = timedelta(days=1)
LATER = START + 40 * DAY
TODAY = LATER.date()
PROVIDED = START.date()


def only(domain: str, **changes: Any) -> Callable[[list[Action]], Action | None]:
    """As ``onward``, with one measure in one domain, changed as asked."""

    def choose(proposed: list[Action]) -> Action | None:
        found = onward(proposed)
        if found is None or found.event != "assess-domain" or not found.example:
            return found
        if found.example["domain"] != domain:
            return replace(found, example={**found.example, "needed": False, "measures": []})
        measure = {**found.example["measures"][0], **changes}
        return replace(found, example={**found.example, "measures": [measure]})

    return choose


def line(measure: str | None, gross: str = "121.00", **more: Any) -> dict[str, Any]:
    """A line of 21 percent."""
    total = Decimal(gross)
    net = (total / Decimal("1.21")).quantize(Decimal("0.01"))
    amounts = {"net": f"{net}", "vatRate": "21", "vat": f"{total - net}", "gross": gross}
    return {**({"measure": measure} if measure else {}), **amounts, **more}


def invoice(engine: Engine, *lines: dict[str, Any], at: datetime = LATER, **changes: Any) -> None:
    """Finance of Zilverdam, or of the only employer, receives an invoice."""
    application = row(engine, Application)
    body = {
        "number": "F-1",
        "dated": at.date().isoformat(),
        "payee": "Beveiliging Voorbeeld BV",
        "iban": iban(900),
        "lines": list(lines),
        **changes,
    }
    by = changes.pop("by", None) or finance(engine)
    body.pop("by", None)
    do(engine, "application", application.id, "receive-invoice", by=by, at=at, body=body)


def finance(engine: Engine, role: Role = Role.FINANCE) -> Actor:
    from states.tables.application import ApplicationEmployer  # noqa: PLC0415

    tie = next(item for item in rows(engine, ApplicationEmployer) if item.position == 0)
    return person(role, tie.organisation)


def upload(engine: Engine, payable: Payable, *, at: datetime = LATER) -> None:
    """Finance sends the receipt itself."""
    with transaction(engine) as session:
        invoice_documents.take_in(
            session, session.get_one(Payable, payable.id), png(payable.id), by=finance(engine), at=at
        )


def pay(engine: Engine, *, at: datetime = LATER, employer: str | None = None) -> None:
    """Check, approve and pay what waits at one employer, or at the first."""
    employer = employer or finance(engine).organisation
    clerk = person(Role.FINANCE, employer)
    for payable in rows(engine, Payable, Payable.organisation == employer, Payable.state == "received"):
        if payable.kind == "advance":
            upload(engine, payable)
        do(engine, "payable", payable.id, "check", by=clerk, at=at)
        do(engine, "payable", payable.id, "approve", by=person(Role.APPROVER, employer), at=at)
    batch = do(engine, "payment-batch", None, "build", by=clerk, at=at, body={"employer": employer}).row
    for event, by in (("seal", clerk), ("release", person(Role.RELEASER, employer)), ("export", clerk)):
        do(engine, "payment-batch", batch.id, event, by=by, at=at)
    with transaction(engine) as session:
        order = batch_document(session, session.get_one(type(batch), batch.id))
        take_in(session, demonstration_bank.answer(order, booked_on=at.date()), by=clerk, at=at)


# Recurring costs.

ENDS = PROVIDED + timedelta(days=364)


def fill_recurring(engine: Engine) -> None:
    choose = only("digital", recurring=True)
    walk(engine, receive(engine), before=at_event("receive-invoice"), choose=choose)


def fill_ending(engine: Engine) -> None:
    choose = only("digital", recurring=True, endsOn=ENDS.isoformat())
    walk(engine, receive(engine), before=at_event("receive-invoice"), choose=choose)


def period(since: date, until: date) -> dict[str, str]:
    return {"periodFrom": since.isoformat(), "periodUntil": until.isoformat()}


@pytest.mark.parametrize(
    ("more", "rules"),
    [
        ({}, ["payable.period-named"]),
        (period(PROVIDED, PROVIDED), []),
        (period(PROVIDED - DAY, PROVIDED), ["payable.period-within-measure"]),
        (period(PROVIDED, ENDS), []),
        (period(PROVIDED, ENDS + DAY), ["payable.period-within-measure"]),
    ],
)
def test_a_line_of_what_recurs_names_days_between_provision_and_end(
    prepared: Prepared, more: dict[str, str], rules: list[str]
) -> None:
    engine = prepared("ending", fill_ending)
    measure = row(engine, Measure)
    assert measure.provided_on == PROVIDED
    item = line(measure.id, **more)
    if rules:
        before = snapshot(engine)
        assert refused(lambda: invoice(engine, item)) == rules
        assert snapshot(engine) == before
    else:
        invoice(engine, item)
        found = row(engine, PayableLine)
        assert (found.period_from.isoformat(), found.period_until.isoformat()) == tuple(more.values())
        assert problems(engine) == []


def test_a_one_off_measure_has_no_period(prepared: Prepared) -> None:
    engine = prepared("provided-once", fill_once)
    item = line(row(engine, Measure).id, **period(PROVIDED, PROVIDED))
    assert refused(lambda: invoice(engine, item)) == ["payable.period-named"]


def test_no_day_is_paid_twice_on_one_invoice_or_two_until_the_first_is_rejected(prepared: Prepared) -> None:
    engine = prepared("recurring", fill_recurring)
    key = row(engine, Measure).id
    first, second = period(PROVIDED, PROVIDED + 9 * DAY), period(PROVIDED + 9 * DAY, PROVIDED + 19 * DAY)
    assert refused(lambda: invoice(engine, line(key, **first), line(key, **second))) == ["payable.period-paid-once"]
    invoice(engine, line(key, **first))
    assert refused(lambda: invoice(engine, line(key, **second), number="F-2")) == ["payable.period-paid-once"]
    invoice(engine, line(key, **period(PROVIDED + 10 * DAY, PROVIDED + 19 * DAY)), number="F-3")
    wrong = row(engine, Payable, Payable.number == "F-3")
    do(engine, "payable", wrong.id, "reject", by=finance(engine, Role.APPROVER), at=LATER, body={"reasons": "R"})
    invoice(engine, line(key, **period(PROVIDED + 10 * DAY, PROVIDED + 20 * DAY)), number="F-4")


def test_the_line_that_reaches_the_end_is_the_last_whatever_it_says_itself(prepared: Prepared) -> None:
    engine = prepared("ending", fill_ending)
    key = row(engine, Measure).id
    invoice(engine, line(key, **period(PROVIDED, ENDS - DAY)))  # final by default, and yet not the last
    assert not row(engine, Measure).invoiced
    pay(engine)
    assert row(engine, Measure).state == "provided"
    invoice(engine, line(key, **period(ENDS, ENDS), final=False), number="F-2")
    assert row(engine, Measure).invoiced
    pay(engine)
    assert row(engine, Measure).state == "settled"
    assert problems(engine) == []


def test_without_an_end_a_measure_runs_until_the_office_ends(prepared: Prepared) -> None:
    engine = prepared("recurring", fill_recurring)
    key = row(engine, Measure).id
    invoice(engine, line(key, **period(PROVIDED, PROVIDED + 3650 * DAY)))
    pay(engine)
    assert (row(engine, Measure).invoiced, row(engine, Measure).state) == (False, "provided")
    last = PROVIDED + 3650 * DAY
    for ends_on, settled in ((last + DAY, False), (last, True)):
        body = {"endedOn": ends_on.isoformat()}
        do(engine, "measure", key, "end-with-office", by=ENGINE, at=LATER, body=body)
        assert (row(engine, Measure).ends_on, row(engine, Measure).state == "settled") == (ends_on, settled)
    do(engine, "measure", key, "end-with-office", by=ENGINE, at=LATER, body={"endedOn": (last + DAY).isoformat()})
    assert row(engine, Measure).ends_on == last  # an end is brought forward, never back
    assert problems(engine) == []


def test_what_runs_beyond_an_office_that_ended_meanwhile_is_found_at_the_check(prepared: Prepared) -> None:
    engine = prepared("recurring", fill_recurring)
    invoice(engine, line(row(engine, Measure).id, **period(PROVIDED, TODAY)))
    application, payable = row(engine, Application), row(engine, Payable)
    for until, rules in ((TODAY - DAY, ["payable.period-within-measure"]), (TODAY, [])):
        body = {"inOfficeUntil": until.isoformat(), "reasons": "The office ended."}
        do(engine, "application", application.id, "correct-fact", by=person(Role.OFFICER), at=LATER, body=body)
        if rules:
            assert refused(lambda: do(engine, "payable", payable.id, "check", by=finance(engine), at=LATER)) == rules
        else:
            do(engine, "payable", payable.id, "check", by=finance(engine), at=LATER)


def test_the_example_for_what_recurs_is_accepted_and_asks_for_no_day_twice(prepared: Prepared) -> None:
    engine = prepared("recurring", fill_recurring)
    act(engine, row(engine, Application).id, "receive-invoice", at=LATER)
    assert (row(engine, PayableLine).period_from, row(engine, PayableLine).period_until) == (PROVIDED, TODAY)
    with Session(engine) as session:
        found = actions(session, session.get_one(Application, row(engine, Application).id), at=LATER)
    assert not [item for item in found if item.event == "receive-invoice" and item.allowed]
    assert rows(engine, WorkItem, WorkItem.action == "receive-invoice", WorkItem.done_at.is_(None)) == []  # type: ignore[attr-defined]


# VAT and its addressee.


def fill_once(engine: Engine) -> None:
    walk(engine, receive(engine), before=at_event("receive-invoice"), choose=only("digital"))


def fill_province(engine: Engine) -> None:
    reference = receive(engine, employers=[LAAGLAND], office="provincial-executive")
    walk(engine, reference, before=at_event("receive-invoice"), choose=only("digital"))


def fill_water_board(engine: Engine) -> None:
    reference = receive(engine, employers=[BROEKZIJDE], office="water-board-executive")
    walk(engine, reference, before=at_event("receive-invoice"), choose=only("digital"))


OFFICES = {"municipality": fill_once, "province": fill_province, "water-board": fill_water_board}


def book(engine: Engine, **evidence: Any) -> None:
    """Complete the evidence of every booking and make it."""
    for booking in rows(engine, Booking):
        if booking.state == "awaiting-evidence":
            body = {"noOwnContribution": True, "endOfOffice": "2028-03-31", **evidence}
            do(engine, "booking", booking.id, "complete-evidence", by=finance(engine), at=LATER, body=body)
        do(engine, "booking", booking.id, "book", by=finance(engine), at=LATER)


@pytest.mark.parametrize(
    ("kind", "changes", "addressee", "vat"),
    [
        ("municipality", {}, "employer", "21.00"),
        ("municipality", {"addressee": "official"}, "official", None),
        ("municipality", {"kind": "advance", "receipt": "BON-1"}, "official", None),
        ("municipality", {"kind": "advance", "receipt": "BON-1", "addressee": "employer"}, "employer", "21.00"),
        ("province", {}, "employer", "21.00"),
        ("province", {"addressee": "official"}, "official", None),
        ("water-board", {}, "employer", None),
        ("water-board", {"addressee": "official"}, "official", None),
    ],
)
def test_only_vat_of_the_employers_own_invoice_comes_back_and_else_it_is_cost(
    prepared: Prepared, kind: str, changes: dict[str, str], addressee: str, vat: str | None
) -> None:
    engine = prepared(f"provided-{kind}", OFFICES[kind])
    invoice(engine, line(row(engine, Measure).id), **changes)
    assert row(engine, Payable).addressee == addressee
    pay(engine)
    assert row(engine, Booking).vat == Decimal("21.00")
    book(engine)
    lines = rows(engine, JournalLine)
    found = {item.account: item.debit - item.credit for item in lines if item.part == "cost"}
    compensable = {"1520-BCF": Decimal(vat), "4300": Decimal("100.00")} if vat else {"4300": Decimal("121.00")}
    assert found == {**compensable, "1400": Decimal("-121.00")}
    paid = {item.account: item.debit - item.credit for item in lines if item.part == "payment"}
    assert paid == {"1400": Decimal("121.00"), "1100": Decimal("-121.00")}
    assert problems(engine) == []


def test_an_advance_waits_for_the_receipt_itself_and_a_suppliers_invoice_does_not(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", OFFICES["municipality"])
    invoice(engine, line(row(engine, Measure).id), kind="advance", receipt="BON-1")
    payable, clerk = row(engine, Payable), finance(engine)
    call = lambda: do(engine, "payable", payable.id, "check", by=clerk, at=LATER)  # noqa: E731
    before = snapshot(engine)
    assert refused(call) == ["payable.advance-has-document"]
    assert snapshot(engine) == before
    upload(engine, payable)
    call()
    assert row(engine, Payable).state == "checked"


# Outside the advice.


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"measure": None}, "lines.0.measure"),
        ({"outside": "wage", "reasons": "R"}, "lines.0.outside"),
        ({"measure": None, "outside": "wage"}, "lines.0.reasons"),
        ({"certificateWorks": True}, "lines.0.certificateWorks"),
        ({"measure": None, "outside": "wage", "reasons": "R", "attributable": True}, "lines.0.attributable"),
        ({"periodFrom": "2026-03-02"}, "lines.0.periodUntil"),
        ({"periodUntil": "2026-03-02"}, "lines.0.periodFrom"),
        ({"periodFrom": "2026-03-03", "periodUntil": "2026-03-02"}, "lines.0.periodUntil"),
        (
            {"measure": None, "outside": "wage", "reasons": "R", **period(PROVIDED, PROVIDED)},
            "lines.0.periodFrom",
        ),
        ({"measure": "measure-elsewhere"}, "lines.0.measure"),
        ({"measure": None, "outside": "exempt", "reasons": "R"}, "lines.0.outside"),
        ({"net": "1.234"}, "lines.0.net"),
        ({"gross": "NaN"}, "lines.0.gross"),
        ({"vat": "-0.01"}, "lines.0.vat"),
    ],
)
def test_a_line_that_contradicts_itself_is_named_and_changes_nothing(
    prepared: Prepared, change: dict[str, Any], field: str
) -> None:
    engine = prepared("provided-municipality", fill_once)
    before = snapshot(engine)
    item = {name: thing for name, thing in {**line(row(engine, Measure).id), **change}.items() if thing is not None}
    with pytest.raises(MalformedError) as caught:
        invoice(engine, item)
    assert [found for found, _ in caught.value.problems] == [field]
    assert snapshot(engine) == before


def test_only_a_car_has_a_part_that_is_owed_to_security(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    item = line(row(engine, Measure).id, attributable=True)
    assert refused(lambda: invoice(engine, item)) == ["tax.car-attributable"]


def fill_car(engine: Engine) -> None:
    walk(engine, receive(engine), before=at_event("receive-invoice"), choose=only("travel"))


def test_a_car_is_booked_in_two_classes(prepared: Prepared) -> None:
    engine = prepared("provided-car", fill_car)
    key = row(engine, Measure).id
    invoice(engine, line(key, "242.00", attributable=True), line(key, "121.00"))
    pay(engine)
    found = {item.tax_class: (item.designation.split(":")[0], item.amount, item.vat) for item in rows(engine, Booking)}
    assert found == {
        "exempt-by-designation": ("LB art. 31(4)(a)", Decimal("242.00"), Decimal("42.00")),
        "outside-scheme-free-space": ("LB art. 31(4)(a)", Decimal("121.00"), Decimal("21.00")),
    }


def test_what_is_outside_the_advice_is_booked_as_such_and_its_reasons_are_content(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    words = "Op verzoek van het gezin"
    invoice(
        engine,
        line(row(engine, Measure).id),
        line(None, "60.50", outside="wage", reasons=words),
        line(None, "30.25", outside="free-space", reasons=words, certificateWorks=True),
    )
    payable = row(engine, Payable)
    with Session(engine) as session:
        content = vault_of(session).content(session, session.get_one(Stream, payable.stream), payable.id)
    assert [content["lines.1.reasons"], content["lines.2.reasons"]] == [words, words]
    assert all(words not in f"{entry.facts}{entry.changes}{entry.receipt}" for entry in rows(engine, LedgerEntry))
    pay(engine)
    found = {item.tax_class: (item.designation, item.amount, item.missing) for item in rows(engine, Booking)}
    assert found == {
        "exempt-by-designation": ("BESL 3.3.8(k)", Decimal("121.00"), ["no-own-contribution", "end-of-office"]),
        "outside-scheme-wage": ("LB art. 10", Decimal("60.50"), ["payroll-reference"]),
        "outside-scheme-free-space": ("LB art. 31a", Decimal("30.25"), ["free-space-designation"]),
    }
    book(engine, payrollReference="SAL-1", freeSpaceDesignation="WKR-1")
    assert {item.state for item in rows(engine, Booking)} == {"booked"}
    assert problems(engine) == []


def test_an_invoice_of_nothing_but_what_is_outside_needs_no_measure_that_waits(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    invoice(engine, line(row(engine, Measure).id))
    own = line(None, outside="wage", reasons="R")
    invoice(engine, own, number="F-2", dated="2026-03-01", ownContribution="5.00")  # before the takeover, with a share
    assert refused(lambda: invoice(engine, line(row(engine, Measure).id), number="F-3")) == [
        "step.nothing-left-to-invoice"
    ]
    second = row(engine, Payable, Payable.number == "F-2")
    do(engine, "payable", second.id, "check", by=finance(engine), at=LATER)


# Own contribution.


def test_an_own_contribution_blocks_check_approval_and_the_exempt_booking(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    invoice(engine, line(row(engine, Measure).id), ownContribution="0.01")
    payable = row(engine, Payable)
    asked = ["tax.no-own-contribution"]
    assert refused(lambda: do(engine, "payable", payable.id, "check", by=finance(engine), at=LATER)) == asked
    with transaction(engine) as session:  # as if it were found out later
        session.get_one(Payable, payable.id).own_contribution = Decimal(0)
    do(engine, "payable", payable.id, "check", by=finance(engine), at=LATER)
    contribute(engine, "0.01")
    approver = finance(engine, Role.APPROVER)
    assert refused(lambda: do(engine, "payable", payable.id, "approve", by=approver, at=LATER)) == asked
    contribute(engine, "0.00")
    pay_approved = do(engine, "payable", payable.id, "approve", by=approver, at=LATER)
    assert pay_approved.row.state == "approved"
    pay(engine)
    booking = row(engine, Booking)
    contribute(engine, "0.01")
    body = {"noOwnContribution": True, "endOfOffice": "2028-03-31"}
    call = lambda: do(engine, "booking", booking.id, "complete-evidence", by=finance(engine), at=LATER, body=body)  # noqa: E731
    assert refused(call) == asked
    contribute(engine, "0.00")
    call()
    contribute(engine, "0.01")
    assert refused(lambda: do(engine, "booking", booking.id, "book", by=finance(engine), at=LATER)) == asked


def contribute(engine: Engine, amount: str) -> None:
    """Someone finds out about an own contribution, or pays it back."""
    with transaction(engine) as session:
        session.get_one(Payable, row(engine, Payable).id).own_contribution = Decimal(amount)


# Penalties and interest.


@pytest.mark.parametrize(("kind", "article"), [("penalty", "Awb 4:17"), ("interest", "Awb 4:98")])
def test_a_penalty_and_interest_are_no_wage_and_need_no_evidence_of_a_provision(
    prepared: Prepared, kind: str, article: str
) -> None:
    engine = prepared("provided-municipality", fill_once)
    body = {
        "application": row(engine, Application).id,
        "invoice": "invoice-penalty",
        "organisation": ZILVERDAM,
        "kind": kind,
        "number": "DWS-1",
        "dated": TODAY.isoformat(),
        "receivedOn": TODAY.isoformat(),
        "payee": "A. Voorbeeld",
        "iban": iban(800),
        "awarded": "138.00",
    }
    do(engine, "payable", None, "receive", by=ENGINE, at=LATER, body=body)
    pay(engine)
    booking = row(engine, Booking)
    assert (booking.tax_class, booking.designation, booking.amount) == ("not-wage", article, Decimal("138.00"))
    assert (booking.state, booking.vat, booking.missing) == ("ready", Decimal("0.00"), [])
    assert booking.evidence["invoice"]["number"] == "DWS-1"


# Evidence.


def fill_home(engine: Engine) -> None:
    reference = receive(engine, employers=[GOUDVEEN], inOfficeUntil="2028-03-31")
    walk(engine, reference, before=at_event("receive-invoice"), choose=only("home"))


def test_what_is_there_of_the_evidence_fills_itself_in_and_the_rest_is_asked_for(prepared: Prepared) -> None:
    engine = prepared("provided-home", fill_home)
    application, measure = row(engine, Application), row(engine, Measure)
    invoice(engine, line(measure.id), by=person(Role.FINANCE, GOUDVEEN))
    pay(engine)
    booking = row(engine, Booking)
    assert booking.evidence == {
        "adopted-advice": {"reference": application.id, "adoptedOn": application.adopted_on.isoformat()},
        "measures": {measure.id: "home-measure"},
        "invoice": {
            "number": "F-1",
            "dated": TODAY.isoformat(),
            "net": "100.00",
            "vat": "21.00",
            "gross": "121.00",
        },
    }
    assert booking.missing == ["risk-inventory", "no-own-contribution", "certificate-works"]
    own = person(Role.FINANCE, GOUDVEEN)
    do(engine, "organisation", GOUDVEEN, "record-inventory", by=own, at=LATER, body={"riskInventory": "RIE-9"})
    with pytest.raises(MalformedError, match="risk-inventory, no-own-contribution, certificate-works"):
        do(engine, "booking", booking.id, "complete-evidence", by=own, at=LATER, body={})
    do(engine, "booking", booking.id, "complete-evidence", by=own, at=LATER, body={"certificateWorks": True})
    assert row(engine, Booking).missing == ["no-own-contribution"]
    assert row(engine, Booking).evidence["risk-inventory"] == "RIE-9"
    act(engine, application.id, "complete-evidence", at=LATER)
    assert (row(engine, Booking).state, row(engine, Booking).missing) == ("ready", [])
    assert problems(engine) == []


def test_works_for_the_certificate_that_are_recorded_outside_need_no_declaration(prepared: Prepared) -> None:
    engine = prepared("provided-home", fill_home)
    works = line(None, "60.50", outside="wage", reasons="R", certificateWorks=True)
    invoice(engine, line(row(engine, Measure).id), works)
    pay(engine)
    exempt = row(engine, Booking, Booking.tax_class == "exempt-by-designation")
    assert exempt.missing == ["risk-inventory", "no-own-contribution"]


def test_lent_goods_carry_the_end_of_the_office(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    invoice(engine, line(row(engine, Measure).id))
    pay(engine)
    booking, application = row(engine, Booking), row(engine, Application)
    assert booking.missing == ["no-own-contribution", "end-of-office"]
    early = {"noOwnContribution": True, "endOfOffice": (application.certain_since - DAY).isoformat()}
    call = lambda: do(engine, "booking", booking.id, "complete-evidence", by=finance(engine), at=LATER, body=early)  # noqa: E731
    assert refused(call) == ["step.not-before"]
    act(engine, application.id, "complete-evidence", at=LATER)
    assert row(engine, Booking).state == "ready"


# One part of a shared invoice goes back.


def fill_shared(engine: Engine) -> None:
    reference = receive(engine, employers=[ZILVERDAM, GOUDVEEN])
    walk(engine, reference, before=at_event("receive-invoice"), choose=only("digital"))


def part(engine: Engine, employer: str, number: str = "F-1") -> Any:
    return row(engine, Payable, Payable.organisation == employer, Payable.number == number, Payable.state != "rejected")


def reject(engine: Engine, employer: str) -> None:
    by = person(Role.APPROVER, employer)
    do(engine, "payable", part(engine, employer).id, "reject", by=by, at=LATER, body={"reasons": "Wrong work."})


@pytest.mark.parametrize("other", ["received", "checked", "approved"])
def test_a_shared_invoice_goes_back_as_a_whole_and_the_right_one_comes_in_its_place(
    prepared: Prepared, other: str
) -> None:
    engine = prepared("shared", fill_shared)
    item = line(row(engine, Measure).id)
    invoice(engine, item)
    for event, role in (("check", Role.FINANCE), ("approve", Role.APPROVER))[
        : ("received", "checked", "approved").index(other)
    ]:
        do(engine, "payable", part(engine, ZILVERDAM).id, event, by=person(role, ZILVERDAM), at=LATER)
    reject(engine, GOUDVEEN)
    assert {payable.state for payable in rows(engine, Payable)} == {"rejected"}
    assert not row(engine, Measure).invoiced
    waiting = rows(engine, WorkItem, WorkItem.action == "receive-invoice", WorkItem.done_at.is_(None))  # type: ignore[attr-defined]
    assert [item.subject for item in waiting] == [row(engine, Measure).id]
    invoice(engine, item)
    assert sorted(payable.state for payable in rows(engine, Payable)) == ["received"] * 2 + ["rejected"] * 2
    assert problems(engine) == []


@pytest.mark.parametrize("paid", [True, False])
def test_a_part_with_the_bank_stands_and_the_rejected_one_is_replaced_alone(prepared: Prepared, paid: bool) -> None:
    engine = prepared("shared", fill_shared)
    key = row(engine, Measure).id
    invoice(engine, line(key, "242.00"))
    if paid:
        pay(engine, employer=ZILVERDAM)
    else:
        mine = part(engine, ZILVERDAM)
        do(engine, "payable", mine.id, "check", by=person(Role.FINANCE, ZILVERDAM), at=LATER)
        do(engine, "payable", mine.id, "approve", by=person(Role.APPROVER, ZILVERDAM), at=LATER)
        body = {"employer": ZILVERDAM}
        do(engine, "payment-batch", None, "build", by=person(Role.FINANCE, ZILVERDAM), at=LATER, body=body)
    wrong = part(engine, GOUDVEEN)
    reject(engine, GOUDVEEN)
    assert part(engine, ZILVERDAM).state == ("paid" if paid else "batched")
    assert row(engine, Measure).state == "provided"
    whole, again = line(key, "242.00"), line(key, "121.00")
    assert refused(lambda: invoice(engine, whole)) == ["payable.not-a-duplicate"]
    assert refused(lambda: invoice(engine, again, replaces=part(engine, ZILVERDAM).id)) == [
        "payable.replaces-a-rejected-part",
        "payable.not-a-duplicate",
    ]
    act(engine, row(engine, Application).id, "receive-invoice", at=LATER)  # the example proposes that part again
    right = part(engine, GOUDVEEN)
    assert (right.gross, right.replaces, right.invoice) == (wrong.gross, wrong.id, wrong.invoice)
    assert len(rows(engine, Payable)) == 3
    assert refused(lambda: invoice(engine, again, replaces=wrong.id, number="F-9")) == [
        "payable.replaces-a-rejected-part",
        "step.nothing-left-to-invoice",
    ]
    pay(engine, employer=GOUDVEEN)
    assert (row(engine, Measure).state == "settled") == paid
    assert problems(engine) == []


def test_a_part_is_replaced_in_its_own_case_and_for_its_own_employer(prepared: Prepared) -> None:
    engine = prepared("shared", fill_shared)
    item = line(row(engine, Measure).id)
    with pytest.raises(MalformedError) as caught:
        invoice(engine, item, replaces="payable-elsewhere")
    assert [field for field, _ in caught.value.problems] == ["replaces"]
    invoice(engine, item)
    pay(engine, employer=ZILVERDAM)
    reject(engine, GOUDVEEN)
    with transaction(engine) as session:
        session.get_one(Measure, row(engine, Measure).id).payer = ZILVERDAM
    with pytest.raises(MalformedError, match=f"paid by {ZILVERDAM} alone"):
        invoice(engine, item, replaces=row(engine, Payable, Payable.state == "rejected").id)


def test_the_days_of_a_recurring_part_are_free_for_the_part_that_replaces_it(prepared: Prepared) -> None:
    engine = prepared("shared-recurring", fill_shared_recurring)
    key, days = row(engine, Measure).id, period(PROVIDED, PROVIDED + 9 * DAY)
    invoice(engine, line(key, "242.00", **days))
    pay(engine, employer=ZILVERDAM)
    wrong = part(engine, GOUDVEEN)
    reject(engine, GOUDVEEN)
    invoice(engine, line(key, **days), replaces=wrong.id, number="F-2")
    again = refused(lambda: invoice(engine, line(key, **days), number="F-3"))
    assert again == ["payable.period-paid-once"]


def fill_shared_recurring(engine: Engine) -> None:
    reference = receive(engine, employers=[ZILVERDAM, GOUDVEEN])
    walk(engine, reference, before=at_event("receive-invoice"), choose=only("digital", recurring=True))


# The scheme of 2021 to 2023.

OLD = datetime(2023, 12, 11, 9, tzinfo=UTC)
LAST_OLD = datetime(2023, 12, 31, 12, tzinfo=UTC)


def fill_old(engine: Engine) -> None:
    reference = receive(engine, at=OLD, certainSince="2022-06-01")
    walk(engine, reference, before=at_event("provide"), choose=only("home"), at=OLD)


def provide(engine: Engine, at: datetime, **more: Any) -> None:
    body = {"providedOn": at.date().isoformat(), **more}
    do(engine, "measure", row(engine, Measure).id, "provide", by=person(Role.EMPLOYER, ZILVERDAM), at=at, body=body)


@pytest.mark.parametrize(
    ("at", "gross", "rules"),
    [
        (LAST_OLD, "2400.00", []),
        (LAST_OLD, "2400.01", ["provision.home-maximum"]),
        (LAST_OLD + DAY, "2400.01", []),
        (LAST_OLD + DAY, "9999.99", []),
    ],
)
def test_a_home_measure_is_judged_by_the_scheme_of_the_day_it_was_provided(
    prepared: Prepared, at: datetime, gross: str, rules: list[str]
) -> None:
    engine = prepared("old-home", fill_old)
    provide(engine, at, **({"onClosedList": True} if at == LAST_OLD else {}))
    item = line(row(engine, Measure).id, gross)
    if rules:
        assert refused(lambda: invoice(engine, item, at=LATER)) == rules
        outside = line(None, "0.01", vatRate="0", net="0.01", vat="0.00", outside="wage", reasons="Above the maximum.")
        invoice(engine, line(row(engine, Measure).id, "2400.00"), outside, at=LATER)
    else:
        invoice(engine, item, at=LATER)
    assert problems(engine) == []


def test_all_that_was_provided_at_a_home_counts_together(prepared: Prepared) -> None:
    engine = prepared("old-home", fill_old)
    provide(engine, LAST_OLD, onClosedList=True)
    key = row(engine, Measure).id
    invoice(engine, line(key, "2000.00", final=False), at=LATER)
    assert refused(lambda: invoice(engine, line(key, "400.01"), number="F-2")) == ["provision.home-maximum"]
    invoice(engine, line(key, "400.00"), number="F-2")


@pytest.mark.parametrize(("at", "rules"), [(LAST_OLD, ["provision.home-maximum"]), (LAST_OLD + DAY, [])])
def test_what_was_invoiced_ahead_is_judged_at_the_provision(prepared: Prepared, at: datetime, rules: list[str]) -> None:
    engine = prepared("old-home", fill_old)
    invoice(engine, line(row(engine, Measure).id, "2400.01"), at=OLD + 5 * DAY)
    more = {"onClosedList": True} if rules else {}
    if rules:
        assert refused(lambda: provide(engine, at, **more)) == rules
    else:
        provide(engine, at, **more)


@pytest.mark.parametrize(("listed", "rules"), [(None, 1), (False, 1), (True, 0)])
def test_until_2023_a_home_measure_stands_on_the_closed_list(
    prepared: Prepared, listed: bool | None, rules: int
) -> None:
    engine = prepared("old-home", fill_old)
    more = {} if listed is None else {"onClosedList": listed}
    if rules:
        assert refused(lambda: provide(engine, LAST_OLD, **more)) == ["provision.on-the-closed-list"]
    else:
        provide(engine, LAST_OLD, **more)
        example = {item.event: item.facts for item in rows(engine, LedgerEntry, LedgerEntry.event == "provide")}
        assert example["provide"]["on_closed_list"] is True


def test_since_2024_there_is_no_list_to_stand_on(prepared: Prepared) -> None:
    engine = prepared("old-home", fill_old)
    with pytest.raises(MalformedError) as caught:
        provide(engine, LAST_OLD + DAY, onClosedList=True)
    assert [field for field, _ in caught.value.problems] == ["onClosedList"]


def test_the_example_of_a_provision_in_the_old_scheme_is_accepted(prepared: Prepared) -> None:
    engine = prepared("old-home", fill_old)
    act(engine, row(engine, Application).id, "provide", at=LAST_OLD)
    assert row(engine, Measure).provided_on == LAST_OLD.date()


def test_another_home_has_a_maximum_of_its_own(prepared: Prepared) -> None:
    engine = prepared("two-old-homes", fill_two_old)
    for measure in rows(engine, Measure):
        body = {"providedOn": "2023-12-31", "onClosedList": True}
        do(engine, "measure", measure.id, "provide", by=person(Role.EMPLOYER, ZILVERDAM), at=LAST_OLD, body=body)
    for number, measure in enumerate(rows(engine, Measure)):
        found = {
            "number": f"F-{number}",
            "dated": "2024-01-05",
            "payee": "P",
            "iban": iban(900),
            "lines": [line(measure.id, "2400.00")],
        }
        do(
            engine,
            "application",
            measure.stream,
            "receive-invoice",
            by=person(Role.FINANCE, ZILVERDAM),
            at=LATER,
            body=found,
        )
    assert len(rows(engine, Payable)) == 2


def fill_two_old(engine: Engine) -> None:
    fill_old(engine)
    applicant = row(engine, Application).applicant
    reference = receive(engine, at=OLD, certainSince="2022-06-01", applicant=applicant)
    walk(engine, reference, before=at_event("provide"), choose=only("home"), at=OLD)
    assert {item.state for item in rows(engine, Application)} == {Stage.PROVISION}
