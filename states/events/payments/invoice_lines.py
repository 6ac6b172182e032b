"""What the events of invoices share: their lines held against the measures, the sums, and what came before."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import col

from rules.payments import amounts as money
from rules.payments import invoices, recurring_costs, scheme_2021, tax
from rules.payments.amounts import signed, split
from rules.payments.credit_notes import Sums
from states.charts.measure import MeasureState
from states.engine import parties
from states.engine.event import Step
from states.errors import MalformedError
from states.events.payments.invoice_bodies import Billed, Invoice, InvoiceLine, Part, misfits, unmatched
from states.events.provision.spending import closed_list, periods_of, spent_at_home
from states.tables.application import Application, Measure, Takeover
from states.tables.base import new_id
from states.tables.payments import Payable, PayableLine

NOTHING = Sums(Decimal(0), Decimal(0))
INVOICEABLE = (MeasureState.TAKEN_OVER, MeasureState.ORDERED, MeasureState.PROVIDED)


def waiting_for_invoice(step: Step[Application]) -> list[Measure]:
    """The measures of an application that still wait for their last invoice, provided ones first."""
    found = step.rows(
        Measure,
        Measure.stream == step.row.id,
        col(Measure.state).in_(INVOICEABLE),
        col(Measure.invoiced).is_(False),
    )
    return sorted(found, key=lambda row: row.state is not MeasureState.PROVIDED)


def replaced_by(step: Step[Application], body: Invoice) -> Payable | None:
    """The part in whose place the invoice comes, if it names one.

    Raises:
        MalformedError: it is no part of an invoice of this case.
    """
    if body.replaces is None:
        return None
    row = step.passage.get(Payable, body.replaces)
    if row is None or row.stream != step.row.id:
        raise MalformedError([("replaces", "This is no payable of this application.")])
    return row


def measures_of(step: Step[Application], lines: Sequence[InvoiceLine], replaced: Payable | None) -> dict[str, Measure]:
    """The measures that the lines are for.

    Raises:
        MalformedError: a line contradicts itself, or names no measure of this case or of that employer.
    """
    problems, found = [], {}
    for position, line in enumerate(lines):
        problems += [(f"lines.{position}.{name}", words) for name, words in misfits(line)]
        if line.measure is None:
            continue
        measure = step.passage.get(Measure, line.measure)
        if measure is None or measure.stream != step.row.id:
            problems.append((f"lines.{position}.measure", "This is no measure of this application."))
        elif replaced is not None and measure.payer not in {None, replaced.organisation}:
            words = f"This measure is paid by {measure.payer} alone, not by {replaced.organisation}."
            problems.append((f"lines.{position}.measure", words))
        else:
            found[line.measure] = measure
    if problems:
        raise MalformedError(problems)
    return found


def refuse_early_matches(lines: Sequence[InvoiceLine]) -> None:
    """Refuse what the security contact is to say, where an invoice is still to be matched.

    Raises:
        MalformedError: naming each field that was given too early.
    """
    problems = [(f"lines.{place}.{name}", words) for place, line in enumerate(lines) for name, words in unmatched(line)]
    if problems:
        raise MalformedError(problems)


def judge_amounts(step: Step[Any], lines: Sequence[Any], on: date) -> None:
    """Each line adds up and is more than nothing, and so do all lines of a rate together."""
    for line in lines:
        amounts = line.model_dump(include={"net", "vat_rate", "vat", "gross"})
        step.ask(money.line_adds_up, **amounts, on=on)
        step.ask(money.amount_not_zero, gross=line.gross)
    if not step.findings:  # what a line says wrong would only be said again
        for rate, (found, count) in by_rate(lines).items():
            step.ask(invoices.rate_adds_up, vat_rate=rate, net=found.net, vat=found.vat, lines=count)


def judge_sums(step: Step[Any], body: Billed, lines: Sequence[Any]) -> None:
    """Euros; each line, each rate and the whole add up, and are what the document states."""
    step.ask(invoices.in_euros, currency=body.currency)
    judge_amounts(step, lines, body.dated)
    stated = body.totals
    if stated is None or step.findings:
        return
    sums = by_rate(lines)
    for item in stated.rates:
        found = sums[item.vat_rate][0] if item.vat_rate in sums else NOTHING
        facts: dict[str, Any] = {"stated_net": item.net, "stated_vat": item.vat, "net": found.net, "vat": found.vat}
        step.ask(invoices.as_stated, vat_rate=item.vat_rate, **facts)
    net, vat = (sum((getattr(line, name) for line in lines), Decimal(0)) for name in ("net", "vat"))
    step.ask(invoices.as_stated, vat_rate=None, stated_net=stated.net, stated_vat=stated.vat, net=net, vat=vat)
    step.ask(invoices.total_as_stated, stated=stated.gross, net=net, vat=vat)


def by_rate(lines: Sequence[Any]) -> dict[Decimal, tuple[Sums, int]]:
    """Net and VAT of each rate, and of how many lines."""
    found: dict[Decimal, tuple[Sums, int]] = {}
    for line in lines:
        before, count = found.get(line.vat_rate, (NOTHING, 0))
        found[line.vat_rate] = Sums(before.net + line.net, before.vat + line.vat), count + 1
    return found


def judge_lines(step: Step[Application], dated: date, lines: Sequence[InvoiceLine], replaced: Payable | None) -> None:
    """Every line is for a measure that was taken over or outside the advice, and can be paid by each payer."""
    measures = measures_of(step, lines, replaced)
    if measures:
        step.ask(invoices.something_to_invoice, measures=[row.id for row in waiting_for_invoice(step)])
    for line in lines:
        if line.measure is not None:
            judge_line(step, line, measures[line.measure])
    judge_periods(step, lines, replaced)
    employers = payers(step, replaced)
    for employer in employers if not step.findings else ():
        shares = [part["gross"] for item in lines for part in part_of(step, item, employer, employers)]
        if shares:
            step.ask(money.amount_not_zero, gross=sum(shares, Decimal(0)))
    judge_takeover(step, step.row.id, dated, list(measures.values()))
    judge_old_scheme(step, lines, measures)


def judge_line(step: Step[Application], line: InvoiceLine, measure: Measure) -> None:
    """What a line for a measure must be."""
    step.ask(money.after_takeover, measure=measure.id, state=str(measure.state))
    step.ask(
        tax.car_attributable,
        measure=measure.id,
        legal_basis=measure.legal_basis,
        attributable=line.attributable,
    )
    days: dict[str, Any] = {"period_from": line.period_from, "period_until": line.period_until}
    named = step.ask(recurring_costs.period_named, measure=measure.id, recurring=measure.recurring, **days)
    if named and measure.recurring:
        step.ask(
            recurring_costs.period_within,
            measure=measure.id,
            **days,
            provided_on=measure.provided_on,
            ends_on=measure.ends_on,
            office_until=step.row.in_office_until,
        )


def judge_periods(step: Step[Application], lines: Sequence[InvoiceLine], replaced: Payable | None) -> None:
    """No day of a recurring measure is on two lines, of this invoice or another."""
    besides = replaced.invoice if replaced else None  # the other parts of that invoice are for the same days
    seen: dict[str, list[Any]] = {}
    for line in lines:
        if line.measure is None or line.period_from is None or line.period_until is None:
            continue
        if line.measure not in seen:
            seen[line.measure] = periods_of(step, line.measure, besides=besides)
        earlier = seen[line.measure]
        days = (line.period_from, line.period_until)
        step.ask(
            recurring_costs.period_once,
            measure=line.measure,
            period_from=days[0],
            period_until=days[1],
            earlier=list(earlier),
        )
        earlier.append(days)


def judge_takeover(step: Step[Any], application: str, dated: date, measures: Sequence[Measure]) -> None:
    """What is for a measure is not older than the takeover of the advice that holds it."""
    versions = {measure.advice_version for measure in measures}
    own = (Takeover.stream == application, col(Takeover.advice_version).in_(versions))
    taken_over = step.rows(Takeover, *own) if measures else []
    days = [row.taken_over_on for row in taken_over if row.taken_over_on]
    if taken_over:
        step.ask(money.not_before_takeover, dated=dated, taken_over_on=max(days, default=None))


def judge_old_scheme(step: Step[Application], lines: Sequence[InvoiceLine], measures: dict[str, Measure]) -> None:
    """What was provided at the home until the end of 2023 stays within the maximum of those years."""
    dates = {
        key: row.provided_on
        for key, row in measures.items()
        if row.provided_on is not None and closed_list(row, row.provided_on)
    }
    if not dates:
        return
    spent = spent_at_home(step, step.row.id)
    spent += sum((line.gross for line in lines if line.measure in dates), Decimal(0))
    step.ask(scheme_2021.home_maximum, spent=spent, on=max(dates.values()))


def known_employers(step: Step[Application]) -> list[str]:
    """Every id under which an employer of the case may stand on an invoice."""
    return [name for employer in step.employers() for name in parties.known_as(step.session, employer)]


def payers(step: Step[Application], replaced: Payable | None) -> list[str]:
    """The employers that share the invoice; the one whose part it replaces alone."""
    return [replaced.organisation] if replaced else step.employers()


def part_of(step: Step[Any], item: InvoiceLine, employer: str, employers: list[str]) -> list[dict[str, Any]]:
    """One employer's part of a line; nothing where the measure is attributed to another."""
    payer = step.get(Measure, item.measure).payer if item.measure else None
    if payer is not None and payer != employer:
        return []
    place, parts = (0, 1) if payer else (employers.index(employer), len(employers))
    net, vat = split(item.net, parts)[place], split(item.vat, parts)[place]
    return [{**item.model_dump(exclude={"final"}), "net": net, "vat": vat, "gross": net + vat}]


