"""Application chart: from receipt to the last booking."""

from enum import StrEnum

from statemachine.states import States

from states.charts.statechart import StrictChart, chart_from_grid


class Stage(StrEnum):
    """The stages of an application (docs/reference.md has the Dutch terms)."""

    RECEIVED = "received"
    INTAKE = "intake"
    INTERVIEW_PLANNED = "interview-planned"
    INTERVIEW_HELD = "interview-held"
    ADVICE = "advice"
    WITH_SECURITY_AUTHORITY = "with-security-authority"
    TAKEOVER = "takeover"
    PROVISION = "provision"
    SETTLEMENT = "settlement"
    BOOKING = "booking"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REFUSAL_INTENDED = "refusal-intended"
    REFUSED = "refused"
    NOT_PROCESSED = "not-processed"
    FORWARDED = "forwarded"
    LAPSED = "lapsed"
    NO_MEASURES = "no-measures"
    JOINED = "joined"


ENDS = (
    Stage.CLOSED,
    Stage.WITHDRAWN,
    Stage.REFUSED,
    Stage.NOT_PROCESSED,
    Stage.FORWARDED,
    Stage.LAPSED,
    Stage.NO_MEASURES,
    Stage.JOINED,
)
"""The stages that end an application; only the events that their columns below allow, and a reopening, are possible."""


