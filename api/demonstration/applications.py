"""Applications of the demonstration office, from oldest to newest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.demonstration.people import DE_VLIET, LINDEWAARD, NOORDERLAND, OOSTERVEEN, ZILVERDAM
from rules.core.regulation import PublicOffice
from states.charts.application import Stage


@dataclass(frozen=True)
class ExtraStep:
    """Step outside the main path, taken once before another step."""

    before: str
    step: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """Application: its official, its progress, and what is special about it."""

    office: PublicOffice
    employers: tuple[str, ...]
    days_ago: int
    """How many days ago it was received."""
    stage: Stage
    """The stage that it reaches."""
    until: str | None = None
    """The step before which it stops; None if it reaches its end."""
    nth: int = 1
    """The occurrence of that step before which it stops."""
    domains: tuple[str, ...] = ("digital",)
    """The domains with advised measures."""
    extra_steps: tuple[ExtraStep, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the application that differ; a number means days before the day of receipt."""
    on_day: Mapping[str, int] = field(default_factory=dict)
    """Steps that wait until a number of days before today."""


INTAKE = "application/plan-interview"
"""Extra steps before this step happen during the intake."""
DECIDE = "takeover/take-over"


def threat(kind: str, source: str, before: str = INTAKE) -> ExtraStep:
    """Return the step that records a threat signal."""
    body = {"kind": kind, "source": source, "reportedToPolice": True}
    return ExtraStep(before, "application/record-threat", body | {"details": f"Made up: {kind}, as told by {source}."})


REFUSE = ExtraStep(INTAKE, "application/intend-refusal")
INVITE = ExtraStep(INTAKE, "application/invite-completion")
NOT_PROCESS = ExtraStep(INTAKE, "application/not-process")
FORWARD = ExtraStep(INTAKE, "application/forward")
SUSPEND = ExtraStep(DECIDE, "application/suspend-term")
RESUME = ExtraStep(DECIDE, "application/resume-term")
WITHDRAW = ExtraStep("application/hold-interview", "application/withdraw")
RETURN = ExtraStep("application/adopt-advice", "application/return-advice")
BOTH = ("home", "digital")

