"""Recurring costs: each invoice line names its period, no day is paid twice, and all end with the office."""

from collections.abc import Sequence
from datetime import date

from rules.core.rule import REG, Bilingual, message, rule


def end_of(*, ends_on: date | None, office_until: date | None) -> date | None:
    """The last day that can be invoiced: the measure's own end or that of the office; None while both are open."""
    return min((day for day in (ends_on, office_until) if day is not None), default=None)


def reaches_end(*, until: date, ends_on: date | None, office_until: date | None) -> bool:
    """Whether a line until this day is the last of its measure; without a known end there is no last line."""
    last = end_of(ends_on=ends_on, office_until=office_until)
    return last is not None and until >= last


@rule(
    "payable.period-named",
    article="REG x.9(5)(a), (7)",
    source=REG,
    nl="Een regel voor een terugkerende maatregel noemt zijn periode; een eenmalige heeft er geen.",
    verified=False,
)
def period_named(
    *, measure: str, recurring: bool, period_from: date | None, period_until: date | None
) -> Bilingual | None:
    """A line for a recurring measure names its period, and one for a one-off measure does not."""
    named = period_from is not None and period_until is not None
    if recurring and not named:
        return message(
            f"The measure {measure} recurs: say in periodFrom and periodUntil which days the line is for.",
            f"De maatregel {measure} keert terug: noem in periodFrom en periodUntil voor welke dagen de regel is.",
        )
    if named and not recurring:
        return message(
            f"The measure {measure} is provided once and has no period: leave periodFrom and periodUntil out"
            f" ({period_from} to {period_until}).",
            f"De maatregel {measure} wordt één keer verstrekt en heeft geen periode: laat periodFrom en periodUntil weg"
            f" ({period_from} tot en met {period_until}).",
        )
    return None


@rule(
    "payable.period-within-measure",
    article="REG x.9(5)(a), (7)",
    source=REG,
    nl="Een periode ligt tussen de verstrekking en het einde van de maatregel of van het ambt.",
    verified=False,
)
def period_within(
    *,
    measure: str,
    period_from: date,
    period_until: date,
    provided_on: date | None,
    ends_on: date | None,
    office_until: date | None,
) -> Bilingual | None:
    """A period lies between the provision and the end of the measure or of the office."""
    if provided_on is None:
        return message(
            f"The measure {measure} is not provided yet, so no day of it can be paid. Record its provision first.",
            f"De maatregel {measure} is nog niet verstrekt: geen dag telt. Leg eerst de verstrekking vast.",
        )
    if period_from < provided_on:
        return message(
            f"The period begins on {period_from}, before the measure {measure} was provided on {provided_on}."
            " Take in the days before it as outside the advice.",
            f"De periode begint op {period_from}, vóór de verstrekking van maatregel {measure} op {provided_on}."
            " Neem de dagen daarvoor op als buiten het advies.",
        )
    last = end_of(ends_on=ends_on, office_until=office_until)
    if last is not None and period_until > last:
        return message(
            f"The period runs until {period_until}; the measure {measure} ends on {last}, with its term or the office."
            " Take in the days after it as outside the advice.",
            f"De periode loopt tot en met {period_until}; maatregel {measure} eindigt op {last}, met de looptijd of het"
            " ambt. Neem de dagen daarna op als buiten het advies.",
        )
    return None


@rule(
    "payable.period-paid-once",
    article="REG x.9(3)",
    source=REG,
    nl="Geen dag van een terugkerende maatregel wordt twee keer gefactureerd.",
    verified=False,
)
def period_once(
    *,
    measure: str,
    period_from: date,
    period_until: date,
    earlier: Sequence[tuple[date, date]],
) -> Bilingual | None:
    """No day of a recurring measure is invoiced twice."""
    for since, until in earlier:
        if since <= period_until and period_from <= until:
            return message(
                f"The line for {period_from} to {period_until} of {measure} covers days of the line for {since} to"
                f" {until}. Correct the period, or reject the earlier invoice.",
                f"De regel voor {period_from} tot en met {period_until} van {measure} telt dagen van de regel voor"
                f" {since} tot en met {until}. Verbeter de periode, of wijs de eerdere factuur af.",
            )
    return None
