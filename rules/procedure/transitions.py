"""Transitions of the charts: which event is possible in which state."""

from collections.abc import Sequence

from rules.core.rule import HOUSE, Bilingual, message, rule
from rules.core.translations import dutch, listed


@rule(
    "chart.state",
    article="the chart of the subject",
    source=HOUSE,
    nl="De gebeurtenis is mogelijk in de huidige toestand.",
)
def possible_in_state(
    *, event: str, state: str, possible: Sequence[str], instead: Sequence[str] = ()
) -> Bilingual | None:
    """The event is possible in the present state."""
    if state in possible:
        return None
    what = f" What people can do now: {', '.join(instead)}." if instead else ""
    wat = f" Wat mensen nu wel kunnen doen: {listed(instead)}." if instead else ""
    where = f"It is possible in: {', '.join(possible)}." if possible else "It is possible in no state."
    waar = f"Zij is mogelijk in: {listed(possible)}." if possible else "Zij is in geen toestand mogelijk."
    return message(
        f"{event} is not possible now that this is {state}. {where}{what}",
        f"De gebeurtenis '{event}' is niet mogelijk in de toestand {dutch(state)}. {waar}{wat}",
    )