class ApplicationChart(StrictChart):
    """One application; its advice, takeovers, measures, payables and bookings have charts of their own."""

    _ = States.from_enum(Stage, initial=Stage.RECEIVED)

    start_intake = _.RECEIVED.to(_.INTAKE)
    not_process = (
        _.RECEIVED.to(_.NOT_PROCESSED)
        | _.INTAKE.to(_.NOT_PROCESSED)
        | _.INTERVIEW_PLANNED.to(_.NOT_PROCESSED)
        | _.INTERVIEW_HELD.to(_.NOT_PROCESSED)
        | _.ADVICE.to(_.NOT_PROCESSED)
        | _.WITH_SECURITY_AUTHORITY.to(_.NOT_PROCESSED)
        | _.REFUSAL_INTENDED.to(_.NOT_PROCESSED)
    )
    forward = _.RECEIVED.to(_.FORWARDED) | _.INTAKE.to(_.FORWARDED)
    plan_interview = _.INTAKE.to(_.INTERVIEW_PLANNED)
    hold_interview = _.INTERVIEW_PLANNED.to(_.INTERVIEW_HELD)
    begin_advice = _.INTERVIEW_HELD.to(_.ADVICE)
    submit_advice = _.ADVICE.to(_.WITH_SECURITY_AUTHORITY)
    return_advice = _.WITH_SECURITY_AUTHORITY.to(_.ADVICE)
    adopt_advice = _.WITH_SECURITY_AUTHORITY.to(_.TAKEOVER, cond="measures_advised") | _.WITH_SECURITY_AUTHORITY.to(
        _.NO_MEASURES,
        unless="measures_advised",
    )
    begin_provision = _.TAKEOVER.to(_.PROVISION) | _.ADVICE.to(_.PROVISION) | _.WITH_SECURITY_AUTHORITY.to(_.PROVISION)
    begin_settlement = _.PROVISION.to(_.SETTLEMENT)
    begin_booking = _.SETTLEMENT.to(_.BOOKING)
    close = _.BOOKING.to(_.CLOSED)
    intend_refusal = (
        _.RECEIVED.to(_.REFUSAL_INTENDED)
        | _.INTAKE.to(_.REFUSAL_INTENDED)
        | _.INTERVIEW_PLANNED.to(_.REFUSAL_INTENDED)
        | _.INTERVIEW_HELD.to(_.REFUSAL_INTENDED)
    )
    abandon_refusal = _.REFUSAL_INTENDED.to(_.INTERVIEW_HELD, cond="interviewed") | _.REFUSAL_INTENDED.to(
        _.INTAKE,
        unless="interviewed",
    )
    refuse = _.REFUSAL_INTENDED.to(_.REFUSED)
    withdraw = (
        _.RECEIVED.to(_.WITHDRAWN)
        | _.INTAKE.to(_.WITHDRAWN)
        | _.INTERVIEW_PLANNED.to(_.WITHDRAWN)
        | _.INTERVIEW_HELD.to(_.WITHDRAWN)
        | _.ADVICE.to(_.WITHDRAWN)
        | _.WITH_SECURITY_AUTHORITY.to(_.WITHDRAWN)
        | _.TAKEOVER.to(_.WITHDRAWN)
        | _.REFUSAL_INTENDED.to(_.WITHDRAWN)
    )
    lapse = (
        _.RECEIVED.to(_.LAPSED)
        | _.INTAKE.to(_.LAPSED)
        | _.INTERVIEW_PLANNED.to(_.LAPSED)
        | _.INTERVIEW_HELD.to(_.LAPSED)
        | _.ADVICE.to(_.LAPSED)
        | _.WITH_SECURITY_AUTHORITY.to(_.LAPSED)
        | _.TAKEOVER.to(_.LAPSED)
        | _.REFUSAL_INTENDED.to(_.LAPSED)
    )
    decline_second_home = _.TAKEOVER.to(_.REFUSED)
    join = (
        _.RECEIVED.to(_.JOINED)
        | _.INTAKE.to(_.JOINED)
        | _.INTERVIEW_PLANNED.to(_.JOINED)
        | _.INTERVIEW_HELD.to(_.JOINED)
        | _.REFUSAL_INTENDED.to(_.JOINED)
    )
    record_move = (
        _.WITH_SECURITY_AUTHORITY.to(_.ADVICE)
        | _.TAKEOVER.to(_.ADVICE, unless="home_provided")
        | _.TAKEOVER.to.itself(internal=True, cond="home_provided")
        | _.PROVISION.to(_.ADVICE, unless="home_provided")
        | _.PROVISION.to.itself(internal=True, cond="home_provided")
        | _.SETTLEMENT.to(_.ADVICE, unless="home_provided")
        | _.SETTLEMENT.to.itself(internal=True, cond="home_provided")
        | _.BOOKING.to(_.ADVICE, unless="home_provided")
        | _.BOOKING.to.itself(internal=True, cond="home_provided")
    )
    revise_advice = (
        _.TAKEOVER.to(_.ADVICE) | _.PROVISION.to(_.ADVICE) | _.SETTLEMENT.to(_.ADVICE) | _.BOOKING.to(_.ADVICE)
    )
    reopen = (
        _.CLOSED.to(_.ADVICE, cond="at_advice")
        | _.CLOSED.to(_.PROVISION, cond="at_provision")
        | _.CLOSED.to(_.SETTLEMENT, cond="at_settlement")
        | _.CLOSED.to(_.BOOKING, cond="at_booking")
        | _.WITHDRAWN.to(_.INTAKE, cond="at_intake")
        | _.WITHDRAWN.to(_.INTERVIEW_HELD, cond="at_interview_held")
        | _.WITHDRAWN.to(_.ADVICE, cond="at_advice")
        | _.REFUSED.to(_.INTAKE, cond="at_intake")
        | _.REFUSED.to(_.INTERVIEW_HELD, cond="at_interview_held")
        | _.REFUSED.to(_.ADVICE, cond="at_advice")
        | _.NOT_PROCESSED.to(_.INTAKE, cond="at_intake")
        | _.FORWARDED.to(_.INTAKE, cond="at_intake")
        | _.LAPSED.to(_.INTAKE, cond="at_intake")
        | _.LAPSED.to(_.INTERVIEW_HELD, cond="at_interview_held")
        | _.LAPSED.to(_.ADVICE, cond="at_advice")
        | _.NO_MEASURES.to(_.ADVICE, cond="at_advice")
        | _.JOINED.to(_.INTAKE, cond="at_intake")
        | _.JOINED.to(_.INTERVIEW_HELD, cond="at_interview_held")
    )

    def measures_advised(self, measures_advised: bool = False) -> bool:
        """Whether the adopted advice holds at least one measure."""
        return measures_advised

    def interviewed(self, interviewed: bool = False) -> bool:
        """Whether the risk interview was held before the refusal was intended."""
        return interviewed

    def home_provided(self, home_provided: bool = False) -> bool:
        """Whether a measure of the former home was provided already (REG x.9(6))."""
        return home_provided

    def at_intake(self, at_intake: bool = False) -> bool:
        """Whether it continues at the intake."""
        return at_intake

    def at_interview_held(self, at_interview_held: bool = False) -> bool:
        """Whether it continues after the interview."""
        return at_interview_held

    def at_advice(self, at_advice: bool = False) -> bool:
        """Whether it continues with a new version of the advice."""
        return at_advice

    def at_provision(self, at_provision: bool = False) -> bool:
        """Whether it continues with the provision."""
        return at_provision

    def at_settlement(self, at_settlement: bool = False) -> bool:
        """Whether it continues with the settlement."""
        return at_settlement

    def at_booking(self, at_booking: bool = False) -> bool:
        """Whether it continues with the booking."""
        return at_booking


