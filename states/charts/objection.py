"""Objection chart (bezwaar): an objection to a decision, and a later judgment of a court."""

from enum import StrEnum

from statemachine.states import States

from states.charts.statechart import StrictChart, chart_from_grid


class ObjectionState(StrEnum):
    """The states of an objection."""

    RECEIVED = "received"
    HEARD = "heard"
    WAIVED = "waived"
    FOUNDED = "founded"
    UNFOUNDED = "unfounded"
    INADMISSIBLE = "inadmissible"
    WITHDRAWN = "withdrawn"


class ObjectionChart(StrictChart):
    """One objection: heard, or not for a ground of Awb 7:3, and decided by someone else than before."""

    _ = States.from_enum(
        ObjectionState,
        initial=ObjectionState.RECEIVED,
        final=[
            ObjectionState.FOUNDED,
            ObjectionState.UNFOUNDED,
            ObjectionState.INADMISSIBLE,
            ObjectionState.WITHDRAWN,
        ],
    )

    hear = _.RECEIVED.to(_.HEARD) | _.WAIVED.to(_.HEARD)
    waive_hearing = _.RECEIVED.to(_.WAIVED)
    decide = (
        _.RECEIVED.to(_.INADMISSIBLE, cond="inadmissible")
        | _.HEARD.to(_.FOUNDED, cond="founded")
        | _.HEARD.to(_.UNFOUNDED, cond="unfounded")
        | _.HEARD.to(_.INADMISSIBLE, cond="inadmissible")
        | _.WAIVED.to(_.FOUNDED, cond="founded")
        | _.WAIVED.to(_.UNFOUNDED, cond="unfounded")
        | _.WAIVED.to(_.INADMISSIBLE, cond="inadmissible")
    )
    withdraw = _.RECEIVED.to(_.WITHDRAWN) | _.HEARD.to(_.WITHDRAWN) | _.WAIVED.to(_.WITHDRAWN)

    def founded(self, founded: bool = False) -> bool:
        """Whether the objection is founded."""
        return founded

    def unfounded(self, unfounded: bool = False) -> bool:
        """Whether the objection is unfounded."""
        return unfounded

    def inadmissible(self, inadmissible: bool = False) -> bool:
        """Whether the objection is inadmissible."""
        return inadmissible


OBJECTION = chart_from_grid(
    "objection",
    ObjectionState,
    ObjectionChart,
    """
    # event          rec hea wai fou unf ina wit
    plan-hearing      =   =   =   x   x   x   x
    hear              >   =   >   x   x   x   x
    waive-hearing     >   x   x   x   x   x   x
    put-off           =   =   =   x   x   x   x
    suspend           =   =   =   x   x   x   x
    resume            =   =   =   x   x   x   x
    decide            >   >   >   x   x   x   x
    withdraw          >   >   >   x   x   x   x
    record-appeal     x   x   x   =   =   =   x
    record-judgment   x   x   x   =   =   =   x
    """,
)
