"""Invoice lines: compared with the measures, summed, divided over the payers and stored."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import col

from rules.core.wording import wording
from rules.payments import amounts as money
from rules.payments import invoices, recurring_costs, scheme_2021, tax
from rules.payments.amounts import signed, split
from rules.payments.credit_notes import Sums
from states.charts.measure import MeasureState
from states.engine.event import EventContext
from states.errors import UnfitValueError
from states.events.payments.invoice_bodies import Billed, Invoice, InvoiceLine, Part, contradictions, premature_fields
from states.events.provision.spending import closed_list, periods_of, spent_at_home
from states.tables.application import Application, Measure, Takeover
from states.tables.base import new_id
from states.tables.payments import Payable, PayableLine

NOTHING = Sums(Decimal(0), Decimal(0))
INVOICEABLE = (MeasureState.TAKEN_OVER, MeasureState.ORDERED, MeasureState.PROVIDED)


def measures_to_invoice(context: EventContext[Application]) -> list[Measure]:
    """The measures of an application that can still be invoiced, provided ones first."""
    found = context.rows(
        Measure,
        Measure.stream == context.row.id,
        col(Measure.state).in_(INVOICEABLE),
        col(Measure.invoiced).is_(False),
    )
    return sorted(found, key=lambda row: row.state is not MeasureState.PROVIDED)


def replaced_by(context: EventContext[Application], body: Invoice) -> Payable | None:
    """The part that the invoice replaces, if it names one.

    Raises:
        UnfitValueError: it is no part of an invoice of this case.
    """
    if body.replaces is None:
        return None
    row = context.unit.get(Payable, body.replaces)
    if row is None or row.stream != context.row.id:
        raise UnfitValueError([("replaces", "This is no payable of this application.")])
    return row


def measures_of(
    context: EventContext[Application], lines: Sequence[InvoiceLine], replaced: Payable | None
) -> dict[str, Measure]:
    """The measures of the lines.

    Raises:
        UnfitValueError: a line contradicts itself, or names no measure of this case or of that employer.
    """
    problems, found = [], {}
    for position, line in enumerate(lines):
        problems += [(f"lines.{position}.{name}", words) for name, words in contradictions(line)]
        if line.measure is None:
            continue
        measure = context.unit.get(Measure, line.measure)
        if measure is None or measure.stream != context.row.id:
            problems.append((f"lines.{position}.measure", "This is no measure of this application."))
        elif replaced is not None and measure.payer not in {None, replaced.organisation}:
            words = wording(
                "This measure is paid by {payer} alone, not by {organisation}.",
                payer=measure.payer,
                organisation=replaced.organisation,
            )
            problems.append((f"lines.{position}.measure", words))
        else:
            found[line.measure] = measure
    if problems:
        raise UnfitValueError(problems)
    return found


def refuse_early_matches(lines: Sequence[InvoiceLine]) -> None:
    """Refuse matches in an invoice that the security contact has yet to match.

    Raises:
        UnfitValueError: it names each field that was given too early.
    """
    problems = [
        (f"lines.{place}.{name}", words) for place, line in enumerate(lines) for name, words in premature_fields(line)
    ]
    if problems:
        raise UnfitValueError(problems)


def check_amounts(context: EventContext[Any], lines: Sequence[Any], on: date) -> None:
    """Each line adds up and is above zero, and so does each rate."""
    for line in lines:
        amounts = line.model_dump(include={"net", "vat_rate", "vat", "gross"})
        context.check(money.line_adds_up, **amounts, on=on)
        context.check(money.amount_not_zero, gross=line.gross)
    if not context.findings:  # a wrong line would only be reported a second time
        for rate, (found, count) in by_rate(lines).items():
            context.check(invoices.rate_adds_up, vat_rate=rate, net=found.net, vat=found.vat, lines=count)


def check_sums(context: EventContext[Any], body: Billed, lines: Sequence[Any]) -> None:
    """Each line, each rate and the whole add up to the stated totals, in euros."""
    context.check(invoices.in_euros, currency=body.currency)
    check_amounts(context, lines, body.dated)
    stated = body.totals
    if stated is None or context.findings:
        return
    sums = by_rate(lines)
    for item in stated.rates:
        found = sums[item.vat_rate][0] if item.vat_rate in sums else NOTHING
        facts: dict[str, Any] = {"stated_net": item.net, "stated_vat": item.vat, "net": found.net, "vat": found.vat}
        context.check(invoices.as_stated, vat_rate=item.vat_rate, **facts)
    net, vat = (sum((getattr(line, name) for line in lines), Decimal(0)) for name in ("net", "vat"))
    context.check(invoices.as_stated, vat_rate=None, stated_net=stated.net, stated_vat=stated.vat, net=net, vat=vat)
    context.check(invoices.total_as_stated, stated=stated.gross, net=net, vat=vat)


def by_rate(lines: Sequence[Any]) -> dict[Decimal, tuple[Sums, int]]:
    """Net and VAT per rate, and the number of lines."""
    found: dict[Decimal, tuple[Sums, int]] = {}
    for line in lines:
        before, count = found.get(line.vat_rate, (NOTHING, 0))
        found[line.vat_rate] = Sums(before.net + line.net, before.vat + line.vat), count + 1
    return found


def check_lines(
    context: EventContext[Application], dated: date, lines: Sequence[InvoiceLine], replaced: Payable | None
) -> None:
    """Each line is for a measure that was taken over or outside the advice, and each payer can pay it."""
    measures = measures_of(context, lines, replaced)
    if measures:
        context.check(invoices.something_to_invoice, measures=[row.id for row in measures_to_invoice(context)])
    for line in lines:
        if line.measure is not None:
            check_line(context, line, measures[line.measure])
    check_periods(context, lines, replaced)
    employers = payers(context, replaced)
    for employer in employers if not context.findings else ():
        shares = [part["gross"] for item in lines for part in part_of(context, item, employer, employers)]
        if shares:
            context.check(money.amount_not_zero, gross=sum(shares, Decimal(0)))
    check_takeover(context, context.row.id, dated, list(measures.values()))
    check_scheme_2021(context, lines, measures)


def check_line(context: EventContext[Application], line: InvoiceLine, measure: Measure) -> None:
    """The requirements on a line for a measure."""
    context.check(money.after_takeover, measure=measure.id, state=str(measure.state))
    context.check(
        tax.car_attributable,
        measure=measure.id,
        legal_basis=measure.legal_basis,
        attributable=line.attributable,
    )
    days: dict[str, Any] = {"period_from": line.period_from, "period_until": line.period_until}
    named = context.check(recurring_costs.period_named, measure=measure.id, recurring=measure.recurring, **days)
    if named and measure.recurring:
        context.check(
            recurring_costs.period_within,
            measure=measure.id,
            **days,
            provided_on=measure.provided_on,
            ends_on=measure.ends_on,
            office_until=context.row.in_office_until,
        )


def check_periods(context: EventContext[Application], lines: Sequence[InvoiceLine], replaced: Payable | None) -> None:
    """No day of a recurring measure is invoiced twice, on this invoice or another."""
    besides = replaced.invoice if replaced else None  # the other parts of the same invoice cover the same days
    seen: dict[str, list[Any]] = {}
    for line in lines:
        if line.measure is None or line.period_from is None or line.period_until is None:
            continue
        if line.measure not in seen:
            seen[line.measure] = periods_of(context, line.measure, besides=besides)
        earlier = seen[line.measure]
        days = (line.period_from, line.period_until)
        context.check(
            recurring_costs.period_once,
            measure=line.measure,
            period_from=days[0],
            period_until=days[1],
            earlier=list(earlier),
        )
        earlier.append(days)


def check_takeover(context: EventContext[Any], application: str, dated: date, measures: Sequence[Measure]) -> None:
    """The invoice is not older than the takeover of the advice with the measure."""
    versions = {measure.advice_version for measure in measures}
    own = (Takeover.stream == application, col(Takeover.advice_version).in_(versions))
    taken_over = context.rows(Takeover, *own) if measures else []
    days = [row.taken_over_on for row in taken_over if row.taken_over_on]
    if taken_over:
        context.check(money.not_before_takeover, dated=dated, taken_over_on=max(days, default=None))


def check_scheme_2021(
    context: EventContext[Application], lines: Sequence[InvoiceLine], measures: dict[str, Measure]
) -> None:
    """Home measures provided until the end of 2023 stay within the maximum of those years."""
    dates = {
        key: row.provided_on
        for key, row in measures.items()
        if row.provided_on is not None and closed_list(row, row.provided_on)
    }
    if not dates:
        return
    spent = spent_at_home(context, context.row.id)
    spent += sum((line.gross for line in lines if line.measure in dates), Decimal(0))
    context.check(scheme_2021.home_maximum, spent=spent, on=max(dates.values()))


def known_employers(context: EventContext[Application]) -> list[str]:
    """Every id that an employer of the case may have on an invoice."""
    return [name for employer in context.employers() for name in context.unit.employers.known_as(employer)]


def payers(context: EventContext[Application], replaced: Payable | None) -> list[str]:
    """The employers that share the invoice; for a replacement, only the employer concerned."""
    return [replaced.organisation] if replaced else context.employers()


def part_of(context: EventContext[Any], item: InvoiceLine, employer: str, employers: list[str]) -> list[dict[str, Any]]:
    """One employer's part of a line; None if the measure is attributed to another."""
    payer = context.get(Measure, item.measure).payer if item.measure else None
    if payer is not None and payer != employer:
        return []
    place, parts = (0, 1) if payer else (employers.index(employer), len(employers))
    net, vat = split(item.net, parts)[place], split(item.vat, parts)[place]
    return [{**item.model_dump(exclude={"final"}), "net": net, "vat": vat, "gross": net + vat}]


