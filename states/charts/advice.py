"""Advice chart: the advice in one domain (home, work, travel or digital)."""

from enum import StrEnum

from statemachine.states import States

from states.charts.statechart import StrictChart, chart_from_grid


class DomainState(StrEnum):
    """The states of the advice in one domain."""

    TO_ASSESS = "to-assess"
    DRAFTED = "drafted"
    NOT_NEEDED = "not-needed"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ADOPTED = "adopted"
    LAPSED = "lapsed"


class DomainAdviceChart(StrictChart):
    """The advice in one domain of one version; a new version has rows of its own."""

    _ = States.from_enum(DomainState, initial=DomainState.TO_ASSESS, final=[DomainState.ADOPTED, DomainState.LAPSED])

    draft = (
        _.TO_ASSESS.to(_.DRAFTED)
        | _.NOT_NEEDED.to(_.DRAFTED)
        | _.RETURNED.to(_.DRAFTED)
        | _.DRAFTED.to.itself(internal=True)
    )
    set_aside = (
        _.TO_ASSESS.to(_.NOT_NEEDED)
        | _.DRAFTED.to(_.NOT_NEEDED)
        | _.RETURNED.to(_.NOT_NEEDED)
        | _.NOT_NEEDED.to.itself(internal=True)
    )
    submit = _.DRAFTED.to(_.SUBMITTED) | _.NOT_NEEDED.to(_.SUBMITTED)
    send_back = _.SUBMITTED.to(_.RETURNED) | _.DRAFTED.to(_.RETURNED) | _.NOT_NEEDED.to(_.RETURNED)
    adopt = _.SUBMITTED.to(_.ADOPTED)
    lapse = (
        _.TO_ASSESS.to(_.LAPSED)
        | _.DRAFTED.to(_.LAPSED)
        | _.NOT_NEEDED.to(_.LAPSED)
        | _.SUBMITTED.to(_.LAPSED)
        | _.RETURNED.to(_.LAPSED)
    )


DOMAIN_ADVICE = chart_from_grid(
    "domain-advice",
    DomainState,
    DomainAdviceChart,
    """
    # event      to-assess drafted not-needed submitted returned adopted lapsed
    draft            >        >        >          x        >        x      x
    set-aside        >        >        >          x        >        x      x
    submit           x        >        >          x        x        x      x
    send-back        x        >        >          >        x        x      x
    adopt            x        x        x          >        x        x      x
    lapse            >        >        >          >        >        x      x
    """,
)
