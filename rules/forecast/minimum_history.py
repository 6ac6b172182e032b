"""Minimum history for a forecast."""

from datetime import date

from rules.core.dated_values import value
from rules.core.rule import HOUSE, Bilingual, message, rule

DAYS = 7
"""The days of a week."""


@rule(
    "capacity.enough-history",
    article="house rule of the forecast",
    source=HOUSE,
    nl="Een prognose rust op genoeg afgeronde zaken over genoeg weken, of op aannames die iemand zelf doet.",
    verified=False,
)
def enough_history(*, cases: int, days: int, on: date) -> Bilingual | None:
    """A forecast needs enough finished cases over enough weeks, or explicit assumptions."""
    least = value("forecast_minimum", on)
    if cases >= least["cases"] and days >= DAYS * least["weeks"]:
        return None
    return message(
        f"The history holds {cases} finished cases over {days} days; at least {least['cases']} over "
        f"{least['weeks']} weeks are needed. Say instead what you assume: how many cases come in a week, and how many "
        "advisers there are.",
        f"De voorgeschiedenis telt {cases} afgeronde zaken in {days} dagen; er zijn er ten minste {least['cases']} "
        f"in {least['weeks']} weken nodig. Zeg anders wat u aanneemt: hoeveel zaken er per week binnenkomen en hoeveel "
        "adviseurs er zijn.",
    )