CASES = (
    Case(
        PublicOffice.ALDERMAN,
        (LINDEWAARD,),
        147,
        Stage.CLOSED,
        domains=("home",),
        extra_steps=(SUSPEND, RESUME),
    ),
    Case(PublicOffice.MAYOR, (ZILVERDAM, LINDEWAARD), 143, Stage.CLOSED, domains=("travel",)),
    Case(PublicOffice.PROVINCIAL_COUNCILLOR, (NOORDERLAND,), 133, Stage.REFUSED, extra_steps=(REFUSE,)),
    Case(PublicOffice.PROVINCIAL_EXECUTIVE, (NOORDERLAND,), 124, Stage.NO_MEASURES, domains=()),
    Case(PublicOffice.ALDERMAN, (OOSTERVEEN,), 120, Stage.BOOKING, "booking/complete-evidence", domains=("work",)),
    Case(PublicOffice.MAYOR, (OOSTERVEEN,), 116, Stage.BOOKING, "booking/book"),
    Case(PublicOffice.ALDERMAN, (OOSTERVEEN,), 106, Stage.NOT_PROCESSED, extra_steps=(INVITE, NOT_PROCESS)),
    Case(PublicOffice.ALDERMAN, (ZILVERDAM,), 100, Stage.WITHDRAWN, extra_steps=(WITHDRAW,)),
    Case(
        PublicOffice.PROVINCIAL_EXECUTIVE,
        (NOORDERLAND,),
        92,
        Stage.TAKEOVER,
        DECIDE,
        domains=BOTH,
        on_day={"takeover/confirm-receipt": 53},
    ),
    Case(PublicOffice.WATER_BOARD_COUNCILLOR, (DE_VLIET,), 88, Stage.REFUSED, extra_steps=(REFUSE,)),
    Case(PublicOffice.KINGS_COMMISSIONER, (NOORDERLAND,), 54, Stage.SETTLEMENT, "payment-batch/export"),
    Case(PublicOffice.WATER_BOARD_EXECUTIVE, (DE_VLIET,), 53, Stage.SETTLEMENT, "organisation/take-in-statement"),
    Case(PublicOffice.ALDERMAN, (LINDEWAARD,), 51, Stage.SETTLEMENT, "payment-batch/release"),
    Case(PublicOffice.ALDERMAN, (OOSTERVEEN,), 50, Stage.SETTLEMENT, "payment-batch/seal"),
    Case(
        PublicOffice.MAYOR, (LINDEWAARD, ZILVERDAM), 49, Stage.SETTLEMENT, "payable/check", nth=2, domains=("travel",)
    ),
    Case(
        PublicOffice.ALDERMAN,
        (ZILVERDAM,),
        47,
        Stage.PROVISION,
        "application/record-certificate",
        domains=BOTH,
        extra_steps=(threat("intimidation", "applicant"),),
    ),
    Case(
        PublicOffice.ALDERMAN,
        (OOSTERVEEN,),
        45,
        Stage.PROVISION,
        "measure/provide",
        domains=("home",),
        facts={"in_territory": False, "exemption_on": 40},
    ),
    Case(PublicOffice.WATER_BOARD_EXECUTIVE, (DE_VLIET,), 43, Stage.TAKEOVER, DECIDE, extra_steps=(SUSPEND,)),
    Case(PublicOffice.MAYOR, (LINDEWAARD, OOSTERVEEN), 37, Stage.TAKEOVER, "takeover/confirm-receipt", nth=2),
    Case(
        PublicOffice.PROVINCIAL_EXECUTIVE,
        (NOORDERLAND,),
        34,
        Stage.ADVICE,
        "application/assess-domain",
        nth=5,
        domains=BOTH,
        extra_steps=(RETURN,),
    ),
    Case(
        PublicOffice.MAYOR,
        (OOSTERVEEN,),
        30,
        Stage.WITH_SECURITY_AUTHORITY,
        "application/adopt-advice",
        domains=BOTH,
        extra_steps=(threat("property-damage", "employer"),),
    ),
    Case(PublicOffice.ALDERMAN, (LINDEWAARD,), 26, Stage.ADVICE, "application/assess-domain", nth=3),
    Case(
        PublicOffice.WATER_BOARD_CHAIR,
        (DE_VLIET,),
        22,
        Stage.INTERVIEW_HELD,
        "application/begin-advice",
        facts={"acting_since": 60},
    ),
    Case(PublicOffice.COMMITTEE_MEMBER, (ZILVERDAM,), 20, Stage.FORWARDED, extra_steps=(FORWARD,)),
    Case(
        PublicOffice.MUNICIPAL_COUNCILLOR,
        (LINDEWAARD,),
        12,
        Stage.REFUSAL_INTENDED,
        "application/record-view",
        extra_steps=(REFUSE,),
    ),
    Case(PublicOffice.ALDERMAN, (OOSTERVEEN,), 11, Stage.INTAKE, INTAKE, extra_steps=(INVITE,)),
    Case(PublicOffice.ALDERMAN, (LINDEWAARD,), 8, Stage.INTERVIEW_PLANNED, "application/hold-interview"),
    Case(
        PublicOffice.MAYOR,
        (ZILVERDAM,),
        7,
        Stage.INTERVIEW_PLANNED,
        "application/hold-interview",
        extra_steps=(threat("death-threat", "police"),),
    ),
    Case(PublicOffice.MAYOR, (LINDEWAARD,), 6, Stage.INTAKE, INTAKE, extra_steps=(threat("subversion", "employer"),)),
    Case(PublicOffice.ALDERMAN, (ZILVERDAM,), 3, Stage.RECEIVED, "application/start-intake"),
    Case(
        PublicOffice.ALDERMAN,
        (OOSTERVEEN,),
        1,
        Stage.RECEIVED,
        "application/start-intake",
        extra_steps=(threat("acute-danger", "applicant", "application/start-intake"),),
    ),
)
"""Applications for every public office and stage; the first one is that of ``applicant-2``, and so on."""

MEASURES = {
    "home": ("A free-standing letterbox and locks of class 3.", "1815.00"),
    "work": ("A second way out of the room for meetings.", "968.00"),
    "travel": ("A safe place to park, and a training in driving.", "1210.00"),
    "digital": ("A second telephone, and help with online traces.", "605.00"),
}
"""Advised measure in each domain, and its estimate."""
NAMES = (
    "Abel",
    "Brink",
    "Cuyper",
    "Dalen",
    "Eekhout",
    "Fontein",
    "Graafland",
    "Hoeve",
    "IJssel",
    "Jonker",
    "Kade",
    "Linde",
)
"""Family names of the fictional applicants."""
