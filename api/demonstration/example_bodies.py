"""Example bodies: the body of each step, made from the example of the action and the data of the case."""

from datetime import date, datetime, timedelta
from typing import Any

from api.demonstration.applications import CASES, MEASURES, NAMES
from api.demonstration.people import SUPPLIERS
from rules.business_calendar.working_hours import add_or_provisional
from rules.core.dates import office_day
from rules.core.roles import Actor, Role
from rules.payments.bank_days import bank_day
from states.commands.available_actions import Action

HOURS = {
    "application/receive": 8,
    "application/start-intake": 12,
    "application/plan-interview": 48,
    "application/submit-advice": 24,
    "application/suspend-term": 24,
    "application/record-certificate": 16,
    "takeover/confirm-receipt": 16,
    "measure/order": 24,
}
"""Working hours until the next step; four after any other step."""


def hours_after(number: int, step: str) -> float:
    """Return the working hours until the next step of a case; some cases go faster than others."""
    return HOURS.get(step, 4) * (0.8 + 0.05 * (number * 5 % 9))


def handle(number: int) -> str:
    """Return the applicant of a case; ``applicant-1`` has not applied yet."""
    return f"applicant-{number + 2}"


def application(number: int, at: datetime) -> tuple[Actor, dict[str, Any]]:
    """Return who files an application, and its body."""
    case, day = CASES[number], office_day(at)
    online = number % 3 > 0
    place = case.employers[0].split("-", 1)[1]
    body = {
        "office": case.office,
        "employers": list(case.employers),
        "applicant": handle(number),
        "name": f"{NAMES[number % len(NAMES)]} {chr(ord('A') + number % 26)}.",
        "email": f"{handle(number)}@{place}.example",
        "home_address": f"Verzonnenlaan {number + 1}, 1234 AB {place.title()}",
        "household": "Two adults and a child" if number % 2 else None,
        "received_via": "portal" if online else "telephone",
        "certain_since": day - timedelta(days=300 + 11 * number),
        **{name: day - timedelta(days=fact) if fact else False for name, fact in case.facts.items()},
    }
    return Actor(handle(number), Role.APPLICANT) if online else Actor("officer-1", Role.OFFICER), body


def body(number: int, action: Action, at: datetime, today: date) -> dict[str, Any]:
    """Return the body of the next step of a case."""
    case, day, year = CASES[number], office_day(at), office_day(at).year
    example = dict(action.example or {})
    second = number % 2 + 1
    match f"{action.chart}/{action.event}":
        case "application/start-intake":
            own: dict[str, Any] = {"officer": f"officer-{second}"}
        case "application/plan-interview":
            meeting = add_or_provisional(at, hours_after(number, "application/plan-interview"))[0]
            own = {"interviewOn": office_day(meeting), "adviser": f"adviser-{second}", "place": "At home"}
        case "application/assess-domain":
            own = assessment(example, case.domains)
        case "application/adopt-advice":
            own = {"threatAnalysis": f"TA-{year}-{number + 1:03}", "homeAssessment": f"HA-{year}-{number + 1:03}"}
        case "takeover/take-over":
            own = {"decision": f"DEC-{year}-{number + 1:03}"}
        case "application/receive-invoice":
            payee, iban = SUPPLIERS[number % len(SUPPLIERS)]
            own = {"dated": day, "payee": payee, "iban": iban}
        case "payment-batch/build":
            waits = (case.until or "").startswith("payment-batch")
            own = {"executionOn": bank_day((today if waits else day) + timedelta(days=5))}
        case _:
            own = {}
    own |= own_words(number, action, {**example, **own}, day)
    extra = next((item.body for item in case.extra_steps if item.step == f"{action.chart}/{action.event}"), {})
    return {**example, **own, **extra}


WRITTEN = ("finding", "reasons", "notes", "details", "grounds", "view", "added", "missing", "remarks")
"""The fields of free text, which no two steps of the office share."""


def own_words(number: int, action: Action, example: dict[str, Any], day: date) -> dict[str, str]:
    """Return the free texts of a step with its case, its day and its domain, so that no text is there twice."""
    place = f" ({example['domain']})" if "domain" in example else ""
    mark = f"Case {number + 1}, {day:%d-%m-%Y}{place}, {action.event}"
    return {name: f"{mark}: {example[name]}" for name in WRITTEN if example.get(name)}


def assessment(example: dict[str, Any], domains: tuple[str, ...]) -> dict[str, Any]:
    """Return the assessment of one domain: its measure, or that none is needed."""
    domain = example["domain"]
    if domain not in domains:
        return {"needed": False, "finding": "Nothing is needed beyond what is there.", "measures": []}
    description, estimate = MEASURES[domain]
    return {"measures": [{**example["measures"][0], "description": description, "estimate": estimate}]}
