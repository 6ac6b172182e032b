"""Findings of the charts themselves: what can happen in which state."""

from collections.abc import Sequence

from rules.findings import HOUSE, rule


@rule("chart.state", article="the chart of the subject", source=HOUSE)
def possible_in_state(*, event: str, state: str, possible: Sequence[str]) -> str | None:
    """The event is possible in the present state."""
    if state in possible:
        return None
    where = f"It is possible in: {', '.join(possible)}." if possible else "It is possible in no state."
    return f"{event} is not possible now that this is {state}. {where}"


@rule("chart.not-yet", article="the chart of the subject", source=HOUSE)
def built(*, event: str, ready: bool) -> str | None:
    """The event is built."""
    return (
        None if ready else f"{event} is not yet possible in this version. Record it on paper and ask the coordinator."
    )
