"""Refused application (d): the intention to refuse, the applicant's view, and the decision of another person."""

from api.journey import common_steps
from api.journey.case import Journey, receive
from rules.core.roles import Role

RULE = "eligibility.office-in-scope"


def run(journey: Journey) -> str:
    """Take the application to refused and return its reference."""
    journey.log.chapter("(d) An application refused for eligibility")
    case = receive(journey, office="municipal-councillor")
    log, authority = case.log, case.client.of(Role.SECURITY_AUTHORITY)
    common_steps.begin_intake(case)
    case.expect_refused(case.officer, "plan-interview", RULE)
    case.carry_out(case.officer, "intend-refusal", {"ground": RULE})
    case.expect_stage("refusal-intended")
    due = next(item["dueOn"] for item in case.part("deadlines") if item["kind"] == "view")
    log.line(f"The intention to refuse is announced on that ground; the applicant may give a view until {due}.")
    case.expect_refused(authority, "refuse", "step.view-asked")
    case.carry_out(case.client.of(Role.APPLICANT, case.applicant), "record-view")
    log.line("The applicant gives a view.")
    case.carry_out(authority, "refuse")
    case.expect_stage("refused")
    objection = next(item["dueOn"] for item in case.part("deadlines") if item["kind"] == "objection")
    letters = [item["letter"] for item in case.part("letters")]
    log.expect("refusal" in letters, "The letters", expected="a refusal with its remedies", found=letters)
    log.line(f"The security authority refuses {case.reference}; an objection can be filed until {objection}.")
    return case.reference
