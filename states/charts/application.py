"""The application: from the first call to the last booking."""

from enum import StrEnum

from statemachine.states import States

from states.charts.chart import StrictChart, decided


class Stage(StrEnum):
    """The stages of an application (the Dutch terms stand in docs/glossary.md)."""

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


ENDS = (
    Stage.CLOSED,
    Stage.WITHDRAWN,
    Stage.REFUSED,
    Stage.NOT_PROCESSED,
    Stage.FORWARDED,
    Stage.LAPSED,
    Stage.NO_MEASURES,
)


class ApplicationChart(StrictChart):
    """One application; its advice, takeovers, measures, payables and bookings have charts of their own."""

    _ = States.from_enum(Stage, initial=Stage.RECEIVED, final=list(ENDS))

    start_intake = _.RECEIVED.to(_.INTAKE)
    not_process = _.RECEIVED.to(_.NOT_PROCESSED) | _.INTAKE.to(_.NOT_PROCESSED)
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
    begin_provision = _.TAKEOVER.to(_.PROVISION)
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
    )

    def measures_advised(self, measures_advised: bool = False) -> bool:
        """Whether the adopted advice holds at least one measure."""
        return measures_advised

    def interviewed(self, interviewed: bool = False) -> bool:
        """Whether the risk interview was held before the refusal was intended."""
        return interviewed


APPLICATION = decided(
    "application",
    Stage,
    ApplicationChart,
    """
    # event              rec int pla hel adv bva tak pro set boo clo wit ref rfd not for lap nom
    start-intake          >   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    invite-completion     =   =   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    complete              =   =   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    not-process           >   >   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    forward               >   >   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    plan-interview        x   >   =   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    hold-interview        x   x   >   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    begin-advice          x   x   x   >   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    assess-domain         x   x   x   x   =   x   x   x   x   x   x   x   x   x   x   x   x   x
    submit-advice         x   x   x   x   >   x   x   x   x   x   x   x   x   x   x   x   x   x
    return-advice         x   x   x   x   x   >   x   x   x   x   x   x   x   x   x   x   x   x
    adopt-advice          x   x   x   x   x   >   x   x   x   x   x   x   x   x   x   x   x   x
    begin-provision       x   x   x   x   x   x   >   x   x   x   x   x   x   x   x   x   x   x
    begin-settlement      x   x   x   x   x   x   x   >   x   x   x   x   x   x   x   x   x   x
    begin-booking         x   x   x   x   x   x   x   x   >   x   x   x   x   x   x   x   x   x
    receive-invoice       x   x   x   x   x   x   =   =   =   =   x   x   x   x   x   x   x   x
    close                 x   x   x   x   x   x   x   x   x   >   x   x   x   x   x   x   x   x
    intend-refusal        >   >   >   >   x   x   x   x   x   x   x   x   x   x   x   x   x   x
    record-view           x   x   x   x   x   x   x   x   x   x   x   x   =   x   x   x   x   x
    abandon-refusal       x   x   x   x   x   x   x   x   x   x   x   x   >   x   x   x   x   x
    refuse                x   x   x   x   x   x   x   x   x   x   x   x   >   x   x   x   x   x
    withdraw              >   >   >   >   >   >   >   x   x   x   x   x   >   x   x   x   x   x
    lapse                 >   >   >   >   >   >   >   x   x   x   x   x   x   x   x   x   x   x
    record-threat         =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =
    lower-urgency         =   =   =   =   =   =   =   =   =   =   x   x   =   x   x   x   x   x
    record-certificate    =   =   =   =   =   =   =   =   =   =   x   x   x   x   x   x   x   x
    correct-fact          =   =   =   =   =   =   =   =   =   =   x   x   =   x   x   x   x   x
    suspend-term          =   =   =   =   =   =   =   =   =   =   x   x   =   x   x   x   x   x
    resume-term           =   =   =   =   =   =   =   =   =   =   x   x   =   x   x   x   x   x
    end-office            ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?
    record-move           ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?
    record-death          ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?
    revise-advice         ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?   ?
    request-loan          =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =
    file-objection        =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =
    reopen                x   x   x   x   x   x   x   x   x   x   =   =   x   =   =   =   =   =
    """,
)
