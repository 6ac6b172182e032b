"""People and organisations: their charts, so that they too change only by events."""

from enum import StrEnum

from statemachine.states import States

from states.charts.statechart import StrictChart, chart_from_grid


class OrganisationState(StrEnum):
    """The states of an employer: it exists, or was merged into another."""

    ACTIVE = "active"
    MERGED = "merged"


class OrganisationChart(StrictChart):
    """One employer."""

    _ = States.from_enum(OrganisationState, initial=OrganisationState.ACTIVE, final=[OrganisationState.MERGED])

    merge = _.ACTIVE.to(_.MERGED)


ORGANISATION = chart_from_grid(
    "organisation",
    OrganisationState,
    OrganisationChart,
    """
    # event              active merged
    record-inventory        =      x
    take-in-statement       =      =
    take-in-entries         =      =
    match-bank-entry        =      =
    set-aside-bank-entry    =      =
    locate                  =      x
    set-accounts            =      =
    close-period            =      =
    reopen-period           =      =
    merge                   >      x
    """,
)


class PersonState(StrEnum):
    """The states of a person."""

    ACTIVE = "active"
    DEPARTED = "departed"


class PersonChart(StrictChart):
    """One person, known by a handle."""

    _ = States.from_enum(PersonState, initial=PersonState.ACTIVE, final=[PersonState.DEPARTED])

    depart = _.ACTIVE.to(_.DEPARTED)


PERSON = chart_from_grid(
    "person",
    PersonState,
    PersonChart,
    """
    # event           active departed
    depart               >       x
    grant-duty           =       x
    confirm-duty         =       x
    decline-duty         =       x
    choose-language      =       x
    choose-letters       =       x
    succeed-employer     =       x
    arrange-work         =       x
    record-absence       =       x
    end-absence          =       x
    """,
)