APPLICATION = chart_from_grid(
    "application",
    Stage,
    ApplicationChart,
    """
    # event              rec int pla hel adv bva tak pro set boo clo wit ref rfd not for lap nom joi
    start-intake          >   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    invite-completion     =   =   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    complete              =   =   =   =   =   =   x   x   x   x   x   x   =   x   x   x   x   x   x
    not-process           >   >   >   >   >   >   x   x   x   x   x   x   >   x   x   x   x   x   x
    forward               >   >   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    plan-interview        x   >   =   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    hold-interview        x   x   >   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    amend-interview       x   x   x   =   =   =   =   =   =   =   x   x   x   x   x   x   x   x   x
    begin-advice          x   x   x   >   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    assess-domain         x   x   x   x   =   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    submit-advice         x   x   x   x   >   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    return-advice         x   x   x   x   x   >   x   x   x   x   x   x   x   x   x   x   x   x   x
    adopt-advice          x   x   x   x   x   >   x   x   x   x   x   x   x   x   x   x   x   x   x
    begin-provision       x   x   x   x   >   >   >   x   x   x   x   x   x   x   x   x   x   x   x
    begin-settlement      x   x   x   x   x   x   x   >   x   x   x   x   x   x   x   x   x   x   x
    begin-booking         x   x   x   x   x   x   x   x   >   x   x   x   x   x   x   x   x   x   x
    receive-invoice       x   x   x   x   =   =   =   =   =   =   x   x   x   x   x   x   x   x   x
    receive-credit-note   x   x   x   x   =   =   =   =   =   =   x   x   x   x   x   x   x   x   x
    close                 x   x   x   x   x   x   x   x   x   >   x   x   x   x   x   x   x   x   x
    intend-refusal        >   >   >   >   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    record-view           x   x   x   x   x   x   x   x   x   x   x   x   =   x   x   x   x   x   x
    abandon-refusal       x   x   x   x   x   x   x   x   x   x   x   x   >   x   x   x   x   x   x
    refuse                x   x   x   x   x   x   x   x   x   x   x   x   >   x   x   x   x   x   x
    withdraw              >   >   >   >   >   >   >   x   x   x   x   x   >   x   x   x   x   x   x
    lapse                 >   >   >   >   >   >   >   x   x   x   x   x   >   x   x   x   x   x   x
    record-threat         =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =
    release-threat        =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =
    record-hand-off       =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =
    succeed-employer      =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =
    lower-urgency         =   =   =   =   =   =   =   =   =   =   x   x   =   x   x   x   x   x   x
    record-certificate    =   =   =   =   =   =   =   =   =   =   x   x   x   x   x   x   x   x   x
    correct-fact          =   =   =   =   =   =   =   =   =   =   x   x   =   x   x   x   x   x   x
    suspend-term          =   =   =   =   =   =   =   =   =   =   x   x   =   x   x   x   x   x   x
    resume-term           =   =   =   =   =   =   =   =   =   =   x   x   =   x   x   x   x   x   x
    end-office            =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =
    record-move           =   =   =   =   =   >   >   >   >   >   =   =   =   =   =   =   =   =   =
    record-death          =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =
    revise-advice         x   x   x   x   x   x   >   >   >   >   x   x   x   x   x   x   x   x   x
    request-loan          =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =
    file-objection        =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =
    reopen                x   x   x   x   x   x   x   x   x   x   >   >   x   >   >   >   >   >   >
    join                  >   >   >   >   x   x   x   x   x   x   x   x   >   x   x   x   x   x   x
    keep-apart            =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =
    take-in-joined        =   =   =   =   =   =   =   =   =   =   x   x   =   x   x   x   x   x   x
    decline-second-home   x   x   x   x   x   x   >   x   x   x   x   x   x   x   x   x   x   x   x
    open-content          =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =
    record-representative =   =   =   =   =   =   =   =   =   =   =   x   =   =   =   x   =   =   x
    reassign              =   =   =   =   =   =   =   =   =   =   x   x   =   x   x   x   x   x   x
    end-representation    =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =
    """,
    ends=ENDS,
)
