"""Scheme of 2021 to 2023: actual costs up to a maximum per home, for a closed list of measures.

It applies to measures provided in those years, also if recorded later; we found no transitional rule.
"""

from datetime import date
from decimal import Decimal

from rules.core.dated_values import value
from rules.core.rule import Bilingual, message, rule

STCRT_2020 = "https://zoek.officielebekendmakingen.nl/stcrt-2020-49908.html"
LAST = date(2023, 12, 31)
"""The last day of that scheme; the present article x.9 applies from the next day."""
OPEN = "none"
"""The dated value for no maximum or no closed list."""


@rule(
    "provision.home-maximum",
    article="REG x.9(1), (3) (old)",
    source=STCRT_2020,
    nl="Tot en met 2023 werden per woning de werkelijke kosten tot een maximum inclusief btw vergoed.",
    until=LAST,
)
def home_maximum(*, spent: Decimal, on: date) -> Bilingual | None:
    """Until the end of 2023 actual costs were reimbursed up to a maximum per home, VAT included."""
    most = value("home_maximum", on)
    if most == OPEN or spent <= Decimal(most):
        return None
    over = spent - Decimal(most)
    return message(
        f"What was provided at this home until {LAST} comes to {spent} EUR including VAT; the scheme of {on.year} paid"
        f" at most {most} EUR per home. Leave out the {over} EUR above it, or take them in as outside the advice.",
        f"Wat tot en met {LAST} aan deze woning is verstrekt, kost {spent} EUR inclusief btw; de regeling van {on.year}"
        f" vergoedde ten hoogste {most} EUR per woning. Laat de {over} EUR daarboven weg, of neem die op als buiten het"
        " advies.",
    )


@rule(
    "provision.on-the-closed-list",
    article="REG x.9 (old)",
    source=STCRT_2020,
    nl="Tot en met 2023 werden aan een woning alleen de maatregelen van een gesloten lijst vergoed.",
    until=LAST,
)
def on_the_list(*, listed: bool | None, on: date) -> Bilingual | None:
    """Until the end of 2023 only the measures of a closed list were reimbursed at a home."""
    known = value("home_measures", on)
    if known == OPEN or listed:
        return None
    names = ", ".join(known)
    if listed is None:
        return message(
            f"On {on} the scheme knew a closed list ({names}). Say in onClosedList whether the measure is on it, not"
            " which one it is.",
            f"Op {on} kende de regeling een gesloten lijst ({names}). Zeg in onClosedList of de maatregel erop staat,"
            " niet welke het is.",
        )
    return message(
        f"On {on} the scheme knew a closed list ({names}), and the measure is not on it. What the employer pays all"
        " the same is taken in as outside the advice.",
        f"Op {on} kende de regeling een gesloten lijst ({names}), en de maatregel staat er niet op. Wat de werkgever"
        " toch betaalt, wordt opgenomen als buiten het advies.",
    )
