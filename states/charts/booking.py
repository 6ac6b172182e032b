"""Booking chart: the tax-exempt booking of one payment in the books of one employer."""

from enum import StrEnum

from statemachine.states import States

from states.charts.statechart import StrictChart, chart_from_grid


class BookingState(StrEnum):
    """The states of a booking; it waits until its evidence is complete."""

    PROPOSED = "proposed"
    AWAITING_EVIDENCE = "awaiting-evidence"
    READY = "ready"
    BOOKED = "booked"
    EXPORTED = "exported"
    REVERSED = "reversed"


class BookingChart(StrictChart):
    """One booking; corrections are reversals, never edits."""

    _ = States.from_enum(BookingState, initial=BookingState.PROPOSED, final=[BookingState.REVERSED])

    weigh_evidence = (
        _.PROPOSED.to(_.READY, cond="evidence_complete")
        | _.PROPOSED.to(_.AWAITING_EVIDENCE, unless="evidence_complete")
        | _.AWAITING_EVIDENCE.to(_.READY, cond="evidence_complete")
        | _.AWAITING_EVIDENCE.to.itself(internal=True, unless="evidence_complete")
    )
    book = _.READY.to(_.BOOKED)
    export = _.BOOKED.to(_.EXPORTED)
    reverse = (
        _.PROPOSED.to(_.REVERSED)
        | _.AWAITING_EVIDENCE.to(_.REVERSED)
        | _.READY.to(_.REVERSED)
        | _.BOOKED.to(_.REVERSED)
        | _.EXPORTED.to(_.REVERSED)
    )
    correct = _.BOOKED.to(_.REVERSED) | _.EXPORTED.to(_.REVERSED)

    def evidence_complete(self, evidence_complete: bool = False) -> bool:
        """Whether the evidence list is complete."""
        return evidence_complete


BOOKING = chart_from_grid(
    "booking",
    BookingState,
    BookingChart,
    """
    # event            proposed awaiting ready booked exported reversed
    weigh-evidence        >         >      x      x       x        x
    complete-evidence     =         =      x      x       x        x
    book                  x         x      >      x       x        x
    export                x         x      x      >       x        x
    reverse               >         >      >      >       >        x
    correct               x         x      x      >       >        x
    """,
)
