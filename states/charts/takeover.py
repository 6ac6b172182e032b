"""Takeover chart (overname): the employer takes over the adopted advice; it cannot refuse."""

from enum import StrEnum

from statemachine.states import States

from states.charts.statechart import StrictChart, chart_from_grid


class TakeoverState(StrEnum):
    """The states of one employer's takeover."""

    REQUESTED = "requested"
    RECEIVED = "received"
    TAKEN_OVER = "taken-over"
    LAPSED = "lapsed"
    DECLINED = "declined"


class TakeoverChart(StrictChart):
    """One employer's takeover; nothing refuses, but a second home after a move is discretionary (REG x.9(1), (6))."""

    _ = States.from_enum(
        TakeoverState,
        initial=TakeoverState.REQUESTED,
        final=[TakeoverState.TAKEN_OVER, TakeoverState.LAPSED, TakeoverState.DECLINED],
    )

    confirm_receipt = _.REQUESTED.to(_.RECEIVED)
    take_over = _.RECEIVED.to(_.TAKEN_OVER)
    decline_second_home = _.RECEIVED.to(_.DECLINED)
    lapse = _.REQUESTED.to(_.LAPSED) | _.RECEIVED.to(_.LAPSED)


TAKEOVER = chart_from_grid(
    "takeover",
    TakeoverState,
    TakeoverChart,
    """
    # event          requested received taken-over lapsed declined
    confirm-receipt      >         x         x       x     x
    take-over            x         >         x       x     x
    lapse                >         >         x       x     x
    decline-second-home  x         >         x       x     x
    give-notice          x         =         x       x     x
    default              x         =         x       x     x
    fix-penalty          x         =         =       =     =
    """,
)