def shares(
    context: EventContext[Any], lines: Sequence[InvoiceLine], employers: list[str]
) -> dict[str, list[dict[str, Any]]]:
    """Every payer's part of the lines, without payers that owe nothing."""
    found = {
        employer: [part for item in lines for part in part_of(context, item, employer, employers)]
        for employer in employers
    }
    return {employer: parts for employer, parts in found.items() if parts}


def mark_last(context: EventContext[Application], lines: Sequence[InvoiceLine]) -> None:
    """Mark measures as fully invoiced if this is their last invoice."""
    for item in lines:
        if item.measure is not None and is_last(context, item):
            context.get(Measure, item.measure).invoiced = True


def is_last(context: EventContext[Application], item: InvoiceLine) -> bool:
    """Whether no further invoice for the measure follows this line."""
    measure = context.get(Measure, item.measure)
    if not measure.recurring:
        return item.final
    return item.period_until is not None and recurring_costs.reaches_end(
        until=item.period_until,
        ends_on=measure.ends_on,
        office_until=context.row.in_office_until,
    )


def store_lines(context: EventContext[Payable], lines: Sequence[Part], sign: int = 1) -> None:
    """Store the lines of a payable; those of a credit note are negative."""
    for line in lines:
        facts = line.model_dump(exclude={"reasons", "text", "final"})
        sums: dict[str, Any] = {name: signed(facts.pop(name), sign) for name in ("net", "vat", "gross")}
        context.session.add(
            PayableLine(id=new_id("line"), stream=context.row.stream, payable=context.row.id, **facts, **sums)
        )
