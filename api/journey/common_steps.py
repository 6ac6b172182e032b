"""Common steps of all applications, from the intake to the provision."""

from collections.abc import Mapping
from datetime import date

from api.journey.case import Case
from rules.core.roles import Role

BASES = {"home": "home-measure", "work": "workplace", "travel": "car", "digital": "ict"}
LENT = frozenset({"travel", "digital"})


def begin_intake(case: Case) -> None:
    """Start the intake."""
    case.carry_out(case.officer, "start-intake")
    case.log.line("An officer starts the intake.")


def interview(case: Case, held_on: date | None = None) -> None:
    """Plan and hold the risk interview over all four domains, today unless a day is given."""
    adviser = case.client.of(Role.ADVISER)
    case.carry_out(case.officer, "plan-interview")
    case.carry_out(adviser, "hold-interview", {"heldOn": (held_on or case.today).isoformat()})
    case.carry_out(adviser, "begin-advice")
    case.log.line("The risk interview is planned and held over home, work, travel and digital; the advice begins.")


def assess(case: Case, domain: str, estimate: str | None) -> None:
    """Assess one domain: one measure with an estimate, or no measure without one."""
    measure = {
        "legalBasis": BASES[domain],
        "form": "lent" if domain in LENT else "provided",
        "description": "As described in the enclosed advice.",
        "estimate": estimate,
    }
    body = {
        "domain": domain,
        "needed": estimate is not None,
        "finding": "The present state was inspected.",
        "measures": [measure] if estimate is not None else [],
    }
    case.carry_out(case.client.of(Role.ADVISER), "assess-domain", body)


def advise(case: Case, estimates: Mapping[str, str]) -> None:
    """Assess every domain and submit the advice to the security authority."""
    for domain in BASES:
        assess(case, domain, estimates.get(domain))
    submit(case)
    needed = ", ".join(estimates)
    case.log.line(f"The four domains are assessed, with measures for {needed}; the advice is with the authority.")


def submit(case: Case) -> None:
    """Submit the advice to the security authority."""
    case.carry_out(case.client.of(Role.ADVISER), "submit-advice")
    case.expect_stage("with-security-authority")


def adopt(case: Case, adopted_on: date | None = None) -> None:
    """Adopt the advice, today unless a day is given; every employer is asked to take over."""
    body = {
        "adoptedOn": (adopted_on or case.today).isoformat(),
        "threatAnalysis": f"TA-{case.reference}",
        "homeAssessment": f"HA-{case.reference}",
    }
    case.carry_out(case.client.of(Role.SECURITY_AUTHORITY), "adopt-advice", body)
    case.expect_stage("takeover")
    case.log.expect_equal("The domains", {item["state"] for item in case.view()["advice"]["domains"]}, {"adopted"})
    case.log.line(f"The security authority adopts the advice; asked to take over: {', '.join(case.employers)}.")


def takeover_of(case: Case, employer: str) -> str:
    """Return the id of an employer's takeover."""
    return str(next(item["id"] for item in case.view()["takeovers"] if item["organisation"] == employer))


def confirm_receipt(case: Case, employer: str, received_on: date) -> None:
    """Record on which day the employer received the request."""
    caller = case.client.for_employer(Role.EMPLOYER, employer)
    body = {"receivedOn": received_on.isoformat()}
    case.carry_out(caller, "confirm-receipt", body, subject=takeover_of(case, employer))


def take_over(case: Case, employer: str) -> None:
    """Take over as the employer, which cannot refuse."""
    caller = case.client.for_employer(Role.EMPLOYER, employer)
    case.carry_out(caller, "take-over", {"decision": f"DEC-{case.reference}"}, subject=takeover_of(case, employer))
    case.log.line(f"{employer} takes over the advised measures.")


def provide(case: Case, *domains: str) -> None:
    """Order and provide the measures in the given domains, by default in all."""
    caller = case.client.for_employer(Role.EMPLOYER, case.employers[0])
    for measure in case.measures():
        if domains and measure["domain"] not in domains:
            continue
        case.carry_out(caller, "order", subject=measure["id"])
        case.carry_out(caller, "provide", subject=measure["id"])
        case.log.line(f"The {measure['domain']} measure {measure['id']} is ordered and provided.")