def shares(step: Step[Any], lines: Sequence[InvoiceLine], employers: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Every payer's part of the lines; those who pay nothing are left out."""
    found = {
        employer: [part for item in lines for part in part_of(step, item, employer, employers)]
        for employer in employers
    }
    return {employer: parts for employer, parts in found.items() if parts}


def mark_last(step: Step[Application], lines: Sequence[InvoiceLine]) -> None:
    """Let the measures wait for no other invoice where this is the last one."""
    for item in lines:
        if item.measure is not None and is_last(step, item):
            step.get(Measure, item.measure).invoiced = True


def is_last(step: Step[Application], item: InvoiceLine) -> bool:
    """Whether no invoice for the measure comes after this line."""
    measure = step.get(Measure, item.measure)
    if not measure.recurring:
        return item.final
    return item.period_until is not None and recurring_costs.reaches_end(
        until=item.period_until,
        ends_on=measure.ends_on,
        office_until=step.row.in_office_until,
    )


def keep_lines(step: Step[Payable], lines: Sequence[Part], sign: int = 1) -> None:
    """Write the lines of a payable; those of a credit note are negative."""
    for line in lines:
        facts = line.model_dump(exclude={"reasons", "text", "final"})
        sums: dict[str, Any] = {name: signed(facts.pop(name), sign) for name in ("net", "vat", "gross")}
        step.session.add(PayableLine(id=new_id("line"), stream=step.row.stream, payable=step.row.id, **facts, **sums))
