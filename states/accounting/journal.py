"""Journal: every line is added once, balances with the others of its part, and is reversed only by a mirrored line."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from rules.core.dated_values import value
from rules.payments import tax
from rules.payments.tax import Addressee
from states.accounting import accounts, periods
from states.engine.event import EventContext
from states.tables.accounting import Booking, JournalLine, Part, Side
from states.tables.payments import Payable
from states.tables.people import Organisation


class BankReport(NamedTuple):
    """The bank's report of a payment or return: its day, and the statement entry."""

    on: date | None = None
    statement: str | None = None
    entry: int | None = None


def lines_of(context: EventContext[Any], booking: str) -> list[JournalLine]:
    """The lines of a booking in order."""
    return context.rows(JournalLine, JournalLine.booking == booking, order=JournalLine.position)


def outstanding(lines: Iterable[JournalLine]) -> list[JournalLine]:
    """The lines that no other line mirrors, and that mirror none."""
    found = list(lines)
    mirrored = {line.mirrors for line in found}
    return [line for line in found if line.mirrors is None and line.position not in mirrored]


def open_day(context: EventContext[Any], organisation: str, day: date) -> date:
    """The booking day for an event, moved if its period is closed."""
    periods.hold(context.session, organisation)
    return periods.open_day(periods.closed(context.session, organisation), day)


def bank_day(context: EventContext[Any], organisation: str, day: date) -> date:
    """The booking day for a bank entry: statements cannot be refused, so a dated value decides where it goes."""
    moves = value("closed_period_payment", context.on) == "first-open-day"
    return open_day(context, organisation, day) if moves else day


def pay(context: EventContext[Booking], reported: BankReport) -> None:
    """Book the bank's payment to the creditor, on the bank's day."""
    day = reported.on or context.on
    sides = ((Side.CREDITOR, context.row.amount), (Side.BANK, -context.row.amount))
    write(context, Part.PAYMENT, sides, bank_day(context, context.row.organisation, day), reported._replace(on=day))


def cost(context: EventContext[Booking], vat: Decimal, usual: Addressee, booked_on: date) -> None:
    """Book the cost, and compensable VAT, owed to the creditor."""
    row = context.row
    employer, payable = context.get(Organisation, row.organisation), context.get(Payable, row.payable)
    if payable.paid_on is not None and not paid_in_books(context):
        pay(context, BankReport(payable.paid_on))  # an early booking, proposed before the journal held payments
    compensable = vat if tax.compensable(str(employer.kind), payable.addressee or usual, payable.dated) else Decimal(0)
    sides = ((Side.COST, row.amount - compensable), (Side.VAT, compensable), (Side.CREDITOR, -row.amount))
    write(context, Part.COST, sides, booked_on, BankReport(payable.dated))


def paid_in_books(context: EventContext[Booking]) -> bool:
    """Whether the journal already holds the payment, by this booking or the one that it corrects."""
    booking: Booking | None = context.row
    while booking is not None:
        if any(line.part is Part.PAYMENT for line in outstanding(lines_of(context, booking.id))):
            return True
        booking = context.get(Booking, booking.corrects) if booking.corrects else None
    return False


def write(
    context: EventContext[Booking],
    part: Part,
    sides: Iterable[tuple[Side, Decimal]],
    booked_on: date,
    reported: BankReport,
) -> None:
    """Add lines to a booking: a positive amount is a debit, a negative one a credit, and zero is left out."""
    row = context.row
    employer = context.get(Organisation, row.organisation)
    held = accounts.on_day(context.session, employer, booked_on)
    numbers = {Side.COST: held.cost, Side.VAT: held.vat, Side.CREDITOR: held.creditor, Side.BANK: held.bank}
    position = len(lines_of(context, row.id))
    for side, amount in sides:
        if not amount:
            continue
        position += 1
        context.session.add(
            JournalLine(
                booking=row.id,
                position=position,
                stream=row.stream,
                organisation=row.organisation,
                booked_on=booked_on,
                document_on=reported.on,
                part=part,
                side=side,
                account=numbers[side],
                category=held.category if side is Side.COST else None,
                cost_centre=held.cost_centre,
                task_field=held.task_field,
                debit=max(amount, Decimal(0)),
                credit=max(-amount, Decimal(0)),
                statement=reported.statement,
                entry=reported.entry,
            ),
        )
    context.session.flush()


def mirror(context: EventContext[Any], booking: Booking, reported: BankReport, *, keep: Part | None = None) -> None:
    """Mirror the lines of a booking that are still in force, with their own accounts rather than today's.

    Args:
        context: the reversing event.
        booking: the booking of the lines.
        reported: the statement entry by which the money came back, if it did.
        keep: a part that stays: the payment, if only the booking was wrong.
    """
    lines = lines_of(context, booking.id)
    for position, (line, told_on) in enumerate(reversible(context, lines, reported, keep), start=len(lines) + 1):
        owner = line.organisation or booking.organisation
        changed = {
            "position": position,
            "mirrors": line.position,
            "organisation": owner,
            "booked_on": bank_day(context, owner, told_on),
            "document_on": told_on,
            "debit": line.credit,
            "credit": line.debit,
            "statement": reported.statement,
            "entry": reported.entry,
        }
        context.session.add(JournalLine(**{**line.model_dump(), **changed}))
    context.session.flush()


def reversible(
    context: EventContext[Any], lines: list[JournalLine], reported: BankReport, keep: Part | None
) -> Iterator[tuple[JournalLine, date]]:
    """The lines to mirror, each with its day: the bank's for a payment, otherwise today."""
    for line in outstanding(lines):
        if keep is None or line.part is not keep:
            yield line, (reported.on or context.on) if line.part is Part.PAYMENT else context.on
