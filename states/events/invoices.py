"""Invoices and advances: received once, judged line by line, and divided over the payers."""

from decimal import Decimal
from typing import Any

from sqlmodel import col

from rules import money, old_scheme, recurring, steps, tax
from rules.money import CENT, split
from states.charts.application import APPLICATION
from states.charts.measure import MeasureState
from states.charts.payable import PayableState
from states.errors import MalformedError
from states.events.event import Event, Step
from states.events.invoice_bodies import Invoice, InvoiceLine, misfits
from states.events.spending import closed_list, periods_of, spent_at_home
from states.tables.application import Application, Measure, Takeover
from states.tables.base import new_id
from states.tables.finance import Payable, PayableKind, PayableLine

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


def to_replace(step: Step[Application]) -> Payable | None:
    """A rejected part that nothing came for yet, while another employer's part of its invoice stands."""
    parts = step.rows(Payable, Payable.stream == step.row.id)
    standing = [row for row in parts if row.state is not PayableState.REJECTED]
    invoices, replaced = {row.invoice for row in standing}, {row.replaces for row in standing}
    paying = {(row.invoice, row.organisation) for row in standing}
    for row in parts:
        waits = row.invoice in invoices and row.id not in replaced
        if waits and (row.invoice, row.organisation) not in paying:
            return row
    return None


class ReceiveInvoice(Event[Application, Invoice]):
    """An invoice comes in; each payer gets its part, the first the remainder (BESL 3.2.16(b))."""

    chart, table = APPLICATION, Application
    name, title, body = "receive-invoice", "Receive an invoice or advance", Invoice

    def judge(self, step: Step[Application], body: Invoice) -> None:
        """Every line is for a measure that was taken over or outside the advice, adds up, and can be paid."""
        replaced = self.replaced(step, body)
        measures = self.measures(step, body, replaced)
        if replaced is not None:
            later = step.rows(Payable, Payable.replaces == replaced.id, Payable.state != PayableState.REJECTED)
            earlier = [row.id for row in later]
            step.ask(money.replaces_rejected, replaced=replaced.id, state=str(replaced.state), earlier=earlier)
        step.ask(steps.not_in_future, what="The invoice", day=body.dated, on=step.on)
        step.ask(money.iban_valid, private=("iban",), iban=body.iban)
        step.ask(
            steps.advance_has_receipt,
            advance=body.kind is PayableKind.ADVANCE,
            receipt=body.receipt is not None,
        )
        if measures:
            step.ask(steps.something_to_invoice, measures=[row.id for row in waiting_for_invoice(step)])
        for line in body.lines:
            amounts = line.model_dump(include={"net", "vat_rate", "vat", "gross"})
            step.ask(money.line_adds_up, **amounts, on=body.dated)
            step.ask(money.amount_not_zero, gross=line.gross)
            if line.measure is not None:
                self.judge_line(step, line, measures[line.measure])
        self.judge_periods(step, body, replaced)
        employers = self.payers(step, replaced)
        for employer in employers if not step.findings else ():
            shares = [part["gross"] for item in body.lines for part in self.part(step, item, employer, employers)]
            if shares:
                step.ask(money.amount_not_zero, gross=sum(shares, Decimal(0)))
        self.judge_takeover(step, body, list(measures.values()))
        self.judge_old_scheme(step, body, measures)
        mark = step.passage.vault.mark(body.iban)
        same = step.rows(
            Payable,
            Payable.payee_mark == mark,
            Payable.number == body.number,
            Payable.state != PayableState.REJECTED,
        )
        own = [row.id for row in same if replaced is None or row.organisation == replaced.organisation]
        step.ask(money.not_a_duplicate, number=body.number, earlier=own)

    @staticmethod
    def replaced(step: Step[Application], body: Invoice) -> Payable | None:
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

    @staticmethod
    def measures(step: Step[Application], body: Invoice, replaced: Payable | None) -> dict[str, Measure]:
        """The measures that the lines are for.

        Raises:
            MalformedError: a line contradicts itself, or names no measure of this case or of that employer.
        """
        problems, found = [], {}
        for position, line in enumerate(body.lines):
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

    @staticmethod
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
        named = step.ask(recurring.period_named, measure=measure.id, recurring=measure.recurring, **days)
        if named and measure.recurring:
            step.ask(
                recurring.period_within,
                measure=measure.id,
                **days,
                provided_on=measure.provided_on,
                ends_on=measure.ends_on,
                office_until=step.row.in_office_until,
            )

    @staticmethod
    def judge_periods(step: Step[Application], body: Invoice, replaced: Payable | None) -> None:
        """No day of a recurring measure is on two lines, of this invoice or another."""
        besides = replaced.invoice if replaced else None  # the other parts of that invoice are for the same days
        seen: dict[str, list[Any]] = {}
        for line in body.lines:
            if line.measure is None or line.period_from is None or line.period_until is None:
                continue
            if line.measure not in seen:
                seen[line.measure] = periods_of(step, line.measure, besides=besides)
            earlier = seen[line.measure]
            days = (line.period_from, line.period_until)
            step.ask(
                recurring.period_once,
                measure=line.measure,
                period_from=days[0],
                period_until=days[1],
                earlier=list(earlier),
            )
            earlier.append(days)

    @staticmethod
    def judge_takeover(step: Step[Application], body: Invoice, measures: list[Measure]) -> None:
        """What is for a measure is not older than the takeover."""
        taken_over = step.rows(Takeover, Takeover.stream == step.row.id) if measures else []
        days = [row.taken_over_on for row in taken_over if row.taken_over_on]
        if taken_over:
            step.ask(money.not_before_takeover, dated=body.dated, taken_over_on=max(days, default=None))

    @staticmethod
    def judge_old_scheme(step: Step[Application], body: Invoice, measures: dict[str, Measure]) -> None:
        """What was provided at the home until the end of 2023 stays within the maximum of those years."""
        dates = {
            key: row.provided_on
            for key, row in measures.items()
            if row.provided_on is not None and closed_list(row, row.provided_on)
        }
        if not dates:
            return
        spent = spent_at_home(step, step.row.id)
        spent += sum((line.gross for line in body.lines if line.measure in dates), Decimal(0))
        step.ask(old_scheme.home_maximum, spent=spent, on=max(dates.values()))

    def effect(self, step: Step[Application], body: Invoice) -> None:
        """Divide every line over its payers and make one payable for each."""
        replaced = self.replaced(step, body)
        employers = self.payers(step, replaced)
        invoice = replaced.invoice if replaced else new_id("invoice")
        for employer in employers:
            lines = [line for item in body.lines for line in self.part(step, item, employer, employers)]
            if not lines:
                continue
            step.follow(
                "payable",
                None,
                "receive",
                application=step.row.id,
                invoice=invoice,
                organisation=employer,
                received_on=body.received_on or step.on,
                lines=lines,
                **body.model_dump(
                    include={"kind", "number", "dated", "payee", "iban", "own_contribution", "addressee", "replaces"},
                ),
            )
        for item in body.lines:
            if item.measure is not None and self.last(step, item):
                step.get(Measure, item.measure).invoiced = True

    @staticmethod
    def last(step: Step[Application], item: InvoiceLine) -> bool:
        """Whether no invoice for the measure comes after this line."""
        measure = step.get(Measure, item.measure)
        if not measure.recurring:
            return item.final
        return item.period_until is not None and recurring.reaches_end(
            until=item.period_until,
            ends_on=measure.ends_on,
            office_until=step.row.in_office_until,
        )

    @staticmethod
    def payers(step: Step[Application], replaced: Payable | None) -> list[str]:
        """The employers that share the invoice; the one whose part it replaces alone."""
        return [replaced.organisation] if replaced else step.employers()

    @staticmethod
    def part(step: Step[Application], item: InvoiceLine, employer: str, employers: list[str]) -> list[dict[str, Any]]:
        """One employer's part of a line; nothing where the measure is attributed to another."""
        payer = step.get(Measure, item.measure).payer if item.measure else None
        if payer is not None and payer != employer:
            return []
        place, parts = (0, 1) if payer else (employers.index(employer), len(employers))
        net, vat = split(item.net, parts)[place], split(item.vat, parts)[place]
        return [{**item.model_dump(exclude={"final"}), "net": net, "vat": vat, "gross": net + vat}]

    def example(self, step: Step[Application]) -> dict[str, Any] | None:
        """The right part for one that was rejected alone, or one invoice for every measure that waits for one."""
        replaced = to_replace(step)
        lines = example_again(step, replaced) if replaced else example_lines(step)
        if not lines:
            return None
        days = [row.taken_over_on for row in step.rows(Takeover, Takeover.stream == step.row.id)]
        own = {"replaces": replaced.id, "number": replaced.number} if replaced else {}
        return {
            "number": f"F-{lines[0].get('measure', step.row.id)[-6:].upper()}",
            "dated": max([day for day in days if day], default=step.on).isoformat(),
            "payee": "Beveiliging Voorbeeld BV",
            "iban": "NL02ABNA0123456789",
            "lines": lines,
            **own,
        }


