"""Office in which every list has few rows somewhere and many elsewhere, and where those are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from banking import Line, bring, send, statement
from loan_cases import ask
from office import (
    ADMINISTRATOR,
    CONTACT,
    COORDINATOR,
    DAY,
    EMPLOYER,
    FINANCE,
    GOUDVEEN,
    OFFICER,
    OTHER_OFFICER,
    SECOND_ADMINISTRATOR,
    START,
    ZILVERDAM,
    at_event,
    do,
    enrol,
    furnish,
    person,
    receive,
    row,
    rows,
    sparing,
    walk,
)
from scans import png
from sqlalchemy import Engine

from rules.core.roles import Actor, Role
from states.charts.application import Stage
from states.commands import invoice_documents
from states.storage.database import transaction
from states.tables.accounting import Booking
from states.tables.application import Measure
from states.tables.payments import BankEntry, BankMessage, BatchLine, Payable, PaymentBatch
from states.tables.work import WorkAlarm, WorkItem, WorkProposal

READERS = (OFFICER, COORDINATOR, EMPLOYER, CONTACT, FINANCE)
NO_ROWS_OF_THE_DATABASE = {
    "list-rules": "the rules and values of files",
    "list-timers": "the kinds of terms and flows",
    "get-letters-of-person": "the letters of the catalogue",
    "report-spending": "the kinds of employers",
}
"""Lists whose length the database does not decide."""
FIGURES = {
    "get-statistics": "figures of the whole office",
    "get-progress-report": "figures of the whole office",
}
TEXTS_OF_ONE_THING = {
    "get-measure": "the texts of the entries of one measure",
    "get-loan": "the texts of the entries of one loan",
    "get-objection": "the texts of the entries of one objection",
}
"""Lists of what one reading of the vault opens; the lists of these things are measured."""
JUDGED = {
    "get-actions": "each part of the case is judged by its own rules",
    "propose-batch": "each payable is judged again by its own rules",
}
"""Lists in which the rules judge each row, and read what they need for it."""


@dataclass(frozen=True)
class Reading:
    """One list with few rows and with many, and who reads it."""

    few: str
    many: str
    by: tuple[Actor, ...] = READERS
    and_by: Actor | None = None
    """Who reads the many, if not the same person."""


def pages(address: str, *by: Actor, few: int = 1) -> Reading:
    """A list in pages: a few rows, and as many as there are."""
    more = "&" if "?" in address else "?"
    return Reading(f"{address}{more}limit={few}", f"{address}{more}limit=50", by or READERS)


def fill(engine: Engine) -> None:
    """Cases of one employer and of two, at each step of a payment, with loans, proposals and statements."""
    furnish(engine)
    for stop in (at_event("order"), at_event("check"), None):
        how: dict[str, Any] = {} if stop is None else {"before": stop}
        walk(engine, receive(engine), Stage.CLOSED, choose=sparing, **how)
        walk(engine, receive(engine, employers=[ZILVERDAM, GOUDVEEN]), Stage.CLOSED, **how)
    for _ in range(3):
        walk(engine, receive(engine), before=at_event("build"), choose=sparing)
    batch = send(engine)
    bring(engine, statement(Line(f"-{batch.total}", batch=batch.message_id), name="S-0"))
    for number, lines in enumerate(([Line("5.00")], [Line("6.00"), Line("7.00"), Line("8.00")]), start=1):
        bring(engine, statement(*lines, name=f"S-{number}", sequence=number * 10))
    for _ in range(3):
        ask(engine, by=OFFICER)
    for employer, months in ((GOUDVEEN, ("2026-01",)), (ZILVERDAM, ("2026-01", "2026-02"))):
        for month in months:
            clerk = person(Role.FINANCE, employer)
            do(engine, "organisation", employer, "close-period", by=clerk, at=START + DAY, body={"period": month})
    payables = of_two_invoices(engine)
    with transaction(engine) as session:
        for payable, many in ((payables[0], 1), (payables[1], 3)):
            for number in range(many):
                clerk = person(Role.FINANCE, payable.organisation)
                examined = invoice_documents.examine(png(f"{payable.id} {number}"), on=START.date())
                invoice_documents.take_in(session, session.get_one(Payable, payable.id), examined, by=clerk, at=START)
    propose_duties(engine)
    hand_out(engine)


def of_two_invoices(engine: Engine) -> list[Payable]:
    """The first payable of each of two invoices; parts of one invoice have the same documents."""
    found: dict[str, Payable] = {}
    for payable in sorted(rows(engine, Payable), key=lambda payable: payable.id):
        found.setdefault(payable.invoice, payable)
    return list(found.values())[:2]


def propose_duties(engine: Engine) -> None:
    """For one officer one role that reaches far is proposed, for the other several."""
    with transaction(engine) as session:
        enrol(session, SECOND_ADMINISTRATOR, at=START)
    far = ("privacy-officer", "security-authority")
    for who, role in ((OTHER_OFFICER, far[0]), *((OFFICER, role) for role in far)):
        do(engine, "person", who.person, "grant-duty", by=ADMINISTRATOR, at=START + DAY, body={"role": role})


def hand_out(engine: Engine) -> None:
    """One officer holds, and is asked to take, one item, and the other several; several pools rang."""
    waiting = [item for item in rows(engine, WorkItem) if item.done_at is None and item.role == "officer"]
    with transaction(engine) as session:
        for number, item in enumerate(waiting[:4]):
            mine = session.get_one(WorkItem, item.id)
            who = OTHER_OFFICER if number == 0 else OFFICER
            mine.assignee, mine.claimed_at, mine.lane = who.person, START, 1
            proposal = WorkProposal(id=f"p-{number}", work_item=item.id, person=who.person, proposed_at=START)
            session.add(proposal)
        for number in range(3):
            since = START + timedelta(hours=number)
            alarm = {"role": "officer", "organisation": "", "kind": "nobody-there", "since": since, "until": since}
            session.add(WorkAlarm(id=f"a-{number}", waiting=1, **alarm))


def readings(engine: Engine) -> Mapping[str, Reading]:
    """Where each list has few rows and many, by operation id."""
    open_few, open_many, _, _, closed_few, closed_many, *_ = [f"/v1/applications/{key}" for key in in_order(engine)]
    stream_few, stream_many = closed_few.rsplit("/", 1)[1], closed_many.rsplit("/", 1)[1]
    (payable_few,) = rows(engine, Payable, Payable.stream == stream_few)
    payable_many = next(iter(rows(engine, Payable, Payable.stream == stream_many)))
    (measure_few,) = [each for each in rows(engine, Measure, Measure.stream == stream_few) if each.state != "dropped"]
    measure_many = next(
        each for each in rows(engine, Measure, Measure.stream == stream_many) if each.state != "dropped"
    )
    sizes = {
        batch.id: len(rows(engine, BatchLine, BatchLine.batch == batch.id)) for batch in rows(engine, PaymentBatch)
    }
    batch_few, batch_many = min(sizes, key=lambda key: sizes[key]), max(sizes, key=lambda key: sizes[key])
    message_few, message_many = (row(engine, BankMessage, BankMessage.statement == f"S-{n}").id for n in (1, 2))
    entries = {entry.batch: f"{entry.message}/entries/{entry.position}" for entry in rows(engine, BankEntry)}
    documented = [each.id for each in of_two_invoices(engine)]
    booking_few = next(iter(rows(engine, Booking, Booking.payable == payable_few.id))).id
    booking_many = next(iter(rows(engine, Booking, Booking.payable == payable_many.id))).id

    def employers(address: str) -> Reading:
        return Reading(*(f"{address}?employer={employer}" for employer in (GOUDVEEN, ZILVERDAM)), (COORDINATOR,))

    return {
        "list-applications": pages("/v1/applications"),
        "get-application": Reading(closed_few, closed_many),
        "get-history": pages(f"{closed_many}/history", few=12),
        "get-decisions": pages(f"{closed_many}/decisions", few=12),
        "get-person": Reading(
            *(f"/v1/people/{who.person}" for who in (OTHER_OFFICER, OFFICER)), (SECOND_ADMINISTRATOR,)
        ),
        "list-proposed-duties": pages("/v1/proposed-duties", SECOND_ADMINISTRATOR),
        "get-deadlines": Reading(f"{open_few}/deadlines", f"{open_many}/deadlines"),
        "get-priority": Reading(f"{open_few}/priority", f"{open_many}/priority"),
        "get-measures": Reading(f"{open_few}/measures", f"{open_many}/measures"),
        "get-payables-of-application": pages(f"{closed_many}/payables"),
        "get-bookings-of-application": pages(f"{closed_many}/bookings"),
        "get-letters": Reading(f"{closed_few}/letters", f"{closed_many}/letters"),
        "list-organisations": Reading("/v1/organisations", "/v1/organisations", (FINANCE,), and_by=COORDINATOR),
        "list-loans": pages("/v1/loans"),
        "list-people-at-work": Reading(
            "/v1/work-items/people?role=adviser", "/v1/work-items/people?role=officer", (COORDINATOR,)
        ),
        "get-work-of-person": Reading(
            *(f"/v1/people/{who.person}/work" for who in (OTHER_OFFICER, OFFICER)), (COORDINATOR,)
        ),
        "list-work-items": pages("/v1/work-items"),
        "list-work-alarms": pages("/v1/work-items/alarms"),
        "list-work-proposals": Reading(*["/v1/work-items/proposals"] * 2, (OTHER_OFFICER,), and_by=OFFICER),
        "list-payables": pages("/v1/payables"),
        "get-payable": Reading(f"/v1/payables/{payable_few.id}", f"/v1/payables/{payable_many.id}"),
        "list-batches": pages("/v1/payment-batches"),
        "get-batch": Reading(f"/v1/payment-batches/{batch_few}", f"/v1/payment-batches/{batch_many}"),
        "list-journal-lines": employers("/v1/journal-lines"),
        "report-open-items": employers("/v1/reports/open-items"),
        "report-tax-classes": Reading(
            f"/v1/reports/tax-classes?year=2026&employer={GOUDVEEN}",
            "/v1/reports/tax-classes?year=2026",
            (COORDINATOR,),
        ),
        "get-books": Reading(
            *(f"/v1/organisations/{employer}/books" for employer in (GOUDVEEN, ZILVERDAM)), (COORDINATOR,)
        ),
        "list-bookings": pages("/v1/bookings"),
        "get-trail-of-payable": Reading(*(f"/v1/payables/{one.id}/trail" for one in (payable_few, payable_many))),
        "get-trail-of-booking": Reading(*(f"/v1/bookings/{one}/trail" for one in (booking_few, booking_many))),
        "get-trails-of-measure": Reading(*(f"/v1/measures/{one.id}/trails" for one in (measure_few, measure_many))),
        "get-trails-of-batch": Reading(*(f"/v1/payment-batches/{one}/trails" for one in (batch_few, batch_many))),
        "get-trails-of-bank-entry": Reading(
            *(f"/v1/bank-messages/{entries[one]}/trails" for one in (batch_few, batch_many))
        ),
        "list-documents": Reading(*(f"/v1/payables/{one}/documents" for one in documented), (COORDINATOR,)),
        "list-bank-messages": pages("/v1/bank-messages"),
        "get-bank-message": Reading(f"/v1/bank-messages/{message_few}", f"/v1/bank-messages/{message_many}"),
    }


def in_order(engine: Engine) -> Iterator[str]:
    """The references of the applications, in the order in which they came in."""
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT subject FROM ledger_entry WHERE event = 'receive' AND chart = "
            "'application' ORDER BY number, at, ctid"
        )
        yield from (each.subject for each in found)
