"""Work by state: which state asks for which work; one table."""

from typing import NamedTuple

from rules.core.roles import Role
from rules.threats.handoff import HandOffStep


class Work(NamedTuple):
    """Work that a state asks for."""

    action: str
    """The event that does it; ``EVENT_OF`` has the exceptions."""
    role: Role
    estimate: int
    """Minutes of work."""
    service_level: str
    """Within how long it is begun: ``service_level_...`` in rules/values/service_levels.toml gives hours per lane.

    The lane itself follows from the threats of the case, in rules/queue/priority.py.
    """
    skill: str = ""
    """The kind of skill that it requires: ``domain`` of the advice, ``region`` of the employer, or none."""


WORK_BY_STATE: dict[tuple[str, str], tuple[Work, ...]] = {
    # chart, state: work
    ("application", "received"): (Work("start-intake", Role.OFFICER, 30, "intake"),),
    ("application", "intake"): (Work("plan-interview", Role.OFFICER, 15, "intake"),),
    ("application", "interview-planned"): (Work("hold-interview", Role.ADVISER, 120, "interview", "region"),),
    ("application", "interview-held"): (Work("begin-advice", Role.ADVISER, 15, "advice"),),
    ("application", "advice"): (Work("submit-advice", Role.ADVISER, 30, "advice"),),
    ("application", "with-security-authority"): (Work("adopt-advice", Role.SECURITY_AUTHORITY, 60, "authority"),),
    ("application", "refusal-intended"): (Work("refuse", Role.SECURITY_AUTHORITY, 45, "authority"),),
    ("application", "booking"): (Work("close", Role.OFFICER, 15, "booking"),),
    ("domain-advice", "to-assess"): (Work("assess-domain", Role.ADVISER, 60, "advice", "domain"),),
    ("domain-advice", "returned"): (Work("assess-domain", Role.ADVISER, 30, "advice", "domain"),),
    ("takeover", "requested"): (Work("confirm-receipt", Role.EMPLOYER, 15, "takeover"),),
    ("takeover", "received"): (Work("take-over", Role.EMPLOYER, 45, "takeover"),),
    ("measure", "taken-over"): (Work("order", Role.EMPLOYER, 30, "provision"),),
    ("measure", "ordered"): (Work("provide", Role.EMPLOYER, 30, "provision"),),
    ("measure", "provided"): (Work("receive-invoice", Role.FINANCE, 15, "settlement"),),
    ("payable", "to-match"): (Work("match", Role.SECURITY_CONTACT, 15, "settlement"),),
    ("payable", "received"): (Work("check", Role.FINANCE, 15, "settlement"),),
    ("payable", "checked"): (Work("approve", Role.APPROVER, 10, "settlement"),),
    ("payable", "first-approved"): (Work("approve-second", Role.APPROVER, 10, "settlement"),),
    ("payable", "credit"): (Work("ask-back", Role.FINANCE, 10, "settlement"),),
    ("payable", "asked-back"): (Work("record-repayment", Role.FINANCE, 10, "settlement"),),
    ("payable", "approved"): (Work("build-batch", Role.FINANCE, 5, "settlement"),),
    ("payable", "returned"): (Work("approve", Role.APPROVER, 20, "settlement"),),
    ("payment-batch", "open"): (Work("seal", Role.FINANCE, 10, "settlement"),),
    ("payment-batch", "sealed"): (Work("release", Role.RELEASER, 10, "settlement"),),
    ("payment-batch", "released"): (Work("export", Role.FINANCE, 5, "settlement"),),
    ("booking", "awaiting-evidence"): (Work("complete-evidence", Role.FINANCE, 15, "booking"),),
    ("booking", "ready"): (Work("book", Role.FINANCE, 5, "booking"),),
    ("loan", "requested"): (Work("grant", Role.EMPLOYER, 30, "loan"),),
    ("loan", "granted"): (Work("lend", Role.EMPLOYER, 30, "loan"),),
    ("loan", "due-back"): (Work("take-back", Role.EMPLOYER, 30, "loan"),),
    ("objection", "received"): (Work("hear", Role.COORDINATOR, 60, "objection"),),
    ("objection", "heard"): (Work("decide", Role.COORDINATOR, 120, "objection"),),
    ("objection", "waived"): (Work("decide", Role.COORDINATOR, 120, "objection"),),
}

BY_HAND = frozenset(
    {"assess-bank-report", "find-bank-statement", "settle-with-estate", "pursue-employer", "extend-calendar"}
)
"""Work that no event completes; the assignee completes it by hand."""


LEVELS = {
    "assess-bank-entry": "settlement",
    "assess-bank-report": "settlement",
    "find-bank-statement": "settlement",
    "settle-with-estate": "settlement",
    "pursue-employer": "takeover",
    "extend-calendar": "booking",
    "keep-after-office": "provision",
    "remove": "provision",
}
"""The service level of work that no state asks for, if it is not that of the intake."""


HAND_OFF: dict[HandOffStep, Work] = {
    step: Work(step, Role.OFFICER, estimate, "intake")
    for step, estimate in {
        HandOffStep.CALL_112: 5,
        HandOffStep.POLICE_REPORT: 30,
        HandOffStep.SUPPORT_TEAM: 15,
        HandOffStep.SECURITY_CONTACT: 15,
        HandOffStep.CONSIDER_LOAN: 20,
    }.items()
}
"""The hand-off steps; the dated table ``hand_off`` says which of them a signal asks for."""


EVENT_OF: dict[str, str] = dict.fromkeys(HandOffStep, "record-hand-off") | {"assess-bank-entry": "match-bank-entry"}
"""The event that completes the work, where it has another name than the work."""


OF_THE_OFFICE = frozenset(
    {Role.OFFICER, Role.ADVISER, Role.SECURITY_AUTHORITY, Role.COORDINATOR, Role.ADMINISTRATOR},
)
"""The roles of the advice office; the others act for an employer."""


def level_of(chart: str, action: str) -> str:
    """The service level within which work must be started."""
    works = (work for (name, _), works in WORK_BY_STATE.items() if name == chart for work in works)
    return next((work.service_level for work in works if work.action == action), LEVELS.get(action, "intake"))