def example_lines(step: Step[Application]) -> list[dict[str, Any]]:
    """A line for every measure that can be invoiced today; of a recurring one until today, if no day is taken."""
    lines = []
    for measure in waiting_for_invoice(step):
        period: dict[str, str] = {}
        if measure.recurring:
            taken = periods_of(step, measure.id)
            last = recurring.end_of(ends_on=measure.ends_on, office_until=step.row.in_office_until)
            until = min(step.on, last or step.on)
            if measure.provided_on is None or measure.provided_on > until or taken:
                continue
            period = {"periodFrom": measure.provided_on.isoformat(), "periodUntil": until.isoformat()}
        net = (measure.estimate / Decimal("1.21")).quantize(CENT) or Decimal("100.00")
        vat = (net * Decimal("0.21")).quantize(CENT)
        amounts = {"net": format(net, "f"), "vatRate": "21", "vat": format(vat, "f"), "gross": format(net + vat, "f")}
        lines.append({"measure": measure.id, **period, **amounts})
    return lines


def example_again(step: Step[Application], part: Payable) -> list[dict[str, Any]]:
    """The lines of a rejected part for measures, as they were."""
    lines = []
    for line in step.rows(PayableLine, PayableLine.payable == part.id):
        facts = line.model_dump(include={"measure", "attributable", "period_from", "period_until"}, exclude_none=True)
        if line.measure is not None:
            amounts = line.model_dump(include={"net", "vat_rate", "vat", "gross"})
            lines.append(InvoiceLine(**facts, **amounts).model_dump(mode="json", by_alias=True, exclude_defaults=True))
    return lines
