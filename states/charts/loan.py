"""Loan chart: an object made available for the duration of office (REG x.9(7))."""

from enum import StrEnum

from statemachine.states import States

from states.charts.statechart import StrictChart, chart_from_grid


class LoanState(StrEnum):
    """The states of a loan."""

    REQUESTED = "requested"
    GRANTED = "granted"
    LENT = "lent"
    DUE_BACK = "due-back"
    RETURNED = "returned"
    LOST = "lost"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class LoanChart(StrictChart):
    """One loan; the employer may grant it, and then it lasts as long as the office.

    A declined loan is no end in law: a founded objection puts it back to requested.
    """

    _ = States.from_enum(
        LoanState,
        initial=LoanState.REQUESTED,
        final=[LoanState.RETURNED, LoanState.LOST, LoanState.WITHDRAWN, LoanState.LAPSED],
    )

    grant = _.REQUESTED.to(_.GRANTED)
    decline = _.REQUESTED.to(_.DECLINED)
    reconsider = _.DECLINED.to(_.REQUESTED)
    lend = _.GRANTED.to(_.LENT)
    take_back = _.LENT.to(_.RETURNED) | _.DUE_BACK.to(_.RETURNED)
    lose = _.LENT.to(_.LOST) | _.DUE_BACK.to(_.LOST)
    withdraw = _.REQUESTED.to(_.WITHDRAWN) | _.GRANTED.to(_.WITHDRAWN)
    end_with_office = _.REQUESTED.to(_.LAPSED) | _.GRANTED.to(_.LAPSED) | _.LENT.to(_.DUE_BACK)


LOAN = chart_from_grid(
    "loan",
    LoanState,
    LoanChart,
    """
    # event          req gra lent due ret lost decl wit lap
    grant             >   x   x    x   x   x    x    x   x
    decline           >   x   x    x   x   x    x    x   x
    reconsider        x   x   x    x   x   x    >    x   x
    lend              x   >   x    x   x   x    x    x   x
    take-back         x   x   >    >   x   x    x    x   x
    lose              x   x   >    >   x   x    x    x   x
    withdraw          >   >   x    x   x   x    x    x   x
    end-with-office   >   >   >    =   x   x    x    x   x
    file-objection    x   x   x    x   x   x    =    x   x
    succeed-employer  =   =   =    =   =   =    =    =   =
    """,
)
