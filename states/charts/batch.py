"""Batch chart: a payment batch of one employer."""

from enum import StrEnum

from statemachine.states import States

from states.charts.statechart import StrictChart, chart_from_grid


class BatchState(StrEnum):
    """The states of a batch."""

    OPEN = "open"
    SEALED = "sealed"
    RELEASED = "released"
    EXPORTED = "exported"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"


class BatchChart(StrictChart):
    """One batch: contents fixed at sealing, released by another person, settled by the bank."""

    _ = States.from_enum(
        BatchState, initial=BatchState.OPEN, final=[BatchState.SETTLED, BatchState.WITHDRAWN, BatchState.REJECTED]
    )

    seal = _.OPEN.to(_.SEALED)
    release = _.SEALED.to(_.RELEASED)
    export = _.RELEASED.to(_.EXPORTED)
    settle = _.EXPORTED.to(_.SETTLED)
    reject = _.EXPORTED.to(_.REJECTED)
    withdraw = _.OPEN.to(_.WITHDRAWN) | _.SEALED.to(_.WITHDRAWN) | _.RELEASED.to(_.WITHDRAWN)


BATCH = chart_from_grid(
    "payment-batch",
    BatchState,
    BatchChart,
    """
    # event         open sealed released exported settled withdrawn rejected
    seal             >     x       x        x        x        x        x
    release          x     >       x        x        x        x        x
    export           x     x       >        x        x        x        x
    settle           x     x       x        >        x        x        x
    withdraw         >     >       >        x        x        x        x
    drop-line        x     x       x        =        =        x        =
    take-in-report   x     x       x        =        =        x        =
    reject           x     x       x        >        x        x        x
    """,
)
