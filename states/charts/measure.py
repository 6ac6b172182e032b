"""Measure chart: one advised measure."""

from enum import StrEnum

from statemachine.states import States

from states.charts.statechart import StrictChart, chart_from_grid


class MeasureState(StrEnum):
    """The states of a measure."""

    PROPOSED = "proposed"
    ADVISED = "advised"
    TAKEN_OVER = "taken-over"
    ORDERED = "ordered"
    PROVIDED = "provided"
    SETTLED = "settled"
    DECLINED = "declined"
    NOT_POSSIBLE = "not-possible"
    SUPERSEDED = "superseded"
    REMOVED = "removed"
    DROPPED = "dropped"


class MeasureChart(StrictChart):
    """One measure, from the draft advice to its settlement."""

    _ = States.from_enum(
        MeasureState,
        initial=MeasureState.PROPOSED,
        final=[
            MeasureState.DECLINED,
            MeasureState.NOT_POSSIBLE,
            MeasureState.SUPERSEDED,
            MeasureState.REMOVED,
            MeasureState.DROPPED,
        ],
    )

    drop = _.PROPOSED.to(_.DROPPED) | _.ADVISED.to(_.DROPPED)
    advise = _.PROPOSED.to(_.ADVISED)
    take_over = _.ADVISED.to(_.TAKEN_OVER)
    order = _.TAKEN_OVER.to(_.ORDERED)
    provide = _.ORDERED.to(_.PROVIDED)
    settle = _.PROVIDED.to(_.SETTLED)
    settle_without_invoice = _.PROVIDED.to(_.SETTLED)
    unsettle = _.SETTLED.to(_.PROVIDED)
    decline = _.ADVISED.to(_.DECLINED) | _.TAKEN_OVER.to(_.DECLINED) | _.ORDERED.to(_.DECLINED)
    mark_not_possible = _.TAKEN_OVER.to(_.NOT_POSSIBLE) | _.ORDERED.to(_.NOT_POSSIBLE)
    supersede = _.ADVISED.to(_.SUPERSEDED) | _.TAKEN_OVER.to(_.SUPERSEDED) | _.ORDERED.to(_.SUPERSEDED)
    let_go = _.TAKEN_OVER.to(_.DROPPED) | _.ORDERED.to(_.DROPPED)
    remove = _.PROVIDED.to(_.REMOVED) | _.SETTLED.to(_.REMOVED)


MEASURE = chart_from_grid(
    "measure",
    MeasureState,
    MeasureChart,
    """
    # event                prop adv taken ord prov sett decl notp sups remo drop
    drop                    >    >    x    x    x    x    x    x    x    x    x
    advise                  >    x    x    x    x    x    x    x    x    x    x
    take-over               x    >    x    x    x    x    x    x    x    x    x
    order                   x    x    >    x    x    x    x    x    x    x    x
    provide                 x    x    x    >    x    x    x    x    x    x    x
    settle                  x    x    x    x    >    x    x    x    x    x    x
    settle-without-invoice  x    x    x    x    >    x    x    x    x    x    x
    unsettle                x    x    x    x    x    >    x    x    x    x    x
    decline                 x    >    >    >    x    x    x    x    x    x    x
    mark-not-possible       x    x    >    >    x    x    x    x    x    x    x
    supersede               x    >    >    >    x    x    x    x    x    x    x
    end-with-office         x    x    =    =    =    =    x    x    x    x    x
    keep-after-office       x    x    =    =    x    x    x    x    x    x    x
    let-go                  x    x    >    >    x    x    x    x    x    x    x
    remove                  x    x    x    x    >    >    x    x    x    x    x
    """,
)
