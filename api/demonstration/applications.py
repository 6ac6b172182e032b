"""The applications of the demonstration office: one line each, from the oldest to the newest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.demonstration.people import DE_VLIET, LINDEWAARD, NOORDERLAND, OOSTERVEEN, ZILVERDAM
from rules.offices import Office
from states.charts.application import Stage


@dataclass(frozen=True)
class Beside:
    """A step beside the straight way, taken once before another step."""

    before: str
    step: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One application: who asks, how far it is, and what is particular about it."""

    office: Office
    employers: tuple[str, ...]
    days_ago: int
    """When it came in."""
    stage: Stage
    """How far it comes."""
    until: str | None = None
    """The step that is not taken any more; None where it comes to its end."""
    nth: int = 1
    """Which time of that step is not taken any more."""
    domains: tuple[str, ...] = ("digital",)
    """Where measures are advised."""
    besides: tuple[Beside, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What differs in the application itself; a number is days before it came in."""
    on_day: Mapping[str, int] = field(default_factory=dict)
    """Steps that wait until so many days before today."""


INTAKE = "application/plan-interview"
"""Besides before this step happen in the intake."""
DECIDE = "takeover/take-over"


def threat(kind: str, source: str, before: str = INTAKE) -> Beside:
    """A threat signal, told on the day itself."""
    return Beside(before, "application/record-threat", {"kind": kind, "source": source, "reportedToPolice": True})


REFUSE = Beside(INTAKE, "application/intend-refusal")
INVITE = Beside(INTAKE, "application/invite-completion")
SUSPEND = Beside(DECIDE, "application/suspend-term")
WITHDRAW = "application/withdraw"
BOTH = ("home", "digital")

CASES = (
    Case(Office.MAYOR, (ZILVERDAM,), 150, Stage.CLOSED, domains=BOTH),
    Case(
        Office.ALDERMAN,
        (LINDEWAARD,),
        147,
        Stage.CLOSED,
        besides=(SUSPEND, Beside(DECIDE, "application/resume-term")),
    ),
    Case(Office.MAYOR, (ZILVERDAM, LINDEWAARD), 143, Stage.CLOSED, domains=("travel",)),
    Case(Office.PROVINCIAL_EXECUTIVE, (NOORDERLAND,), 138, Stage.CLOSED, besides=(threat("stalking", "police"),)),
    Case(Office.PROVINCIAL_COUNCILLOR, (NOORDERLAND,), 133, Stage.REFUSED, besides=(REFUSE,)),
    Case(Office.WATER_BOARD_CHAIR, (DE_VLIET,), 128, Stage.BOOKING, "booking/complete-evidence"),
    Case(Office.PROVINCIAL_EXECUTIVE, (NOORDERLAND,), 124, Stage.NO_MEASURES, domains=()),
    Case(Office.ALDERMAN, (OOSTERVEEN,), 120, Stage.BOOKING, "booking/complete-evidence", domains=("work",)),
    Case(Office.MAYOR, (OOSTERVEEN,), 116, Stage.BOOKING, "booking/book"),
    Case(Office.ALDERMAN, (ZILVERDAM,), 112, Stage.BOOKING, "application/close"),
    Case(Office.ALDERMAN, (OOSTERVEEN,), 106, Stage.NOT_PROCESSED, besides=(INVITE, Beside(INTAKE, "application/not-process"))),
    Case(Office.ALDERMAN, (ZILVERDAM,), 100, Stage.WITHDRAWN, besides=(Beside("application/hold-interview", WITHDRAW),)),
    Case(
        Office.PROVINCIAL_EXECUTIVE,
        (NOORDERLAND,),
        92,
        Stage.TAKEOVER,
        DECIDE,
        domains=BOTH,
        on_day={"takeover/confirm-receipt": 53},
    ),
    Case(Office.WATER_BOARD_COUNCILLOR, (DE_VLIET,), 88, Stage.REFUSED, besides=(REFUSE,)),
    Case(Office.KINGS_COMMISSIONER, (NOORDERLAND,), 80, Stage.SETTLEMENT, "payment-batch/export"),
    Case(Office.WATER_BOARD_EXECUTIVE, (DE_VLIET,), 78, Stage.SETTLEMENT, "organisation/take-in-statement"),
    Case(Office.ALDERMAN, (LINDEWAARD,), 76, Stage.SETTLEMENT, "payment-batch/release"),
    Case(Office.ALDERMAN, (OOSTERVEEN,), 74, Stage.SETTLEMENT, "payment-batch/seal"),
    Case(Office.ALDERMAN, (ZILVERDAM,), 72, Stage.SETTLEMENT, "payable/approve", domains=("travel",)),
    Case(Office.MAYOR, (LINDEWAARD,), 70, Stage.SETTLEMENT, "payable/check", domains=("work",)),
    Case(
        Office.ALDERMAN,
        (ZILVERDAM,),
        62,
        Stage.PROVISION,
        "application/record-certificate",
        domains=BOTH,
        besides=(threat("intimidation", "applicant"),),
    ),
    Case(
        Office.ALDERMAN,
        (OOSTERVEEN,),
        60,
        Stage.PROVISION,
        "measure/provide",
        domains=("home",),
        facts={"in_territory": False, "exemption_on": 40},
    ),
    Case(Office.WATER_BOARD_EXECUTIVE, (DE_VLIET,), 52, Stage.TAKEOVER, DECIDE, besides=(SUSPEND,)),
    Case(Office.MAYOR, (LINDEWAARD, OOSTERVEEN), 48, Stage.TAKEOVER, DECIDE, nth=2, domains=BOTH),
    Case(
        Office.PROVINCIAL_EXECUTIVE,
        (NOORDERLAND,),
        40,
        Stage.ADVICE,
        "application/assess-domain",
        nth=5,
        domains=BOTH,
        besides=(Beside("application/adopt-advice", "application/return-advice"),),
    ),
    Case(Office.ALDERMAN, (ZILVERDAM,), 37, Stage.TAKEOVER, "takeover/confirm-receipt"),
    Case(
        Office.MAYOR,
        (OOSTERVEEN,),
        34,
        Stage.WITH_SECURITY_AUTHORITY,
        "application/adopt-advice",
        domains=BOTH,
        besides=(threat("property-damage", "employer"),),
    ),
    Case(Office.ALDERMAN, (LINDEWAARD,), 26, Stage.ADVICE, "application/assess-domain", nth=3),
    Case(
        Office.WATER_BOARD_CHAIR,
        (DE_VLIET,),
        22,
        Stage.INTERVIEW_HELD,
        "application/begin-advice",
        facts={"acting_since": 60},
    ),
    Case(Office.COMMITTEE_MEMBER, (ZILVERDAM,), 20, Stage.FORWARDED, besides=(Beside(INTAKE, "application/forward"),)),
    Case(Office.MUNICIPAL_COUNCILLOR, (LINDEWAARD,), 12, Stage.REFUSAL_INTENDED, "application/refuse", besides=(REFUSE,)),
    Case(Office.ALDERMAN, (OOSTERVEEN,), 11, Stage.INTAKE, INTAKE, besides=(INVITE,)),
    Case(Office.ALDERMAN, (LINDEWAARD,), 8, Stage.INTERVIEW_PLANNED, "application/hold-interview"),
    Case(
        Office.MAYOR,
        (ZILVERDAM,),
        7,
        Stage.INTERVIEW_PLANNED,
        "application/hold-interview",
        besides=(threat("death-threat", "police"),),
    ),
    Case(Office.MAYOR, (LINDEWAARD,), 6, Stage.INTAKE, INTAKE, besides=(threat("subversion", "employer"),)),
    Case(Office.ALDERMAN, (ZILVERDAM,), 3, Stage.RECEIVED, "application/start-intake"),
    Case(
        Office.ALDERMAN,
        (OOSTERVEEN,),
        1,
        Stage.RECEIVED,
        "application/start-intake",
        besides=(threat("acute-danger", "applicant", "application/start-intake"),),
    ),
)  # fmt: skip
"""Every office, and every stage that can be reached; the nth is the application of ``applicant-(n + 2)``."""

MEASURES = {
    "home": ("A free-standing letterbox and locks of class 3.", "1815.00"),
    "work": ("A second way out of the room for meetings.", "968.00"),
    "travel": ("A safe place to park, and a training in driving.", "1210.00"),
    "digital": ("A second telephone, and help with online traces.", "605.00"),
}
"""What is advised in each domain, and its estimate."""
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
